// The line that people write in: text, a reply, an edit of something said before, a file.

import { el, icon } from "./dom.js";
import { sampleFile, samplePhoto } from "./samples.js";

export class Composer {
  #acts;
  #about = null;
  #bar = el("p", { class: "about" });
  #text;

  /** `acts.send(text, replyTo)`, `acts.edit(message, text)`, `acts.file(file, kind, replyTo)`;
      each says whether it went well. */
  constructor({ label, hint, acts }) {
    this.#acts = acts;
    this.#text = el("textarea", {
      rows: 1,
      placeholder: hint,
      "aria-label": label,
      onkeydown: (event) => this.#key(event),
    });
    this.node = el(
      "form",
      { class: "composer", onsubmit: (event) => this.#submit(event) },
      this.#bar,
      this.#attach(),
      this.#text,
      el("button", { class: "send", "aria-label": "Send", title: "Send" }, icon("send")),
    );
    this.reset();
  }

  /** Whether nobody is in the middle of writing. */
  get idle() {
    return this.#text.value === "" && this.#about === null;
  }

  focus() {
    this.#text.focus();
  }

  reset() {
    this.#text.value = "";
    this.#turn(null);
  }

  reply(message) {
    this.#turn({ kind: "reply", message });
    this.focus();
  }

  edit(message) {
    this.#text.value = message.text;
    this.#turn({ kind: "edit", message });
    this.focus();
  }

  #turn(about) {
    this.#about = about;
    this.#bar.hidden = about === null;
    if (about === null) return;
    const what = about.kind === "edit" ? "Editing" : `Reply to ${about.message.sender}`;
    this.#bar.replaceChildren(
      el("strong", {}, what),
      el("span", {}, about.message.text || about.message.kind),
      el(
        "button",
        { type: "button", "aria-label": "Cancel", onclick: () => this.reset() },
        icon("cancel"),
      ),
    );
  }

  #key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
    if (event.key === "Escape" && this.#about !== null) this.reset();
  }

  get #replyTo() {
    return this.#about?.kind === "reply" ? this.#about.message.id : null;
  }

  async #submit(event) {
    event.preventDefault();
    const text = this.#text.value.trim();
    if (text === "") return;
    const about = this.#about;
    const done =
      about?.kind === "edit"
        ? await this.#acts.edit(about.message, text)
        : await this.#acts.send(text, this.#replyTo);
    if (done) this.reset();
  }

  #attach() {
    const choose = (kind, accept) => {
      const input = el("input", { type: "file", accept });
      input.addEventListener("change", () => this.#file(input.files[0], kind));
      input.click();
    };
    const entry = (label, work) =>
      el("button", { type: "button", onclick: () => { menu.open = false; work(); } }, label);
    const menu = el(
      "details",
      {
        class: "attach",
        onkeydown: (event) => {
          if (event.key === "Escape") menu.open = false;
        },
        onfocusout: (event) => {
          if (!menu.contains(event.relatedTarget)) menu.open = false;
        },
      },
      el("summary", { "aria-label": "Attach", title: "Attach" }, icon("attach")),
      el(
        "div",
        {},
        entry("Sample photo", async () => this.#file(await samplePhoto(), "photo")),
        entry("Sample file", () => this.#file(sampleFile(), "document")),
        entry("Choose a photo…", () => choose("photo", "image/*")),
        entry("Choose a file…", () => choose("document", null)),
      ),
    );
    return menu;
  }

  async #file(file, kind) {
    if (await this.#acts.file(file, kind, this.#replyTo)) this.#turn(null);
  }
}
