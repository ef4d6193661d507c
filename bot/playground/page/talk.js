// What somebody does in a chat, as acts: the same for customers and agents.

import { attempt, note } from "./notes.js";
import { base64 } from "./samples.js";
import { act } from "./wire.js";

/** Acts of whoever `where()` names, in the chat and topic that it names: {person, chat, topic}. */
export function talk(where) {
  return {
    send: (text, replyTo) => attempt(() => act("say", { ...where(), reply_to: replyTo, text })),

    edit: (message, text) => {
      const { person, chat } = where();
      return attempt(() => act("edit", { person, chat, message: message.id, text }));
    },

    file: (file, kind, replyTo) =>
      attempt(async () => {
        const data = await base64(file);
        await act("send-file", { ...where(), reply_to: replyTo, kind, name: file.name, data });
      }),

    press: (message, label) =>
      attempt(async () => {
        const { person, chat } = where();
        const said = await act("press", { person, chat, message: message.id, label });
        if (!said.answered) note(`The bot did not answer “${label}”`, { wrong: true });
        if (said.text) note(said.text);
        if (said.url) window.open(said.url, "_blank", "noreferrer");
      }),
  };
}
