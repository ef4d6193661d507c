"""Where the messengers differ for the end-to-end tests: one class each, with the same names."""

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar

import aiohttp

from bot.playground.max import MaxStandIn
from bot.playground.max import faults as max_faults
from bot.playground.max.model import now_ms
from bot.playground.stand_in.faults import Fault
from bot.playground.telegram import TelegramStandIn
from bot.playground.telegram import faults as telegram_faults
from tests.e2e.vocabulary import Group, Message, Person, StandIn

UNLIMITED = "all:1000/1s,chat:1000/1s,group:1000/1s"
TELEGRAM, MAX = "telegram", "max"


class Side(ABC):
    """A messenger in which customers are, and a group of agents in it. Bob is one of them."""

    channel: ClassVar[str]
    link: ClassVar[str]
    kicked: ClassVar[str]
    """The status of the bot in the chat of who blocked it."""
    text_limit: ClassVar[int]
    edits: ClassVar[str]
    """The call that edits a text."""
    secret_header: ClassVar[str]
    button_data: ClassVar[str]
    """The field of a button that has what the bot gets."""
    unknown_update: ClassVar[dict[str, Any]]
    account_deleted: ClassVar[str]
    """What the agents are told where an account was deleted."""
    group: Group
    bob: Person
    messenger: StandIn

    @property
    @abstractmethod
    def running(self) -> AbstractAsyncContextManager[object]:
        """The messenger, to be started."""

    @property
    def settings(self) -> dict[str, object]:
        """The variables of a desk in this messenger."""
        return {
            f"{self.channel}_token": self.messenger.token,
            f"{self.channel}_api_url": self.messenger.url,
            f"{self.channel}_limits": UNLIMITED,
            "agent_chat": f"{self.channel}:{self.group.id}",
        }

    @abstractmethod
    async def set_webhook(self, url: str) -> None:
        """What an older program of the bot's owner may have done."""

    @property
    @abstractmethod
    def webhooks(self) -> list[str]:
        """Where updates go now."""

    @abstractmethod
    def thread(self, number: int) -> list[Message]:
        """All that is said of a ticket in the group: the card, and what follows it."""

    @abstractmethod
    def place(self, number: int) -> dict[str, Any]:
        """Where an agent answers. LookupError while there is no such place."""

    @abstractmethod
    def marked(self, answer: Message) -> bool:
        """Whether an agent's answer has the mark of delivery."""

    @abstractmethod
    def album(self, message: Message) -> object:
        """What the messages of one album have in common."""

    def passed_on(self, kind: str) -> str:
        """What a file of that kind is when the bot sends it."""
        return kind

    @abstractmethod
    def update(self, message: dict[str, Any], *, edited: bool = False) -> dict[str, Any]:
        """The update that tells of a message."""

    @abstractmethod
    def with_another_file(self, edited: Message, other: Message) -> dict[str, Any]:
        """The update that tells of a file put in the place of a message's last one."""

    @abstractmethod
    def unknown(self, person: Person, group: Group | None = None) -> dict[str, Any]:
        """A message of a kind that is yet to come, in the private chat where no group is told."""

    @abstractmethod
    def bold(self, start: int, length: int) -> dict[str, Any]: ...

    @abstractmethod
    def too_many_requests(self, seconds: int) -> Fault:
        """A 429, with the seconds to wait where the messenger tells them."""


class TelegramSide(Side):
    """Agents in a forum group, a topic a ticket."""

    channel = TELEGRAM
    link = "https://t.me"
    kicked = "kicked"
    text_limit = 4096
    edits = "editMessageText"
    secret_header = "X-Telegram-Bot-Api-Secret-Token"
    button_data = "callback_data"
    unknown_update: ClassVar[dict[str, Any]] = {}
    account_deleted = "The customer's account was deleted"

    def __init__(self) -> None:
        standin = TelegramStandIn(token="44:AAtestTESTtestTESTtestTESTtestTEST")
        bob = standin.add_person("Bob", username="bob", last_name="Builder")
        self.forum = standin.add_group("Agents", forum=True, members=[bob])
        self.messenger = self.standin = standin
        self.group, self.bob = self.forum, bob

    @property
    def running(self) -> AbstractAsyncContextManager[object]:
        return self.standin

    async def set_webhook(self, url: str) -> None:
        await _post(f"{self.standin.url}/bot{self.standin.token}/setWebhook", {"url": url})

    @property
    def webhooks(self) -> list[str]:
        webhook = self.standin.world.webhook.current
        return [] if webhook is None else [webhook.url]

    def thread(self, number: int) -> list[Message]:
        topic = self.forum.topic(f"#{number} ")
        return [] if topic is None else [m for m in topic.messages if not m.is_service]

    def place(self, number: int) -> dict[str, Any]:
        topic = self.forum.topic(f"#{number} ")
        if topic is None:
            raise LookupError(f"no topic of ticket {number}")
        return {"topic": topic}

    def marked(self, answer: Message) -> bool:
        return bool(getattr(answer, "reactions", None))

    def album(self, message: Message) -> object:
        return getattr(message, "album", None)

    def update(self, message: dict[str, Any], *, edited: bool = False) -> dict[str, Any]:
        if edited:
            return {"edited_message": {**message, "edit_date": message["date"]}}
        return {"message": message}

    def with_another_file(self, edited: Message, other: Message) -> dict[str, Any]:
        file = {edited.kind: other.to_api()[other.kind]}
        return self.update({**edited.to_api(), **file}, edited=True)

    def unknown(self, person: Person, group: Group | None = None) -> dict[str, Any]:
        chat: Any = group or person.chat
        sender: Any = person
        return {
            "message_id": 900_000_000 + self.standin.world.number(),
            "date": self.standin.world.now(),
            "chat": chat.to_api(),
            "from": sender.to_api(),
        }

    def bold(self, start: int, length: int) -> dict[str, Any]:
        return {"type": "bold", "offset": start, "length": length}

    def too_many_requests(self, seconds: int) -> Fault:
        return telegram_faults.too_many_requests(seconds)


class MaxSide(Side):
    """Agents in a group, where all that follows the card of a ticket is a reply to it."""

    channel = MAX
    link = "https://max.ru"
    kicked = "suspended"
    text_limit = 4000
    edits = "editMessage"
    secret_header = "X-Max-Bot-Api-Secret"
    button_data = "payload"
    unknown_update: ClassVar[dict[str, Any]] = {"update_type": "hologram_shown", "timestamp": 1}
    account_deleted = "The customer's chat is gone"

    def __init__(self) -> None:
        standin = MaxStandIn()
        bob = standin.add_person("Bob", username="bob", last_name="Builder")
        self.messenger = self.standin = standin
        self.group = standin.add_group("Agents", members=[bob])
        self.bob = bob

    @property
    def running(self) -> AbstractAsyncContextManager[object]:
        return self.standin

    async def set_webhook(self, url: str) -> None:
        header = {"Authorization": self.standin.token}
        await _post(f"{self.standin.url}/subscriptions", {"url": url}, header)

    @property
    def webhooks(self) -> list[str]:
        return [subscription.url for subscription in self.standin.subscriptions]

    def thread(self, number: int) -> list[Message]:
        cards = self._cards(number)
        return [m for m in self.group.messages if _root(m) in cards] if cards else []

    def _cards(self, number: int) -> list[Message]:
        head = f"#{number} "
        return [m for m in self.group.messages if m.keys and m.text.startswith(head)]

    def place(self, number: int) -> dict[str, Any]:
        return {"reply_to": self._cards(number)[-1]}

    def marked(self, answer: Message) -> bool:
        return any(m.text == "✓" and m.reply_to is answer for m in self.group.messages)

    def album(self, message: Message) -> object:
        return message.id

    def passed_on(self, kind: str) -> str:
        return "audio" if kind == "voice" else kind

    def update(self, message: dict[str, Any], *, edited: bool = False) -> dict[str, Any]:
        kind = "message_edited" if edited else "message_created"
        return {"update_type": kind, "timestamp": message["timestamp"], "message": message}

    def with_another_file(self, edited: Message, other: Message) -> dict[str, Any]:
        message = edited.to_api()
        message["body"]["attachments"][-1:] = other.to_api()["body"]["attachments"]
        return self.update(message, edited=True)

    def unknown(self, person: Person, group: Group | None = None) -> dict[str, Any]:
        sender: Any = person
        number = self.standin.world.number()
        recipient: dict[str, Any] = {"chat_id": person.chat.id, "chat_type": "dialog"}
        if group is not None:
            recipient = {"chat_id": group.id, "chat_type": "chat"}
        return {
            "recipient": {**recipient, "user_id": None},
            "timestamp": now_ms(),
            "body": {"mid": f"mid.{number:032x}", "seq": number, "text": ""},
            "sender": sender.to_api(),
        }

    def bold(self, start: int, length: int) -> dict[str, Any]:
        return {"type": "strong", "from": start, "length": length}

    def too_many_requests(self, seconds: int) -> Fault:
        return max_faults.too_many_requests()


async def _post(url: str, body: object, headers: dict[str, str] | None = None) -> None:
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(url, json=body) as answer,
    ):
        assert answer.status == 200, await answer.text()


def _root(message: Message) -> Message:
    while message.reply_to is not None:
        message = message.reply_to
    return message


SIDES: dict[str, type[Side]] = {TELEGRAM: TelegramSide, MAX: MaxSide}
