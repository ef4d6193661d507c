// The line that people write in: text, a reply, an edit of something said before, files.

import { el, icon } from "./dom.js";
import { open } from "./menu.js";
import { sampleAlbum, sampleFile, samplePhoto, sampleVideo, sampleVoice } from "./samples.js";
import { t } from "./words.js";

export class Composer {
  #acts;
  #about = null;
  #bar = el("p", { class: "about" });
  #text;
  #attach;
  #send;

  /** `acts.send(text, replyTo)`, `acts.edit(message, text)`, `acts.files(kind, files, replyTo)`;
      each says whether it went well. */
  constructor(acts) {
    this.#acts = acts;
    this.#text = el("textarea", { rows: 1, onkeydown: (event) => this.#key(event) });
    this.#attach = el(
      "button",
      { type: "button", class: "attach", "aria-haspopup": "menu", onclick: () => this.#choose() },
      icon("attach"),
    );
    this.#send = el("button", { class: "send" }, icon("send"));
    this.node = el(
      "form",
      { class: "composer", onsubmit: (event) => this.#submit(event) },
      this.#bar,
      this.#attach,
      this.#text,
      this.#send,
    );
    this.reset();
  }

  /** Says what the line is for, in that language. */
  name({ label, hint, language }) {
    this.#text.placeholder = hint;
    this.#text.setAttribute("aria-label", label);
    for (const [button, word] of [[this.#attach, "attach"], [this.#send, "send"]]) {
      button.title = t(word, {}, language);
      button.setAttribute("aria-label", button.title);
    }
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
    const name = about.message.sender;
    this.#bar.replaceChildren(
      el("strong", {}, about.kind === "edit" ? t("editing") : t("reply_to", { name })),
      el("span", {}, about.message.text || t(about.message.kind)),
      el(
        "button",
        { type: "button", "aria-label": t("cancel"), onclick: () => this.reset() },
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

  #choose() {
    const own = (kind, accept, multiple) => () => {
      const input = el("input", { type: "file", accept, multiple });
      input.addEventListener("change", () => this.#files(kind, [...input.files]));
      input.click();
    };
    open(this.#attach, [
      { label: t("sample_photo"), run: async () => this.#files("photo", [await samplePhoto()]) },
      { label: t("sample_album"), run: async () => this.#files("photo", await sampleAlbum()) },
      { label: t("sample_voice"), run: () => this.#files("voice", [sampleVoice()]) },
      { label: t("sample_video"), run: async () => this.#files("video", [await sampleVideo()]) },
      { label: t("sample_file"), run: () => this.#files("document", [sampleFile()]) },
      null,
      { label: t("choose_photos"), run: own("photo", "image/*", true) },
      { label: t("choose_file"), run: own("document", null, false) },
    ]);
  }

  async #files(kind, files) {
    if (files.length && (await this.#acts.files(kind, files, this.#replyTo))) this.#turn(null);
  }
}
