// Messages as bubbles, kept as they are in the messenger; what changed is drawn anew, no more.

import { avatar, clock, el, formatted, icon } from "./dom.js";
import { carried } from "./media.js";
import { open } from "./menu.js";
import { known, t } from "./words.js";

const REACTIONS = ["👍", "❤", "🔥", "🙏"];
const NEAR_THE_END = 80;
const BY_HAND_MS = 1500;

/** Messages as people see them: the parts of an album are one entry. */
function entries(messages) {
  const found = [];
  for (const message of messages) {
    const last = found.at(-1);
    if (message.album !== null && last?.album === message.album) last.parts.push(message);
    else found.push({ id: message.id, album: message.album, parts: [message] });
  }
  return found;
}

export class Conversation {
  #log;
  #acts;
  #key = null;
  #follows = true;
  #drawn = new Map();

  /** `acts.reply(message)`, `acts.edit(message)`, `acts.delete(message)`, `acts.react(message,
      emoji)`, `acts.press(message, label)`. */
  constructor(log, acts) {
    this.#log = log;
    this.#acts = acts;
    this.#stayAtTheEnd();
  }

  /** New messages, pictures that came late and a pane of another size leave the end in sight,
      unless somebody scrolled away from it. */
  #stayAtTheEnd() {
    const log = this.#log;
    let touched = -Infinity;
    for (const event of ["wheel", "touchmove", "pointerdown", "keydown"]) {
      log.addEventListener(event, () => (touched = performance.now()), { passive: true });
    }
    log.addEventListener("scroll", () => {
      if (log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_THE_END) this.#follows = true;
      else if (performance.now() - touched < BY_HAND_MS) this.#follows = false;
    });
    log.addEventListener("load", () => this.#toTheEnd(), { capture: true });
    log.addEventListener("loadedmetadata", () => this.#toTheEnd(), { capture: true });
    new ResizeObserver(() => this.#toTheEnd()).observe(log);
  }

  #toTheEnd() {
    if (this.#follows) this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** Shows these messages of `chat` as `me` sees them, in that language. `key` names the
      conversation; `among` says that there are several people to tell apart. */
  render(key, messages, { chat, me, language, among = false }) {
    const log = this.#log;
    if (key !== this.#key) {
      this.#key = key;
      this.#follows = true;
      this.#drawn.clear();
      log.replaceChildren();
    }
    log.dataset.empty = t("nothing_yet", {}, language);
    const byId = new Map(messages.map((message) => [message.id, message]));
    const shown = entries(messages);
    const ids = new Set(shown.map(({ id }) => id));
    for (const id of [...this.#drawn.keys()].filter((drawn) => !ids.has(drawn))) this.#forget(id);
    shown.forEach((entry, index) => {
      const quoted = byId.get(entry.parts[0].reply_to);
      const view = { chat, me, language, among };
      const above = shown[index - 1]?.parts[0];
      const follows = !above?.service && above?.sender_id === entry.parts[0].sender_id;
      const seen = JSON.stringify([entry, me, language, among, follows, quoted?.text]);
      const before = this.#drawn.get(entry.id);
      if (before?.seen === seen) return;
      const node = this.#draw(entry, quoted, follows, view);
      if (before) exchange(before.node, node);
      else log.insertBefore(node, log.children[index] ?? null);
      this.#drawn.set(entry.id, { seen, node });
    });
    this.#toTheEnd();
  }

  #forget(id) {
    this.#drawn.get(id).node.remove();
    this.#drawn.delete(id);
  }

  #draw({ parts }, quoted, follows, { chat, me, language, among }) {
    const [first] = parts;
    if (first.service) {
      return el("p", { class: "service" }, known(first.kind) ? t(first.kind, {}, language) : first.kind);
    }
    const own = first.sender_id === me;
    const worded = parts.find((part) => part.text) ?? first;
    const files = parts.flatMap((part) => part.files);
    const media = carried(files, chat.channel, language);
    const bubble = el(
      "div",
      { class: bubbleClass(first, media, worded) },
      own || !among || follows ? null : el("p", { class: `sender tint-${Math.abs(first.sender_id) % 6}` }, first.sender),
      quoted ? quote(quoted, language) : null,
      ...media,
      worded.text ? el("div", { class: "text", dir: "auto" }, formatted(asShown(worded, own))) : null,
      worded.text || files.length ? null : el("p", { class: "text other" }, t(first.kind, {}, language)),
      foot(parts, own, language),
      this.#more(worded, own, chat),
    );
    const kinds = ["message", own && "own", follows && "follows", among && "among"].filter(Boolean);
    return el(
      "article",
      { class: kinds.join(" "), "aria-label": own ? t("you", {}, language) : first.sender },
      among && !own ? avatar({ id: first.sender_id, name: first.sender }) : null,
      bubble,
      this.#keyboard(parts.findLast((part) => part.buttons.length) ?? first),
    );
  }

  #more(message, own, chat) {
    const label = t("message_actions");
    const button = el(
      "button",
      { type: "button", class: "more", "aria-haspopup": "menu", "aria-label": label, "data-focus": label },
      icon("more"),
    );
    const reactions = chat.channel === "telegram" ? REACTIONS : [];
    button.addEventListener("click", () =>
      open(button, [
        ...reactions.map((emoji) => ({
          label: t("react", { emoji }),
          sign: emoji,
          run: () => this.#acts.react(message, emoji),
        })),
        { label: t("reply"), run: () => this.#acts.reply(message) },
        ...(own ? [{ label: t("edit"), run: () => this.#acts.edit(message) }] : []),
        ...(own ? [{ label: t("delete"), run: () => this.#acts.delete(message) }] : []),
      ]),
    );
    return button;
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

/** A deeplink's payload is sent, and not shown. */
function asShown({ html }, own) {
  return own ? html.replace(/^\/start [\w-]+$/, "/start") : html;
}

function bubbleClass(first, media, worded) {
  const bare = media.length === 1 && media[0].classList.contains("album") && !worded.text;
  return ["bubble", first.from_bot && "bot", bare && "bare"].filter(Boolean).join(" ");
}

function quote(message, language) {
  return el(
    "blockquote",
    { class: "quote" },
    el("strong", {}, message.sender ?? ""),
    el("span", {}, message.text || t(message.kind, {}, language)),
  );
}

function foot(parts, own, language) {
  const reactions = new Map();
  for (const emoji of parts.flatMap((part) => part.reactions)) {
    reactions.set(emoji, (reactions.get(emoji) ?? 0) + 1);
  }
  const shown = [...reactions].map(([emoji, times]) =>
    el("span", { class: "reaction" }, times > 1 ? `${emoji} ${times}` : emoji),
  );
  const edited = parts.some((part) => part.edited) ? `${t("edited", {}, language)} ` : "";
  return el(
    "p",
    { class: "foot-line" },
    ...shown,
    el("span", { class: "when" }, edited, clock(parts[0].date, language)),
    own ? icon("ticks") : null,
  );
}
