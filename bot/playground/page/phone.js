// A customer's phone: in which messenger, who it is, their chat with the bot.

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { avatar, choices, choose, el } from "./dom.js";
import { attempt } from "./notes.js";
import { talk } from "./talk.js";
import { Unread } from "./unread.js";
import { act } from "./wire.js";
import { t } from "./words.js";

const LANGUAGES = { en: "English", ru: "Русский" };
const STOPPED = ["kicked", "suspended"];
const TYPING_SECONDS = 5;

const part = (id) => document.getElementById(id);

// Whose it is is kept with the tab: the page that is loaded anew is the same person's.
export class Phone {
  #state = null;
  #changed;
  #channel = sessionStorage.getItem("channel") ?? "telegram";
  #customers = {};
  #unread = new Unread();
  #composer;
  #conversation;
  #barred;

  /** `changed` is called when the phone becomes somebody else's. */
  constructor({ changed }) {
    this.#changed = changed;
    const acts = talk(() => ({ person: this.customer.id, chat: this.customer.chat }));
    this.#composer = new Composer(acts);
    this.#conversation = new Conversation(part("phone-log"), {
      ...acts,
      reply: (message) => this.#composer.reply(message),
      edit: (message) => this.#composer.edit(message),
    });
    this.#barred = el("button", { type: "button", class: "primary wide" });
    this.#barred.addEventListener("click", () => this.#let());
    part("phone-foot").append(this.#composer.node, this.#barred);
    part("block").addEventListener("click", () => this.#block(true));
    const messengers = ["telegram", "max"].map((value) => ({ value, label: value }));
    choices(part("messengers"), "messenger", messengers, (value) => this.#switch(value));
  }

  /** Whose the phone is now. */
  get customer() {
    return this.#customers[this.#channel];
  }

  focus() {
    part("phone-log").focus({ preventScroll: true });
  }

  /** Opens a deeplink, in the messenger it leads to, as whoever has the phone there. */
  async follow(link) {
    this.#switch(new URL(link).host === "max.ru" ? "max" : "telegram");
    await attempt(() => act("open", { person: this.customer.id, link }));
    this.focus();
  }

  render(state) {
    this.#state = state;
    for (const [channel, people] of Object.entries(state.customers)) {
      const last = Number(sessionStorage.getItem(channel));
      this.#customers[channel] ??= people.find(({ id }) => id === last) ?? people[0];
    }
    const { customer } = this;
    const chat = state.chats.get(customer.chat);
    const { language } = customer;
    part("device").dataset.skin = this.#channel;
    part("device").lang = language;
    choose(part("messengers"), this.#channel);
    this.#unread.saw(chat.id, chat.messages);
    this.#people();
    this.#head(chat, language);
    this.#conversation.render(chat.id, chat.messages, { chat, me: customer.id, language });
    this.#foot(chat, language);
  }

  /** How many messages wait unread on phones that are not looked at. */
  get unread() {
    const all = Object.values(this.#state.customers).flat();
    return all.reduce((sum, { id, chat }) => sum + this.#count(id, chat), 0);
  }

  #count(me, chat) {
    return this.#unread.count(chat, this.#state.chats.get(chat).messages, me);
  }

  #head(chat, language) {
    const { bot } = this.#state.messengers[this.#channel];
    const last = chat.messages.at(-1)?.date ?? 0;
    const typing = chat.action_at > last && Date.now() / 1000 - chat.action_at < TYPING_SECONDS;
    if (typing) setTimeout(() => this.render(this.#state), TYPING_SECONDS * 1000);
    part("bot-name").textContent = bot;
    part("bot-note").textContent = t(typing ? "typing" : "bot", {}, language);
    part("bot-note").classList.toggle("typing", typing);
    part("phone-log").setAttribute("aria-label", t("chat_with_bot"));
    part("block").textContent = t(this.#channel === "max" ? "block_max" : "block", {}, language);
  }

  #foot(chat, language) {
    const blocked = STOPPED.includes(chat.bot);
    const absent = chat.bot === "absent";
    this.#composer.node.hidden = blocked || absent;
    this.#barred.hidden = !(blocked || absent);
    const again = this.#channel === "max" ? "unblock_max" : "unblock";
    this.#barred.textContent = t(blocked ? again : "start", {}, language);
    part("block").hidden = blocked || absent;
    const hint = t("message", {}, language);
    this.#composer.name({ label: t("message_to_bot"), hint, language });
  }

  #switch(channel) {
    this.#channel = channel;
    sessionStorage.setItem("channel", channel);
    this.#became();
  }

  #became() {
    this.#composer.reset();
    this.render(this.#state);
    this.#changed();
  }

  #block(blocked) {
    return attempt(() => act("block", { person: this.customer.id, blocked }));
  }

  #let() {
    if (STOPPED.includes(this.#state.chats.get(this.customer.chat).bot)) return this.#block(false);
    return attempt(() => act("open", { person: this.customer.id }));
  }

  #people() {
    const group = part("customers");
    const people = this.#state.customers[this.#channel];
    if (group.dataset.channel !== this.#channel) {
      group.dataset.channel = this.#channel;
      for (const label of group.querySelectorAll("label")) label.remove();
      group.append(...people.map((customer) => this.#entry(customer)));
    }
    for (const { id, chat } of people) {
      const label = group.querySelector(`[data-id="${id}"]`);
      label.querySelector("input").checked = id === this.customer.id;
      badge(label.querySelector(".badge"), this.#count(id, chat));
    }
  }

  #entry(customer) {
    const input = el("input", { type: "radio", name: "customer", class: "unseen" });
    input.addEventListener("change", () => {
      this.#customers[this.#channel] = customer;
      sessionStorage.setItem(this.#channel, customer.id);
      this.#became();
    });
    return el(
      "label",
      { "data-id": customer.id },
      input,
      avatar(customer),
      el("strong", {}, customer.first_name),
      el("span", { lang: customer.language }, LANGUAGES[customer.language]),
      el("b", { class: "badge" }),
    );
  }
}

/** Shows how much is unread, nothing where nothing is. */
export function badge(node, count) {
  node.hidden = count === 0;
  node.textContent = count;
  node.setAttribute("aria-label", t("unread", { n: count }));
}
