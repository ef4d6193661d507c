// The page: three panes over one live state. On narrow screens one pane is shown at a time.

import { Agents } from "./agents.js";
import { Phone } from "./phone.js";
import { Website } from "./website.js";
import { follow } from "./wire.js";

const panes = document.getElementById("panes");
const tabs = [...document.querySelectorAll("[data-pane]")];

function show(pane) {
  panes.dataset.shown = pane;
  for (const tab of tabs) {
    if (tab.dataset.pane === pane) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}

for (const tab of tabs) tab.addEventListener("click", () => show(tab.dataset.pane));

const agents = new Agents();
const phone = new Phone({ chosen: () => website.render() });
const website = new Website({
  customer: () => phone.customer,
  opened: () => {
    show("phone");
    phone.focus();
  },
});

const online = document.getElementById("online");
follow(
  (state) => {
    phone.render(state);
    website.render(state);
    agents.render(state);
  },
  (stands) => {
    online.textContent = stands ? "Live" : "Reconnecting…";
    online.classList.toggle("lost", !stands);
  },
);
