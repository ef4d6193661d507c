"""MAX's updates as aiogram's: what each kind means, and the numbers that its messages go by.

Owns no state and asks nobody: an update that is read again is the same. https://dev.max.ru/docs-api
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from aiogram import Bot
from aiogram.types import Update

from bot.messengers.max import callback_ids
from bot.messengers.max.incoming import Fields, Json, parts_of

NO_NUMBER = 0
"""Stands for a message that has no name in MAX: one that nobody can answer or edit."""


class Known(NamedTuple):
    """An update, and what was found out of it when it came in.

    `update_id` is its own in the inbox, `chat_id` where it happened, None where that is unknown;
    `numbers` are those of its message's parts, None for an update that nobody can make sense of;
    `answered` is that of the message it answers.
    """

    update: Json
    update_id: int
    chat_id: int | None
    numbers: Sequence[int] | None
    answered: int | None


def message_in(update: Json) -> Json:
    """The message that an update is about; empty where MAX leaves it out."""
    return update.get("message") or {}


def mid_in(update: Json) -> str | None:
    """The name of that message. One that only passes another on may have none of its own."""
    body = message_in(update).get("body") or {}
    mid = body.get("mid")
    return None if mid is None else str(mid)


def answered_in(update: Json) -> str | None:
    """The name of the message that it answers."""
    link = message_in(update).get("link") or {}
    mid = (link.get("message") or {}).get("mid") if link.get("type") == "reply" else None
    return None if mid is None else str(mid)


def actor_in(update: Json) -> Json:
    """The user who did it; empty where MAX does not tell."""
    user = (update.get("callback") or {}).get("user") or update.get("user")
    return user or message_in(update).get("sender") or {}


def chat_type_in(update: Json) -> str | None:
    """`dialog`, `chat` or `channel`; None where it has to be told by the chat's id."""
    if update.get("is_channel"):
        return "channel"
    kind = (message_in(update).get("recipient") or {}).get("chat_type")
    return None if kind is None else str(kind)


def translate(known: Known, bot: Bot) -> list[Update]:
    """What aiogram would have got: several updates for an album, none for what means nothing.

    Raises ValueError for an update that nobody can make sense of.
    """
    if known.numbers is None:
        raise ValueError(f"a {known.update['update_type']} of an unknown shape, or from nowhere")
    make = _MAKERS.get(known.update["update_type"])
    if make is None or known.chat_id is None or chat_type_in(known.update) == "channel":
        return []
    if not actor_in(known.update):
        return []
    made = make(known, _Place(known, bot))
    return [
        Update.model_validate({"update_id": known.update_id, **each}, context={"bot": bot})
        for each in made
    ]


class _Place:
    """Where an update happened and who did it, in aiogram's terms."""

    def __init__(self, known: Known, bot: Bot) -> None:
        assert known.chat_id is not None
        update = known.update
        self.private = _is_private(chat_type_in(update), known.chat_id)
        self.user = user_fields(actor_in(update), update.get("user_locale"))
        self.bot: Fields = {"id": bot.id, "is_bot": True, "first_name": "bot"}
        self.date = _seconds(update)
        self.chat: Fields = {"id": known.chat_id, "type": "private" if self.private else "group"}
        if self.private:
            self.chat |= {"first_name": self.user["first_name"]}

    def changed(self, status: str, user: Fields) -> Fields:
        """A ChatMemberUpdated: `user` is in that status now."""
        was = "member" if status in ("kicked", "left") else "left"
        until = {"until_date": 0} if status == "kicked" else {}
        return {
            "chat": self.chat,
            "from": self.user,
            "date": self.date,
            "old_chat_member": {"status": was, "user": user},
            "new_chat_member": {"status": status, "user": user} | until,
        }


def _is_private(chat_type: str | None, chat_id: int) -> bool:
    return chat_id > 0 if chat_type is None else chat_type == "dialog"


def _seconds(of: Json) -> int:
    """Its time in seconds; MAX counts milliseconds."""
    return int(of.get("timestamp") or 0) // 1000


def user_fields(user: Json, language: object = None) -> Fields:
    """A user or member of MAX's. Raises KeyError for what is none."""
    first_name = user.get("first_name") or user.get("name") or str(user["user_id"])
    return {
        "id": user["user_id"],
        "is_bot": bool(user.get("is_bot")),
        "first_name": first_name,
        "last_name": user.get("last_name") or None,
        "username": user.get("username") or None,
        "language_code": language if isinstance(language, str) else None,
    }


# --- the kinds ----------------------------------------------------------------------------------


def _messages(known: Known, place: _Place) -> list[Fields]:
    """The message; without it, as voice messages may come, nobody knows who said what."""
    if not message_in(known.update):
        return []
    return [{"message": each} for each in _parts(known, place)]


def _edited(known: Known, place: _Place) -> list[Fields]:
    """The message as it is now, all of its parts."""
    if not message_in(known.update):
        return []
    edit = {"edit_date": place.date}
    return [{"edited_message": part | edit} for part in _parts(known, place)]


def _parts(known: Known, place: _Place) -> list[Fields]:
    message = message_in(known.update)
    parts = parts_of(message)
    common: Fields = {
        "date": _seconds(message) or place.date,
        "chat": place.chat,
        "from": place.user,
    }
    if len(parts) > 1:
        common["media_group_id"] = mid_in(known.update) or str(known.update_id)
    if known.answered is not None:
        common["reply_to_message"] = {
            "message_id": known.answered,
            "date": common["date"],
            "chat": place.chat,
            **_answered(message.get("link") or {}),
        }
    return [
        {**common, "message_id": number, **part}
        for number, part in zip(known.numbers or (), parts, strict=True)
    ]


def _answered(link: Json) -> Fields:
    """What is told of the message that another answers: who wrote it, and its words."""
    sender, text = link.get("sender") or {}, (link.get("message") or {}).get("text")
    return {
        **({"from": user_fields(sender)} if "user_id" in sender else {}),
        **({"text": text} if isinstance(text, str) and text else {}),
    }


def _pressed(known: Known, place: _Place) -> list[Fields]:
    """A pressed button. Its message may be gone by now: then it lies in the person's dialog."""
    callback = known.update["callback"]
    message = message_in(known.update)
    shown: Fields = {
        "message_id": known.numbers[0] if known.numbers else NO_NUMBER,
        "date": _seconds(message),
        "chat": place.chat,
    }
    if message:
        shown |= {"from": place.bot, **parts_of(message)[0]}
    return [
        {
            "callback_query": {
                "id": callback_ids.pack(known.chat_id or 0, callback["callback_id"]),
                "from": place.user,
                "message": shown,
                "chat_instance": str(known.chat_id),
                "data": callback.get("payload"),
            }
        }
    ]


def _started(known: Known, place: _Place) -> list[Fields]:
    """The press of Start, or of a deeplink with its payload: `/start` in aiogram."""
    words = " ".join(filter(None, ["/start", known.update.get("payload")]))
    message = {"message_id": NO_NUMBER, "date": place.date, "chat": place.chat, "text": words}
    return [{"message": {**message, "from": place.user}}]


def _stopped(_: Known, place: _Place) -> list[Fields]:
    return [{"my_chat_member": place.changed("kicked", place.bot)}]


def _bot_added(_: Known, place: _Place) -> list[Fields]:
    return [{"my_chat_member": place.changed("member", place.bot)}]


def _member(known: Known, place: _Place) -> Fields:
    """The one who came or went. `user_id`, where it is told, names that one; the samples show
    the other, who let them in or out, in `user`."""
    told = known.update.get("user_id")
    return place.user if told in (None, place.user["id"]) else {**place.user, "id": told}


def _user_added(known: Known, place: _Place) -> list[Fields]:
    return [{"chat_member": place.changed("member", _member(known, place))}]


def _user_removed(known: Known, place: _Place) -> list[Fields]:
    return [{"chat_member": place.changed("left", _member(known, place))}]


_MAKERS: Mapping[str, Callable[[Known, _Place], list[Fields]]] = {
    "message_created": _messages,
    "message_edited": _edited,
    "message_callback": _pressed,
    "bot_started": _started,
    "bot_stopped": _stopped,
    "dialog_removed": _stopped,
    "bot_added": _bot_added,
    "bot_removed": _stopped,
    "user_added": _user_added,
    "user_removed": _user_removed,
}

KINDS = tuple(_MAKERS)
"""Those that mean something to the desk."""
