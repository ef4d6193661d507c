// Messages as bubbles, kept as they are in the messenger; what changed is drawn anew, no more.

import { clock, el, fileSize, formatted, icon } from "./dom.js";

const SERVICE = {
  forum_topic_created: "Topic created",
  forum_topic_edited: "Topic renamed",
  forum_topic_closed: "Topic closed",
  forum_topic_reopened: "Topic reopened",
  pinned_message: "Message pinned",
  new_chat_title: "Group renamed",
  new_chat_members: "New member",
  left_chat_member: "Member left",
};
const SHOWN = ["image/jpeg", "image/png", "image/gif", "image/webp"];
const NEAR_THE_END = 80;

export class Conversation {
  #log;
  #acts;
  #key = null;
  #follows = true;
  #drawn = new Map();

  /** `acts.reply(message)`, `acts.edit(message)`, `acts.press(message, label)`. */
  constructor(log, acts) {
    this.#log = log;
    this.#acts = acts;
    this.#stayAtTheEnd();
  }

  /** New messages, pictures that came late and a pane of another size leave the end in sight,
      unless somebody scrolled away from it. */
  #stayAtTheEnd() {
    const log = this.#log;
    let last = 0;
    log.addEventListener("scroll", () => {
      if (log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_THE_END) this.#follows = true;
      else if (log.scrollTop < last) this.#follows = false;
      last = log.scrollTop;
    });
    log.addEventListener("load", () => this.#toTheEnd(), { capture: true });
    new ResizeObserver(() => this.#toTheEnd()).observe(log);
  }

  #toTheEnd() {
    if (this.#follows) this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** Shows these messages as `me` sees them. `key` names the conversation. */
  render(key, messages, me) {
    const log = this.#log;
    if (key !== this.#key) {
      this.#key = key;
      this.#follows = true;
      this.#drawn.clear();
      log.replaceChildren();
    }
    const byId = new Map(messages.map((message) => [message.id, message]));
    const gone = [...this.#drawn.keys()].filter((id) => !byId.has(id));
    for (const id of gone) this.#forget(id);
    messages.forEach((message, index) => {
      const seen = JSON.stringify([message, message.sender_id === me, byId.has(message.reply_to)]);
      const before = this.#drawn.get(message.id);
      if (before?.seen === seen) return;
      const node = this.#draw(message, me, byId.get(message.reply_to));
      if (before) exchange(before.node, node);
      else log.insertBefore(node, log.children[index] ?? null);
      this.#drawn.set(message.id, { seen, node });
    });
    this.#toTheEnd();
  }

  #forget(id) {
    this.#drawn.get(id).node.remove();
    this.#drawn.delete(id);
  }

  #draw(message, me, replied) {
    if (message.service) {
      return el("p", { class: "service" }, SERVICE[message.kind] ?? message.kind);
    }
    const own = message.sender_id === me;
    return el(
      "article",
      { class: own ? "message own" : "message", "aria-label": own ? "You" : message.sender },
      el(
        "div",
        { class: message.from_bot ? "bubble bot" : "bubble" },
        own ? null : el("p", { class: "sender" }, message.sender),
        replied ? quote(replied) : null,
        attachment(message),
        message.text ? el("div", { class: "text", dir: "auto" }, formatted(message.html)) : null,
        foot(message),
        this.#tools(message, own),
      ),
      this.#keyboard(message),
    );
  }

  #tools(message, own) {
    const tool = (label, sign, work) =>
      el(
        "button",
        { type: "button", title: label, "aria-label": label, "data-focus": label, onclick: work },
        icon(sign),
      );
    return el(
      "div",
      { class: "tools" },
      tool("Reply", "reply", () => this.#acts.reply(message)),
      own ? tool("Edit", "edit", () => this.#acts.edit(message)) : null,
    );
  }

  #keyboard(message) {
    if (message.buttons.length === 0) return null;
    const press = async (event, label) => {
      const button = event.currentTarget;
      if (button.getAttribute("aria-busy") === "true") return;
      button.setAttribute("aria-busy", "true");
      await this.#acts.press(message, label);
      button.removeAttribute("aria-busy");
    };
    const rows = message.buttons.map((row, y) =>
      el(
        "div",
        { class: "keys" },
        ...row.map(({ label }, x) =>
          el(
            "button",
            { type: "button", "data-focus": `${y}:${x}`, onclick: (event) => press(event, label) },
            label,
          ),
        ),
      ),
    );
    return el("div", { class: "keyboard" }, ...rows);
  }
}

/** Puts `after` where `before` was; the keyboard's focus stays in the message. */
function exchange(before, after) {
  const focused = before.contains(document.activeElement) ? document.activeElement : null;
  before.replaceWith(after);
  if (focused === null) return;
  const keys = [...after.querySelectorAll("[data-focus]")];
  (keys.find((key) => key.dataset.focus === focused.dataset.focus) ?? keys.at(-1))?.focus();
}

function quote(message) {
  return el(
    "blockquote",
    { class: "quote" },
    el("strong", {}, message.sender ?? ""),
    el("span", {}, message.text || message.kind),
  );
}

function attachment(message) {
  const file = message.file;
  if (file === null) {
    return message.text ? null : el("p", { class: "text other" }, message.kind.replaceAll("_", " "));
  }
  const address = `/playground/files/${file.path}`;
  if (SHOWN.includes(file.mime_type) && file.kind !== "document") {
    const alt = file.kind === "photo" ? "Photo" : file.kind;
    return el("a", { href: address, target: "_blank", class: "picture" }, el("img", { src: address, alt }));
  }
  return el(
    "a",
    { href: address, download: file.name ?? "", class: "file" },
    el("strong", {}, file.name ?? file.kind.replaceAll("_", " ")),
    el("span", {}, fileSize(file.size)),
  );
}

function foot(message) {
  const reactions = message.reactions.map((emoji) => el("span", { class: "reaction" }, emoji));
  return el(
    "p",
    { class: "foot-line" },
    ...reactions,
    el("span", { class: "when" }, message.edited ? "edited " : "", clock(message.date)),
  );
}
