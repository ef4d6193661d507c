// A customer's phone: who it is, their chat with the bot, and whether they let the bot write.

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { el } from "./dom.js";
import { attempt } from "./notes.js";
import { talk } from "./talk.js";
import { act } from "./wire.js";

const LANGUAGES = { en: "English", ru: "Русский" };

const part = (id) => document.getElementById(id);

export class Phone {
  #state = null;
  #chosen;
  #seen = new Map();
  #composer;
  #conversation;
  #barred;

  /** `customer` is who the phone belongs to now; `chosen` is called when that changes. */
  constructor({ chosen }) {
    this.customer = null;
    this.#chosen = chosen;
    const acts = talk(() => ({ person: this.customer.id, chat: this.customer.id }));
    this.#composer = new Composer({ label: "Message to the bot", hint: "Message", acts });
    this.#conversation = new Conversation(part("phone-log"), {
      reply: (message) => this.#composer.reply(message),
      edit: (message) => this.#composer.edit(message),
      press: acts.press,
    });
    this.#barred = el("button", { type: "button", class: "primary wide" });
    this.#barred.addEventListener("click", () => this.#let());
    part("phone-foot").append(this.#composer.node, this.#barred);
    part("block").addEventListener("click", () => this.#block(true));
  }

  focus() {
    part("phone-log").focus();
  }

  render(state) {
    this.#state = state;
    this.customer ??= state.customers[0];
    part("bot-name").textContent = state.bot.name;
    const chat = state.chats.get(this.customer.id);
    this.#seen.set(chat.id, chat.messages.at(-1)?.id);
    this.#people();
    this.#conversation.render(chat.id, chat.messages, this.customer.id);
    const blocked = chat.bot === "kicked";
    const absent = chat.bot === "absent";
    this.#composer.node.hidden = blocked || absent;
    this.#barred.hidden = !(blocked || absent);
    this.#barred.textContent = blocked ? "Unblock" : "Start";
    part("block").hidden = blocked || absent;
  }

  #choose(customer) {
    this.customer = customer;
    this.#composer.reset();
    this.render(this.#state);
    this.#chosen();
  }

  #block(blocked) {
    return attempt(() => act("block", { person: this.customer.id, blocked }));
  }

  #let() {
    const blocked = this.#state.chats.get(this.customer.id).bot === "kicked";
    if (blocked) return this.#block(false);
    return attempt(() => act("open", { person: this.customer.id }));
  }

  #people() {
    const group = part("customers");
    if (group.querySelector("input") === null) {
      group.append(...this.#state.customers.map((customer) => this.#entry(customer)));
    }
    for (const label of group.querySelectorAll("label")) {
      const id = Number(label.dataset.id);
      label.querySelector("input").checked = id === this.customer.id;
      const last = this.#state.chats.get(id).messages.at(-1);
      const unread = last !== undefined && last.from_bot && this.#seen.get(id) !== last.id;
      label.classList.toggle("unread", unread);
    }
  }

  #entry(customer) {
    return el(
      "label",
      { "data-id": customer.id },
      el("input", {
        type: "radio",
        name: "customer",
        class: "unseen",
        onchange: () => this.#choose(customer),
      }),
      el("strong", {}, customer.first_name),
      el("span", {}, LANGUAGES[customer.language]),
    );
  }
}
