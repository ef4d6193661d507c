// Behind the scenes: what is broken on purpose, whether the desk lives, and what is on its way.

import { Calls } from "./calls.js";
import { choices, choose, el } from "./dom.js";
import { attempt, note } from "./notes.js";
import { act } from "./wire.js";
import { t } from "./words.js";

const CHANNELS = ["telegram", "max"];
const MODES = ["works", "slow", "limited", "broken", "gone"];
const WAYS = [
  ["updates", "at_messengers"],
  ["inbox", "in_inbox"],
  ["outbox", "in_outbox"],
];

const part = (id) => document.getElementById(id);

export class Behind {
  calls = new Calls();
  #lives = null;

  constructor() {
    part("troubles").append(...CHANNELS.map((channel) => this.#trouble(channel)));
    const live = (alive) => () => attempt(() => act("live", { alive }));
    part("kill").addEventListener("click", live(false));
    part("begin").addEventListener("click", live(true));
    part("behind-toggle").addEventListener("click", () => this.open(!this.#isOpen));
    this.open(localStorage.getItem("behind") === "open");
  }

  get #isOpen() {
    return part("behind").classList.contains("open");
  }

  /** Shows or hides it, where there is room for it beside the panes. */
  open(wanted) {
    part("behind").classList.toggle("open", wanted);
    part("behind-toggle").setAttribute("aria-expanded", wanted);
    localStorage.setItem("behind", wanted ? "open" : "");
    this.calls.toTheEnd();
  }

  #trouble(channel) {
    const legend = el("legend", { "data-t": channel, class: "unseen" });
    const field = el("fieldset", { class: "choice", id: `trouble-${channel}` }, legend);
    const options = MODES.map((value) => ({ value, label: value }));
    choices(field, `trouble-${channel}`, options, (mode) =>
      attempt(() => act("make-trouble", { channel, mode })),
    );
    const name = el("strong", { "data-t": channel, "aria-hidden": "true" });
    return el("div", { class: "trouble" }, name, field, el("p", { id: `about-${channel}` }));
  }

  render(state) {
    const { desk, trouble } = state;
    for (const channel of CHANNELS) {
      choose(part(`trouble-${channel}`), trouble[channel]);
      part(`about-${channel}`).textContent = t(`${trouble[channel]}_about`);
      part(`about-${channel}`).hidden = trouble[channel] === "works";
    }
    part("desk-state").textContent = t(desk.alive ? "runs" : "is_dead");
    part("kill").disabled = !desk.alive;
    part("begin").disabled = desk.alive;
    part("counts").replaceChildren(
      ...WAYS.map(([name, word]) =>
        el("div", { "data-waits": desk[name] > 0 }, el("dt", {}, t(word)), el("dd", {}, desk[name])),
      ),
    );
    this.#facts(state);
    this.#tell(desk);
  }

  #facts({ desk, trouble }) {
    const fact = (good, text) => el("span", { class: good ? "fact" : "fact bad" }, text);
    const waits = WAYS.reduce((sum, [name]) => sum + desk[name], 0);
    const shown = [
      fact(desk.alive, `${t("desk")} ${t(desk.alive ? "runs" : "is_dead")}`),
      ...CHANNELS.map((each) => fact(trouble[each] === "works", `${t(each)}: ${t(trouble[each])}`)),
      el("span", { class: "fact" }, `${t("on_the_way")}: ${waits}`),
    ];
    const text = shown.map((node) => node.textContent).join();
    if (part("facts").dataset.text === text) return;
    part("facts").dataset.text = text;
    part("facts").replaceChildren(...shown);
  }

  /** Says it where the desk died or began anew since the last time. */
  #tell({ alive, lives }) {
    const now = `${lives}:${alive}`;
    if (this.#lives !== null && this.#lives !== now) {
      note(alive ? t("begun_note", { n: lives }) : t("killed_note"), { wrong: !alive });
    }
    this.#lives = now;
  }
}
