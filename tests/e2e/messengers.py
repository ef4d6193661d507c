"""Where the messengers differ for the tests of the agents' side, whose rooms may have two of them.

What they have in common is in `vocabulary`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from bot.playground import max as max_
from bot.playground import telegram
from bot.playground.max import MaxStandIn
from bot.playground.stand_in.faults import Fault
from bot.playground.telegram import TelegramStandIn
from tests.e2e.sides import MaxSide, TelegramSide
from tests.e2e.vocabulary import Message

Json = dict[str, Any]
StandIn: TypeAlias = TelegramStandIn | MaxStandIn
Channel: TypeAlias = Literal["telegram", "max"]

MARK = "✓"
"""The mark of delivery where there are no reactions: a reply."""


@dataclass(frozen=True, slots=True)
class Manners:
    """A messenger's own ways. Lengths are those of what a person may write, in UTF-16 units."""

    title: str
    longest: int
    longest_caption: int
    kicked: str
    """The bot's status in the chat of who blocked it."""
    thrown_out: str
    """Its status in a group that it was removed from."""
    chat_is_gone: Fault
    too_many_requests: Fault
    reason_of_deletion: str
    rights: Any
    few_rights: Any
    """Those of a bot that can serve agents, and of one that can't."""
    half_told_press: Json
    """A press that the messenger tells the bot less of than it could."""
    entity: Callable[[Json], Json]


def _as_markup(entity: Json) -> Json:
    """Telegram's entity as MAX's element of markup."""
    kinds = {
        "bold": "strong",
        "italic": "emphasized",
        "code": "monospaced",
        "text_link": "link",
        "blockquote": "quote",
        "text_mention": "user_mention",
    }
    more = {"url": entity["url"]} if "url" in entity else {}
    if entity["type"] == "text_mention":
        more = {"user_id": entity["user"].get("user_id", entity["user"].get("id"))}
    kind = kinds.get(entity["type"], entity["type"])
    return {"type": kind, "from": entity["offset"], "length": entity["length"], **more}


MANNERS: Mapping[Channel, Manners] = {
    "telegram": Manners(
        title="Telegram",
        longest=TelegramSide.text_limit,
        longest_caption=1024,
        kicked=TelegramSide.kicked,
        thrown_out="kicked",
        too_many_requests=telegram.faults.too_many_requests(1),
        chat_is_gone=telegram.faults.reject(400, "Bad Request: chat not found"),
        reason_of_deletion="account was deleted",
        rights={"can_manage_topics": True},
        few_rights={"can_pin_messages": True},
        half_told_press={"inaccessible": True},
        entity=dict,
    ),
    "max": Manners(
        title="MAX",
        longest=MaxSide.text_limit,
        longest_caption=MaxSide.text_limit,
        kicked=MaxSide.kicked,
        thrown_out="removed",
        too_many_requests=max_.faults.too_many_requests(),
        chat_is_gone=max_.faults.reject(404, "chat.not.found", "Chat not found"),
        reason_of_deletion="customer's chat is gone",
        rights={"read_all_messages", "write"},
        few_rights={"write"},
        half_told_press={"without_chat_id": True},
        entity=_as_markup,
    ),
}


def channel_of(standin: StandIn) -> Channel:
    return "telegram" if isinstance(standin, TelegramStandIn) else "max"


def settings_of(*standins: StandIn, **more: object) -> dict[str, object]:
    """What tells a desk of its messengers."""
    found: dict[str, object] = {}
    for each in standins:
        channel = channel_of(each)
        found |= {f"{channel}_token": each.token, f"{channel}_api_url": each.url}
    return {"project_name": "Acme", "project_description": "We mend things.", **found, **more}


@dataclass(frozen=True, slots=True)
class Album:
    """Files that stand together: several messages in Telegram, one in MAX. `text` is its caption,
    `first` the message that has it."""

    first: Message
    files: list[bytes]
    text: str


def albums_in(messages: Sequence[Message]) -> list[Album]:
    """The files of these messages, a single one too, put together as people see them."""
    albums: dict[object, list[Message]] = {}
    for message in messages:
        if message.files:
            albums.setdefault(getattr(message, "album", None) or message.id, []).append(message)
    return [
        Album(
            first=parts[0],
            files=[file.data for part in parts for file in part.files],
            text="\n".join(part.text for part in parts if part.text),
        )
        for parts in albums.values()
    ]


def whole(albums: list[Album], size: int) -> list[Album]:
    """These albums, once they have so many files in all."""
    return albums if sum(len(album.files) for album in albums) >= size else []


def show_the_buttons_of(other: Message, on: Message) -> None:
    """As if a message's buttons were sent from elsewhere."""
    if isinstance(on, max_.Message):
        on.keys = other.keys
    elif isinstance(on, telegram.Message):
        on.markup = {"inline_keyboard": other.keys}
