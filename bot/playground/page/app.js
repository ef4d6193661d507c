// The page: its panes over one live state, its language and its light. On narrow screens one pane
// is shown at a time.

import { Agents } from "./agents.js";
import { Behind } from "./behind.js";
import { el, icon } from "./dom.js";
import { badge, Phone } from "./phone.js";
import { Website } from "./website.js";
import { follow } from "./wire.js";
import { language, speak, t } from "./words.js";

const part = (id) => document.getElementById(id);
const page = document.documentElement;
const tabs = [...document.querySelectorAll("[data-pane]")];
for (const tab of tabs) tab.append(el("b", { class: "badge", hidden: true }));

function show(pane) {
  part("panes").dataset.shown = pane;
  for (const tab of tabs) {
    if (tab.dataset.pane === pane) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}

for (const tab of tabs) tab.addEventListener("click", () => show(tab.dataset.pane));

// --- language and light ---------------------------------------------------------------------

const dark = matchMedia("(prefers-color-scheme: dark)");

function light() {
  const theme = localStorage.getItem("theme") ?? (dark.matches ? "dark" : "light");
  page.dataset.theme = theme;
  const other = theme === "dark" ? "light" : "dark";
  part("theme").replaceChildren(icon(other === "light" ? "sun" : "moon"));
  part("theme").setAttribute("aria-label", t(other));
  part("theme").title = t(other);
}

part("theme").addEventListener("click", () => {
  localStorage.setItem("theme", page.dataset.theme === "dark" ? "light" : "dark");
  render();
});
dark.addEventListener("change", () => render());

part("language").addEventListener("click", () => {
  localStorage.setItem("language", language === "ru" ? "en" : "ru");
  speak(localStorage.getItem("language"));
  render();
});
speak(localStorage.getItem("language") ?? navigator.language.slice(0, 2));

// --- the panes ------------------------------------------------------------------------------

let state = null;
let stands = null;
let started = null;

const agents = new Agents();
const behind = new Behind();
const phone = new Phone({ changed: () => render() });
const website = new Website({
  opened: (link) => {
    show("phone");
    phone.follow(link);
  },
  called: (call) => behind.calls.asked(call),
});
speak(language);

function render() {
  light();
  part("online").textContent = t(stands === null ? "connecting" : stands ? "live" : "reconnecting");
  part("online").classList.toggle("lost", stands === false);
  if (state === null) return;
  phone.render(state);
  agents.render(state);
  behind.render(state);
  website.look(phone.customer.language, page.dataset.theme);
  badges();
}

function badges() {
  const counts = { phone: phone.unread, agents: agents.unread };
  for (const tab of tabs) badge(tab.querySelector(".badge"), counts[tab.dataset.pane] ?? 0);
}

// A link to the bot within a chat opens the phone, as the messenger's app would.
addEventListener("click", (event) => {
  const address = event.target.closest?.("a")?.href ?? "";
  const bots = Object.values(state?.messengers ?? {}).map(({ username }) => username);
  const name = /^https:\/\/(?:t\.me|max\.ru)\/(\w+)\?start=/.exec(address)?.[1];
  if (!bots.includes(name)) return;
  event.preventDefault();
  show("phone");
  phone.follow(address);
});

follow(
  (news) => {
    // Another start of the playground has other groups, and nothing of what was said.
    if (state !== null && started !== news.started) return location.reload();
    state = news;
    started = news.started;
    behind.calls.add(state);
    render();
  },
  (now) => {
    stands = now;
    render();
  },
);
render();
