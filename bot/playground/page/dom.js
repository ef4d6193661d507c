// Makes elements, and shows a messenger's formatting without trusting it.

import { language } from "./words.js";

const KEPT = new Set(["B", "I", "U", "S", "CODE", "PRE", "BLOCKQUOTE", "MARK"]);
const LINKS = /^(https?|mailto|tel|tg):/i;

/** An element; properties that begin with "on" are listeners, null and false leave one out. */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  attach: "M21 11.5l-8.6 8.6a5.5 5.5 0 0 1-7.8-7.8L13.5 3.400a3.7 3.7 0 0 1 5.2 5.200l-8.8 8.800a1.8 1.8 0 0 1-2.6-2.600l8-8",
  send: "M12 20V5M5.5 11.500L12 5l6.5 6.5",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  cancel: "M7 7l10 10M17 7 7 17",
  lock: "M7 11h10v8H7zM9 11V8a3 3 0 0 1 6 0v3",
  play: "M8 5.500v13l10.5-6.500z",
  pause: "M8 6v12M16 6v12",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  ticks: "M2 13l4 4 8-9M11 16l1 1 8-9",
  moon: "M20 14.500A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.500z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M4.9 4.900l1.4 1.400M17.7 17.700l1.4 1.400M2 12h2M20 12h2M4.9 19.100l1.4-1.400M17.7 6.300l1.4-1.4",
};

/** A small drawing without words; what it is in says what it means. */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", ICONS[name]);
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", `icon icon-${name}`);
  drawing.setAttribute("aria-hidden", "true");
  drawing.append(line);
  return drawing;
}

/** A round picture of somebody: the initial on a colour of their own. */
export function avatar({ id, name }) {
  const initial = [...name][0] ?? "?";
  return el("span", { class: `avatar tint-${Math.abs(id) % 6}`, "aria-hidden": "true" }, initial);
}

/** Several of which one is chosen: radio buttons in the fieldset, told by their labels. */
export function choices(fieldset, name, options, chosen) {
  for (const { value, label } of options) {
    const input = el("input", { type: "radio", name, value, class: "unseen" });
    input.addEventListener("change", () => chosen(value));
    fieldset.append(el("label", {}, input, el("span", { "data-t": label })));
  }
}

/** Marks which of the choices holds. */
export function choose(fieldset, value) {
  for (const input of fieldset.querySelectorAll("input")) input.checked = input.value === value;
}

/** The messenger's HTML as nodes: known tags are made anew, all else is its text. */
export function formatted(html) {
  const made = document.createDocumentFragment();
  const parsed = new DOMParser().parseFromString(`<body>${html}`, "text/html");
  made.append(...[...parsed.body.childNodes].map(copy));
  return made;
}

function copy(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  const children = [...node.childNodes].map(copy);
  if (KEPT.has(node.tagName)) return el(node.tagName.toLowerCase(), {}, ...children);
  if (node.tagName === "H1") return el("b", { class: "heading" }, ...children);
  if (node.tagName === "TG-SPOILER") return el("span", { class: "spoiler" }, ...children);
  const address = node.getAttribute("href") ?? "";
  if (node.tagName === "A" && LINKS.test(address)) {
    return el("a", { href: address, target: "_blank", rel: "noreferrer" }, ...children);
  }
  return el("span", {}, ...children);
}

/** Hours and minutes of a Unix time, as the page's language writes them. */
export function clock(seconds, wanted = language) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Date(seconds * 1000).toLocaleTimeString(wanted, options);
}

/** A size of a file in words. */
export function fileSize(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
