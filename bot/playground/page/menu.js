// The one menu of the page: it opens at a button and closes by itself.

import { el } from "./dom.js";

const menu = document.getElementById("menu");
const GAP = 6;
let opener = null;

/** Opens at `button` with these items: {label, run, sign}, a null draws a line. Items with a sign
    stand in a row, shown by it and named by their labels. */
export function open(button, items) {
  opener = button;
  const signs = items.filter((item) => item?.sign);
  const rows = items.filter((item) => item === null || !item.sign);
  menu.replaceChildren(
    ...(signs.length ? [el("div", { class: "signs" }, ...signs.map(entry))] : []),
    ...rows.map((item) => (item === null ? el("hr") : entry(item))),
  );
  menu.setAttribute("role", "menu");
  menu.showPopover();
  place(button.getBoundingClientRect());
  button.setAttribute("aria-expanded", "true");
  menu.querySelector("button").focus();
}

function entry({ label, run, sign }) {
  const properties = { type: "button", role: "menuitem", tabindex: -1 };
  if (sign) Object.assign(properties, { "aria-label": label, title: label });
  const button = el("button", properties, sign ?? label);
  button.addEventListener("click", () => {
    close();
    run();
  });
  return button;
}

function place(at) {
  const { width, height } = menu.getBoundingClientRect();
  const left = Math.min(Math.max(GAP, at.right - width), innerWidth - width - GAP);
  const below = at.bottom + GAP + height <= innerHeight;
  const top = below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - height);
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}

function close() {
  if (menu.matches(":popover-open")) menu.hidePopover();
  opener?.focus();
}

const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

menu.addEventListener("keydown", (event) => {
  const items = [...menu.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  if (event.key in STEPS) {
    event.preventDefault();
    items.at((at + STEPS[event.key]) % items.length).focus();
  } else if (event.key === "Tab") {
    event.preventDefault();
    close();
  }
});

menu.addEventListener("toggle", ({ newState }) => {
  if (newState === "closed") opener?.setAttribute("aria-expanded", "false");
});
