// The calls between desk, messengers and website, under the steps that people took.

import { choices, choose, clock, el } from "./dom.js";
import { onAct } from "./wire.js";
import { paint, t } from "./words.js";

const MOST = 250;
const FAULTS = { status: "502", cut_before: "lost", cut_after: "lost", hang: "lost" };
const NAMES = { telegram: "TG", max: "MAX", web: "WEB" };

const part = (id) => document.getElementById(id);

export class Calls {
  #list = part("calls");
  #shown = "all";
  #state = null;
  #seen = new Set();

  constructor() {
    const options = ["all", "telegram", "max"].map((value) => ({ value, label: value }));
    choices(part("calls-of"), "calls-of", options, (value) => this.#only(value));
    choose(part("calls-of"), "all");
    part("calls-clear").addEventListener("click", () => this.#list.replaceChildren());
    onAct((name, body) => this.#step(name, body));
  }

  #only(value) {
    this.#shown = value;
    this.#list.dataset.only = value;
  }

  /** Adds what the state tells of new calls. */
  add(state) {
    this.#state = state;
    this.#list.dataset.empty = t("no_calls");
    for (const call of state.calls) {
      if (this.#seen.has(call.id)) continue;
      this.#seen.add(call.id);
      this.#put(this.#call(call));
    }
  }

  /** Adds what the website asked of the desk. */
  asked(call) {
    this.#put(this.#call({ ...call, channel: "web", outcome: call.status ? "ok" : "cut_before" }));
  }

  /** Leaves the newest calls in sight. */
  toTheEnd() {
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  #step(name, body) {
    const people = [this.#state.customers, this.#state.agents].flatMap((each) => Object.values(each).flat());
    const who = people.find(({ id }) => id === body.person)?.first_name ?? "";
    let word = `step_${name}`;
    if (name === "block" && !body.blocked) word = "step_unblock";
    if (name === "live" && body.alive) word = "step_begin";
    const values = { ...body, who, channel: t(body.channel ?? ""), mode: t(body.mode ?? "") };
    this.#put(el("li", { class: "step-line" }, t(word, values)));
  }

  #put(item) {
    const list = this.#list;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    list.append(item);
    while (list.children.length > MOST) list.firstChild.remove();
    if (atEnd) this.toTheEnd();
  }

  #call(call) {
    const good = call.outcome === "ok" || call.outcome === "delay";
    const fault = FAULTS[call.outcome];
    const status = fault === "lost" ? t("lost") : (fault ?? String(call.status));
    const took = call.seconds < 1 ? t("ms", { n: Math.round(call.seconds * 1000) }) : t("seconds", { n: call.seconds.toFixed(1) });
    const row = [
      el("time", {}, clock(call.at)),
      el("span", { class: `tag tag-${call.channel}` }, NAMES[call.channel]),
      el("code", {}, call.path ? `${call.method} ${call.path}` : call.method),
      el("span", { class: "whom" }, this.#whom(call)),
      el("span", { class: good && status < "400" ? "status" : "status bad" }, status),
      el("span", { class: "took" }, took),
    ];
    const item = { class: "call", "data-channel": call.channel };
    if (call.params === undefined) return el("li", item, el("div", { class: "row" }, ...row));
    const details = el("details", {}, el("summary", { class: "row" }, ...row));
    details.addEventListener("toggle", () => fill(details, call), { once: true });
    return el("li", item, details);
  }

  /** Whose chat the call is about. */
  #whom({ chat }) {
    return this.#state.chats.get(Number(chat))?.title ?? "";
  }
}

function fill(details, { params, answer }) {
  const json = (value) => el("pre", { tabindex: 0 }, JSON.stringify(value, null, 1));
  details.append(
    el("h4", { "data-t": "asked" }),
    json(params),
    el("h4", { "data-t": "answered" }),
    json(answer ?? null),
  );
  paint(details);
}
