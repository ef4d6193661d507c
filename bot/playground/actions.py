"""What a page may do: a person's act, as JSON, checked and carried out by the stand-in's people.

Everything goes through the messenger; only the website's request is made at the desk itself.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from bot.playground.telegram import Message, Person
from bot.playground.telegram.people import Place

if TYPE_CHECKING:
    from bot.playground.playground import Playground

Json = dict[str, Any]

PRESS_PATIENCE = 5.0
"""Seconds for the bot to answer a button before the page stops waiting for it."""


class Act(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AskForSupport(Act):
    context: Annotated[dict[str, str], Field(max_length=20)] = {}


class Open(Act):
    """The customer opens the bot: by a deeplink, or with Start."""

    person: int
    link: str | None = None


class Block(Act):
    person: int
    blocked: bool


class Writing(Act):
    """Somebody writes into a chat, perhaps in a topic, perhaps as a reply."""

    person: int
    chat: int
    topic: int | None = None
    reply_to: int | None = None


class Say(Writing):
    text: Annotated[str, Field(min_length=1, max_length=4096)]


class SendFile(Writing):
    kind: Literal["photo", "document"]
    name: Annotated[str, Field(min_length=1, max_length=255)]
    data: Base64Bytes
    caption: Annotated[str, Field(max_length=1024)] = ""


class Edit(Act):
    person: int
    chat: int
    message: int
    text: Annotated[str, Field(max_length=4096)]


class Press(Act):
    person: int
    chat: int
    message: int
    label: str


async def ask_for_support(playground: "Playground", act: AskForSupport) -> Json:
    await playground.ask_for_support(act.context)
    return {}


async def open_bot(playground: "Playground", act: Open) -> Json:
    person = playground.messenger.person(act.person)
    if act.link is None:
        person.open()
    else:
        person.follow(act.link)
    return {}


async def block(playground: "Playground", act: Block) -> Json:
    person = playground.messenger.person(act.person)
    if act.blocked:
        person.block_bot()
    else:
        person.unblock_bot()
    return {}


async def say(playground: "Playground", act: Say) -> Json:
    _person(playground, act).say(act.text, **_place(playground, act))
    return {}


async def send_file(playground: "Playground", act: SendFile) -> Json:
    person, place = _person(playground, act), _place(playground, act)
    send = person.send_photo if act.kind == "photo" else person.send_document
    send(act.data, act.caption, name=act.name, **place)
    return {}


async def edit(playground: "Playground", act: Edit) -> Json:
    person, message = _person(playground, act), _message(playground, act.chat, act.message)
    if message.sender is not person:
        raise RuntimeError(f"{person.name} did not write this message")
    if message.kind == "text" and not act.text:
        raise ValueError("A text can't be edited away")
    person.edit(message, act.text)
    return {}


async def press(playground: "Playground", act: Press) -> Json:
    """What the bot says to the press, for the person's eyes only."""
    person = _person(playground, act)
    pressed = person.press(_message(playground, act.chat, act.message), act.label)
    try:
        await pressed.answered(PRESS_PATIENCE)
    except AssertionError:
        return {"answered": False, "text": "", "url": None}
    return {"answered": True, "text": pressed.text, "url": pressed.url}


def _person(playground: "Playground", act: Writing | Edit | Press) -> Person:
    person = playground.messenger.person(act.person)
    if act.chat not in (person.chat.id, playground.cast.group.id):
        raise LookupError(f"{person.name} is not in this chat")
    return person


def _place(playground: "Playground", act: Writing) -> Place:
    place: Place = {"topic": act.topic}
    if act.chat == playground.cast.group.id:
        place["in_"] = playground.cast.group
    if act.reply_to is not None:
        place["reply_to"] = _message(playground, act.chat, act.reply_to)
    return place


def _message(playground: "Playground", chat_id: int, message_id: int) -> Message:
    return playground.messenger.world.chats[chat_id].by_id[message_id]


class Action(NamedTuple):
    takes: type[Act]
    act: Callable[["Playground", Any], Awaitable[Json]]


ACTIONS = {
    "ask-for-support": Action(AskForSupport, ask_for_support),
    "open": Action(Open, open_bot),
    "block": Action(Block, block),
    "say": Action(Say, say),
    "send-file": Action(SendFile, send_file),
    "edit": Action(Edit, edit),
    "press": Action(Press, press),
}
