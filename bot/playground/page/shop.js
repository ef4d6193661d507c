// The website: any site's page with the support button on it. Only its links into the messengers
// are caught, as their apps would do it, and lead to the phone beside it.

import { paint } from "./words.js";

const page = document.documentElement;
const home = location.origin;

/** The link into a messenger that was clicked, also within the button's shadow. */
function link(event) {
  const anchor = event.composedPath().find((node) => node.tagName === "A");
  return /^https:\/\/(t\.me|max\.ru)\//.test(anchor?.href) ? anchor.href : null;
}

addEventListener(
  "click",
  (event) => {
    const opened = link(event);
    if (opened === null) return;
    event.preventDefault();
    parent.postMessage({ opened }, home);
  },
  { capture: true },
);

addEventListener("message", ({ data, origin }) => {
  if (origin !== home) return;
  page.lang = data.language;
  page.dataset.theme = data.theme;
  paint(document, data.language);
});

// What the button asks of the desk is shown among the calls.
const ask = window.fetch;
window.fetch = async (address, options = {}) => {
  const began = Date.now();
  const method = options.method ?? "GET";
  const path = new URL(address, home).pathname.replace(/[\w-]{22}/, "…");
  const tell = (status) => {
    const call = { method, path, status, at: began / 1000, seconds: (Date.now() - began) / 1000 };
    parent.postMessage({ call }, home);
  };
  try {
    const answer = await ask(address, options);
    tell(answer.status);
    return answer;
  } catch (error) {
    if (!options.signal?.aborted) tell(0);
    throw error;
  }
};

paint(document, page.lang);
parent.postMessage({ ready: true }, home);
