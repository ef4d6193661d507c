// Short notes at the edge of the page: what the bot said to a press, and what went wrong.

import { el } from "./dom.js";

const LASTS = 6000;

export function note(text, { wrong = false } = {}) {
  const shown = el("p", { class: wrong ? "note wrong" : "note" }, text);
  const notes = document.getElementById("notes");
  notes.append(shown);
  setTimeout(() => shown.remove(), LASTS);
}

/** Does the work; a failure becomes a note. Whether it went well. */
export async function attempt(work) {
  try {
    await work();
    return true;
  } catch (error) {
    note(error.message, { wrong: true });
    return false;
  }
}
