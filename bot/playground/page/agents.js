// The agents' group: its topics, the one that is open, and which agent writes.

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { clock, el, icon } from "./dom.js";
import { talk } from "./talk.js";

const GENERAL = { id: null, name: "General", closed: false };

const part = (id) => document.getElementById(id);

export class Agents {
  #state = null;
  #topic = null;
  #settled = false;
  #seen = new Map();
  #composer;
  #conversation;

  constructor() {
    const acts = talk(() => {
      this.#settled = true;
      return { person: this.#agent, chat: this.#state.group, topic: this.#topic };
    });
    this.#composer = new Composer({
      label: "Answer in the topic",
      hint: "Answer, or // for a note among agents",
      acts,
    });
    this.#conversation = new Conversation(part("topic-log"), {
      reply: (message) => this.#composer.reply(message),
      edit: (message) => this.#composer.edit(message),
      press: acts.press,
    });
    part("topic-foot").append(this.#composer.node);
    part("agent").addEventListener("change", () => this.render(this.#state));
  }

  get #agent() {
    return Number(part("agent").value);
  }

  render(state) {
    this.#state = state;
    const group = state.chats.get(state.group);
    part("group-name").textContent = group.title;
    part("group-size").textContent = `${state.agents.length} agents`;
    const select = part("agent");
    if (select.options.length === 0) {
      select.append(...state.agents.map(({ id, name }) => el("option", { value: id }, name)));
    }
    const topics = summaries(group);
    // Until an agent settles in a topic, the liveliest one is open.
    const there = topics.some(({ topic }) => topic.id === this.#topic);
    this.#settled &&= there;
    if (!there || (!this.#settled && this.#composer.idle)) this.#topic = topics[0].topic.id;
    const open = topics.find(({ topic }) => topic.id === this.#topic);
    this.#seen.set(this.#topic, open.last?.id);
    part("topic-name").textContent = open.topic.name;
    this.#list(topics);
    this.#conversation.render(`${group.id}:${this.#topic}`, open.messages, this.#agent);
  }

  #open(id) {
    this.#settled = true;
    this.#topic = id;
    this.#composer.reset();
    this.render(this.#state);
    part("topics").querySelector('[aria-current="true"]').focus();
  }

  #list(topics) {
    const list = part("topics");
    const focused = list.contains(document.activeElement)
      ? document.activeElement.dataset.topic
      : undefined;
    list.replaceChildren(...topics.map((summary) => el("li", {}, this.#entry(summary))));
    if (focused !== undefined) list.querySelector(`[data-topic="${focused}"]`)?.focus();
  }

  #entry({ topic, last }) {
    const unread = last !== undefined && this.#seen.get(topic.id) !== last.id;
    return el(
      "button",
      {
        type: "button",
        class: unread ? "unread" : null,
        "data-topic": topic.id ?? "general",
        "aria-current": topic.id === this.#topic ? "true" : null,
        onclick: () => this.#open(topic.id),
      },
      el("strong", {}, topic.closed ? icon("lock") : null, topic.name),
      el("span", {}, last ? last.text || last.kind.replaceAll("_", " ") : "Nothing yet"),
      el("time", {}, last ? clock(last.date) : ""),
    );
  }
}

/** Topics with what was said in them, the liveliest first; General is the last. */
function summaries(group) {
  const summary = (topic) => {
    const messages = group.messages.filter((message) => message.topic_id === topic.id);
    return { topic, messages, last: messages.findLast((message) => !message.service) };
  };
  const topics = group.topics.map(summary);
  topics.sort((one, other) => (other.last?.id ?? other.topic.id) - (one.last?.id ?? one.topic.id));
  return [...topics, summary(GENERAL)];
}
