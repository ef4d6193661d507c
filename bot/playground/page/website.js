// The website's frame: in which language and light it is seen, and what comes out of it.

/** `opened(link)` is called when somebody follows a deeplink, `called(call)` after each request. */
export class Website {
  #frame = document.getElementById("shop");
  #look = null;

  constructor({ opened, called }) {
    addEventListener("message", ({ data, origin, source }) => {
      if (origin !== location.origin || source !== this.#frame.contentWindow) return;
      if (data.ready) this.#tell();
      if (data.opened) opened(data.opened);
      if (data.call) called(data.call);
    });
  }

  /** Shows the site in that language and theme. */
  look(language, theme) {
    if (this.#look?.language === language && this.#look?.theme === theme) return;
    this.#look = { language, theme };
    this.#tell();
  }

  #tell() {
    if (this.#look !== null) this.#frame.contentWindow.postMessage(this.#look, location.origin);
  }
}
