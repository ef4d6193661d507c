// The line to the playground's server: the live state, and what people do.

import { t } from "./words.js";

/** Keeps `state` as it is on the server, and calls `changed` after each change.

    state.chats is a Map by chat id, state.calls what was called since the last change. `online`
    hears whether the line stands. */
export function follow(changed, online) {
  const state = { chats: new Map() };
  const feed = new EventSource("/playground/feed");

  function take({ chats, ...rest }) {
    Object.assign(state, rest);
    for (const chat of chats) state.chats.set(chat.id, chat);
    changed(state);
  }

  feed.addEventListener("state", (event) => {
    state.chats.clear();
    take(JSON.parse(event.data));
    online(true);
  });
  feed.addEventListener("changes", (event) => take(JSON.parse(event.data)));
  feed.addEventListener("error", () => online(false));
}

const heard = new Set();

/** Calls `hear(name, body)` before each act. */
export function onAct(hear) {
  heard.add(hear);
}

/** Does something on somebody's behalf; the answer. Throws an Error that says what is wrong. */
export async function act(name, body) {
  for (const hear of heard) hear(name, body);
  const answer = await fetch(`/playground/actions/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error(t("not_running"));
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said;
}
