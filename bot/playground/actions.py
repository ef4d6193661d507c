"""What a page may do: a person's act, as JSON, checked and carried out by a stand-in's people.

People go through their messengers; trouble is made for messengers and the desk themselves.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from bot.playground import telegram
from bot.playground.cast import GroupName, Person
from bot.playground.trouble import Mode
from storage.model import Channel

if TYPE_CHECKING:
    from bot.playground.playground import Playground

Json = dict[str, Any]

PRESS_PATIENCE = 5.0
"""Seconds for the bot to answer a button before the page stops waiting for it."""


class Act(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


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
    reply_to: int | str | None = None


class Say(Writing):
    text: Annotated[str, Field(min_length=1, max_length=4096)]


class File(Act):
    name: Annotated[str, Field(min_length=1, max_length=255)]
    mime_type: Annotated[str, Field(pattern=r"^[\w.+-]+/[\w.+-]+(;[^\r\n]*)?$")] | None = None
    data: Base64Bytes


class SendFiles(Writing):
    """A file, or several photos as one album."""

    kind: Literal["photo", "document", "voice", "video"]
    files: Annotated[list[File], Field(min_length=1, max_length=10)]
    caption: Annotated[str, Field(max_length=1024)] = ""


class About(Act):
    """Somebody does something with a message."""

    person: int
    chat: int
    message: int | str


class Edit(About):
    text: Annotated[str, Field(max_length=4096)]


class React(About):
    emoji: Annotated[str, Field(min_length=1, max_length=8)]


class Press(About):
    label: str


class AboutTopic(Act):
    topic: int


class Link(Act):
    group: GroupName


class MakeTrouble(Act):
    channel: Literal[Channel.TELEGRAM, Channel.MAX]
    mode: Mode


class Live(Act):
    alive: bool


async def open_bot(playground: "Playground", act: Open) -> None:
    person = playground.person(act.person)
    if act.link is None:
        person.open()
    else:
        person.follow(act.link)


async def block(playground: "Playground", act: Block) -> None:
    person = playground.person(act.person)
    if act.blocked:
        person.block_bot()
    else:
        person.unblock_bot()


async def say(playground: "Playground", act: Say) -> None:
    _person(playground, act).say(act.text, **_place(playground, act))


async def send_files(playground: "Playground", act: SendFiles) -> None:
    person, place = _person(playground, act), _place(playground, act)
    if len(act.files) > 1:
        if act.kind not in ("photo", "document"):
            raise ValueError(f"A {act.kind} goes alone")
        items = [file.data for file in act.files]
        person.send_album(items, act.caption, kind=act.kind, **place)
        return
    (file,) = act.files
    place |= {"name": file.name, "mime_type": file.mime_type}
    if act.kind == "photo":
        person.send_photo(file.data, act.caption, **place)
    elif act.kind == "document":
        person.send_document(file.data, act.caption, **place)
    elif act.kind == "video":
        person.send_video(file.data, act.caption, **place)
    else:
        person.send_voice(file.data, **place)


async def edit(playground: "Playground", act: Edit) -> None:
    person, message = _own(playground, act)
    if message.kind == "text" and not act.text:
        raise ValueError("A text can't be edited away")
    person.edit(message, act.text)


async def delete(playground: "Playground", act: About) -> None:
    person, message = _own(playground, act)
    person.delete(message)


async def react(playground: "Playground", act: React) -> None:
    """Sets the reaction, or takes it back where it is set."""
    person = _person(playground, act)
    if not isinstance(person, telegram.Person):
        raise TypeError("MAX has no reactions")
    message = _message(playground, act.chat, act.message)
    before = [each.get("emoji") for each in message.reactions.get(person.id, [])]
    person.react(message, *([] if act.emoji in before else [act.emoji]))


async def press(playground: "Playground", act: Press) -> Json:
    """What the bot says to the press, for the person's eyes only."""
    person = _person(playground, act)
    pressed = person.press(_message(playground, act.chat, act.message), act.label)
    try:
        await pressed.answered(PRESS_PATIENCE)
    except AssertionError:
        return {"answered": False, "text": "", "url": None}
    return {"answered": True, "text": pressed.text, "url": pressed.url}


async def delete_topic(playground: "Playground", act: AboutTopic) -> None:
    forum, topic = _topic(playground, act)
    forum.delete_topic(topic)


async def close_topic(playground: "Playground", act: AboutTopic) -> None:
    forum, topic = _topic(playground, act)
    if topic.closed:
        forum.reopen_topic(topic)
    else:
        forum.close_topic(topic)


async def link(playground: "Playground", act: Link) -> None:
    await playground.link(act.group)


async def make_trouble(playground: "Playground", act: MakeTrouble) -> None:
    playground.trouble[act.channel].make(act.mode)


async def live(playground: "Playground", act: Live) -> None:
    if playground.desk is None:
        raise RuntimeError("There is no desk on this playground")
    if act.alive:
        await playground.desk.begin()
    else:
        await playground.desk.kill()


def _person(playground: "Playground", act: Writing | About) -> Person:
    person = playground.person(act.person)
    group = playground.group(act.chat)
    if act.chat != person.chat.id and (group is None or person.id not in group.members):
        raise LookupError(f"{person.name} is not in this chat")
    return person


def _own(playground: "Playground", act: About) -> tuple[Person, Any]:
    person, message = _person(playground, act), _message(playground, act.chat, act.message)
    if message.sender is not person:
        raise RuntimeError(f"{person.name} did not write this message")
    return person, message


def _place(playground: "Playground", act: Writing) -> dict[str, Any]:
    place: dict[str, Any] = {}
    if act.topic is not None:
        place["topic"] = act.topic
    if group := playground.group(act.chat):
        place["in_"] = group
    if act.reply_to is not None:
        place["reply_to"] = _message(playground, act.chat, act.reply_to)
    return place


def _message(playground: "Playground", chat_id: int, message_id: int | str) -> Any:
    """The message, of whatever messenger the chat is in."""
    for messenger in playground.messengers.values():
        chat: Any = messenger.world.chats.get(chat_id)
        if chat is not None and message_id in chat.by_id:
            return chat.by_id[message_id]
    raise LookupError(f"message {message_id}")


def _topic(playground: "Playground", act: AboutTopic) -> tuple[telegram.Group, telegram.Topic]:
    forum = playground.cast.groups["forum"]
    assert isinstance(forum, telegram.Group)
    topic = forum.topics.get(act.topic)
    if topic is None or topic.deleted:
        raise LookupError(f"topic {act.topic}")
    return forum, topic


class Action(NamedTuple):
    takes: type[Act]
    act: Callable[["Playground", Any], Awaitable[Json | None]]


ACTIONS = {
    "open": Action(Open, open_bot),
    "block": Action(Block, block),
    "say": Action(Say, say),
    "send-files": Action(SendFiles, send_files),
    "edit": Action(Edit, edit),
    "delete": Action(About, delete),
    "react": Action(React, react),
    "press": Action(Press, press),
    "delete-topic": Action(AboutTopic, delete_topic),
    "close-topic": Action(AboutTopic, close_topic),
    "link": Action(Link, link),
    "make-trouble": Action(MakeTrouble, make_trouble),
    "live": Action(Live, live),
}
