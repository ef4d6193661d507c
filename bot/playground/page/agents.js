// The agents' group: where it is, its topics, the one that is open, and which agent writes.

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { choices, choose, clock, el, icon } from "./dom.js";
import { open } from "./menu.js";
import { attempt } from "./notes.js";
import { badge } from "./phone.js";
import { talk } from "./talk.js";
import { Unread } from "./unread.js";
import { act } from "./wire.js";
import { t } from "./words.js";

const GROUPS = [
  { value: "forum", label: "forum" },
  { value: "plain", label: "plain" },
  { value: "max", label: "max_group" },
];

const part = (id) => document.getElementById(id);

export class Agents {
  #state = null;
  #topic = null;
  #settled = false;
  #unread = new Unread();
  #composer;
  #conversation;

  constructor() {
    const acts = talk(() => {
      this.#settled = true;
      return { person: this.#agent, chat: this.#group.id, topic: this.#topic };
    });
    this.#composer = new Composer(acts);
    this.#conversation = new Conversation(part("topic-log"), {
      ...acts,
      reply: (message) => this.#composer.reply(message),
      edit: (message) => this.#composer.edit(message),
    });
    part("topic-foot").append(this.#composer.node);
    part("agent").addEventListener("change", () => this.render(this.#state));
    part("topic-menu").append(icon("more"));
    part("topic-menu").addEventListener("click", () => this.#menu());
    choices(part("groups"), "group", GROUPS, (group) => attempt(() => act("link", { group })));
  }

  get #agent() {
    return Number(part("agent").value);
  }

  get #group() {
    return this.#state.chats.get(this.#state.groups[this.#state.linked]);
  }

  render(state) {
    this.#state = state;
    const group = this.#group;
    part("office").dataset.skin = group.channel;
    part("office").classList.toggle("plain", !group.forum);
    choose(part("groups"), state.linked);
    part("agents-hint").textContent = t(group.forum ? "agents_hint" : "agents_hint_plain");
    part("group-name").textContent = group.title;
    part("group-note").textContent = t("members", { n: group.members.length });
    this.#people(state.agents[group.channel]);
    if (group.forum) this.#forum(group);
    else this.#plain(group);
    const label = t(group.forum ? "answer_in_topic" : "answer_in_group");
    this.#composer.name({ label, hint: t("answer_hint") });
  }

  /** How many messages wait unread in topics that are not open. */
  get unread() {
    const group = this.#group;
    return group.forum ? summaries(group).reduce((sum, summary) => sum + this.#count(summary), 0) : 0;
  }

  #people(agents) {
    const select = part("agent");
    if (Number(select.options[0]?.value) === agents[0].id) return;
    select.replaceChildren(...agents.map(({ id, name }) => el("option", { value: id }, name)));
  }

  #plain(group) {
    this.#topic = null;
    part("topic-name").textContent = group.title;
    this.#show(group, "", group.messages);
  }

  #forum(group) {
    const topics = summaries(group);
    // Until an agent settles in a topic, the liveliest one is open.
    const there = topics.some(({ topic }) => topic.id === this.#topic);
    this.#settled &&= there;
    if (!there || (!this.#settled && this.#composer.idle)) this.#topic = topics[0].topic.id;
    const open = topics.find(({ topic }) => topic.id === this.#topic);
    this.#unread.saw(this.#topic, open.messages);
    part("topic-name").textContent = open.topic.name;
    part("topic-menu").hidden = this.#topic === null;
    this.#list(topics);
    this.#show(group, this.#topic, open.messages);
  }

  #show(group, topic, messages) {
    const view = { chat: group, me: this.#agent, among: true };
    this.#conversation.render(`${group.id}:${topic}`, messages, view);
  }

  #open(id) {
    this.#settled = true;
    this.#topic = id;
    this.#composer.reset();
    this.render(this.#state);
    part("topics").querySelector('[aria-current="true"]').focus();
  }

  #menu() {
    const topic = this.#topic;
    const { closed } = this.#group.topics.find(({ id }) => id === topic);
    const on = (name) => () => attempt(() => act(name, { topic }));
    open(part("topic-menu"), [
      { label: t(closed ? "reopen_topic" : "close_topic"), run: on("close-topic") },
      { label: t("delete_topic"), run: on("delete-topic") },
    ]);
  }

  #list(topics) {
    const list = part("topics");
    const focused = list.contains(document.activeElement)
      ? document.activeElement.dataset.topic
      : undefined;
    list.replaceChildren(...topics.map((summary) => el("li", {}, this.#entry(summary))));
    if (focused !== undefined) list.querySelector(`[data-topic="${focused}"]`)?.focus();
  }

  #count({ topic, messages }) {
    return this.#unread.count(topic.id, messages, this.#agent);
  }

  #entry(summary) {
    const { topic, last } = summary;
    const count = el("b", { class: "badge" });
    badge(count, this.#count(summary));
    const general = topic.id === null;
    return el(
      "button",
      {
        type: "button",
        "data-topic": topic.id ?? "general",
        "aria-current": topic.id === this.#topic ? "true" : null,
        onclick: () => this.#open(topic.id),
      },
      el(
        "span",
        { class: `topic-icon tint-${(topic.id ?? 0) % 6}`, "aria-hidden": "true" },
        general ? "#" : ([...topic.name.replace(/^#\d+\s+/, "")][0] ?? "#").toUpperCase(),
      ),
      el("strong", {}, topic.closed ? icon("lock") : null, topic.name),
      el("time", {}, last ? clock(last.date) : ""),
      el("span", { class: "preview" }, last ? last.text || t(last.kind) : t("nothing_yet")),
      count,
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
  return [...topics, summary({ id: null, name: t("general"), closed: false })];
}
