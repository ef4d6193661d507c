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
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

/** A size of a file in words. */
export function fileSize(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
