// What somebody does in a chat, as acts: the same for customers and agents, in any messenger.

import { attempt, note } from "./notes.js";
import { base64 } from "./samples.js";
import { act } from "./wire.js";
import { t } from "./words.js";

/** Acts of whoever `where()` names, in the chat and topic that it names: {person, chat, topic}. */
export function talk(where) {
  const about = (message) => {
    const { person, chat } = where();
    return { person, chat, message: message.id };
  };
  return {
    send: (text, replyTo) => attempt(() => act("say", { ...where(), reply_to: replyTo, text })),

    files: (kind, files, replyTo) =>
      attempt(async () => {
        const sent = await Promise.all(
          files.map(async (file) => ({
            name: file.name,
            mime_type: file.type || null,
            data: await base64(file),
          })),
        );
        await act("send-files", { ...where(), reply_to: replyTo, kind, files: sent });
      }),

    edit: (message, text) => attempt(() => act("edit", { ...about(message), text })),

    delete: (message) => attempt(() => act("delete", about(message))),

    react: (message, emoji) => attempt(() => act("react", { ...about(message), emoji })),

    press: (message, label) =>
      attempt(async () => {
        const said = await act("press", { ...about(message), label });
        if (!said.answered) note(t("not_answered", { label }), { wrong: true });
        if (said.text) note(said.text);
        if (said.url) window.open(said.url, "_blank", "noreferrer");
      }),
  };
}
