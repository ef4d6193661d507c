// What the page says, in the languages of the product. The phone speaks its owner's language.

import en from "./words-en.js";
import ru from "./words-ru.js";

const ALL = { en, ru };

/** The page's language; `speak` changes it. */
export let language = "en";

/** From now on the page speaks that language. */
export function speak(wanted) {
  language = wanted in ALL ? wanted : "en";
  document.documentElement.lang = language;
  paint(document);
}

/** The text of that name; `values` stand where their names are in braces. */
export function t(name, values = {}, wanted = language) {
  const text = (ALL[wanted] ?? en)[name] ?? en[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** Whether there is a text of that name. */
export function known(name) {
  return name in en;
}

/** Fills what the markup names: data-t is the text, data-t-label the accessible name. */
export function paint(root, wanted = language) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t, {}, wanted);
  for (const node of root.querySelectorAll("[data-t-label]")) {
    node.setAttribute("aria-label", t(node.dataset.tLabel, {}, wanted));
  }
}
