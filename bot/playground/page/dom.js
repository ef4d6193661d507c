// Makes elements, and shows a messenger's formatting without trusting it.

const KEPT = new Set(["B", "I", "U", "S", "CODE", "PRE", "BLOCKQUOTE"]);
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
  attach: "M12 5v14M5 12h14",
  send: "M5 12h13M12 5l7 7-7 7",
  reply: "M10 7 5 12l5 5M5 12h9a5 5 0 0 1 5 5v1",
  edit: "M5 19h3L19 8l-3-3L5 16zM14 7l3 3",
  cancel: "M7 7l10 10M17 7 7 17",
  lock: "M7 11h10v8H7zM9 11V8a3 3 0 0 1 6 0v3",
};

/** A small drawing without words; what it is in says what it means. */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", ICONS[name]);
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  drawing.append(line);
  return drawing;
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
  if (node.tagName === "TG-SPOILER") return el("span", { class: "spoiler" }, ...children);
  const address = node.getAttribute("href") ?? "";
  if (node.tagName === "A" && LINKS.test(address)) {
    return el("a", { href: address, target: "_blank", rel: "noreferrer" }, ...children);
  }
  return el("span", {}, ...children);
}

/** Hours and minutes of a Unix time, as the reader writes them. */
export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
}

/** A size of a file in words. */
export function fileSize(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
