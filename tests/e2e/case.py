"""One ticket as its people see it: the customer in the private chat, the agents around its card."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

from bot.playground.telegram import Message, Person, Topic
from bot.playground.telegram.people import FilePlace, Place
from tests.e2e.people import shown

if TYPE_CHECKING:
    from tests.e2e.rooms import Room

T = TypeVar("T")


class Case:
    """A ticket in a room. What is looked up is looked up anew each time."""

    def __init__(self, room: Room, customer: Person, first: Message) -> None:
        self.room = room
        self.customer = customer
        self.first = first
        self.id = ""
        self._number = 0

    @property
    def number(self) -> int:
        """As the customer was told in answer to the first message; 0 before."""
        if not self._number:
            answers = (m for m in self.customer.chat.messages if m.reply_to is self.first)
            found = re.search(r"#(\d+)", "".join(answer.text for answer in answers))
            self._number = int(found[1]) if found else 0
        return self._number

    @property
    def topic(self) -> Topic | None:
        """The ticket's newest topic that is not deleted."""
        return self.room.group.topic(f"#{self.number} ")

    @property
    def cards(self) -> list[Message]:
        """The ticket's cards, the oldest first."""
        head = f"#{self.number} "
        return [m for m in self.room.group.messages if m.keys and m.text.startswith(head)]

    @property
    def card(self) -> Message:
        """The newest card. LookupError while there is none."""
        return self.cards[-1]

    @property
    def place(self) -> Place:
        """Where an agent answers: in the topic, or in reply to the card."""
        if self.room.group.forum:
            return {"topic": self.topic}
        return {"reply_to": self.card}

    @property
    def told(self) -> list[Message]:
        """What the bot tells the agents of this ticket besides the card, in order."""
        cards = self.cards
        ours = (m for m in self.room.group.messages if m.from_bot and not m.is_service)
        return [m for m in ours if m not in cards and self._is_here(m, cards)]

    def _is_here(self, message: Message, cards: list[Message]) -> bool:
        if self.room.group.forum:
            return message.topic is not None and message.topic.name.startswith(f"#{self.number} ")
        while message.reply_to is not None:
            message = message.reply_to
        return message in cards

    def telling(self, words: str) -> Message | None:
        """The newest of these messages that has the words."""
        return next((m for m in reversed(self.told) if words in m.text), None)

    async def tells(self, words: str) -> Message:
        """The message to the agents with these words, waited for."""
        return await self._until(lambda: self.telling(words), f"{words!r} at the agents")

    async def card_says(self, words: str) -> Message:
        await self._until(lambda: words in self.card.text, f"{words!r} on the card")
        return self.card

    async def reads(self, words: str) -> Message:
        """The message to the customer with these words, waited for."""
        return await self._until(lambda: shown(self.customer, words), f"{words!r} at the customer")

    async def _until(self, condition: Callable[[], T | None], what: str) -> T:
        return await self.room.messenger.until(condition, what=what)

    @property
    def received(self) -> list[Message]:
        """What the customer has of the agents' answers, in order."""
        later = (m for m in self.customer.chat.messages if m.id > self.first.id)
        return [m for m in later if m.from_bot and (m.reply_to is None or m.reply_to.from_bot)]

    def answer(self, text: str, *, by: Person | None = None, **how: Any) -> Message:
        """An agent's message, Bob's unless told otherwise."""
        return (by or self.room.bob).say(text, **{**self.place, **how})

    async def answered(self, text: str, *, by: Person | None = None) -> Message:
        """An agent's answer that the customer has, and that bears the mark of delivery."""
        answer = self.answer(text, by=by)
        await self.reads(text)
        await self._until(lambda: answer.reactions, "the mark of delivery")
        return answer

    async def details(self) -> Any:
        """The ticket with its messages, as the REST API tells it."""
        return await self.room.get(f"/v1/helpdesk/tickets/{self.id}")

    async def reply(self, text: str, **body: object) -> Any:
        """A reply through the API."""
        return await self.room.post(f"/v1/helpdesk/tickets/{self.id}/reply", {"text": text, **body})

    async def set(self, field: str, **body: object) -> Any:
        """A change through the API: `status`, `assign` or `priority`."""
        return await self.room.patch(f"/v1/helpdesk/tickets/{self.id}/{field}", body)


def late_part(by: Person, first: Message, data: bytes, **place: Unpack[FilePlace]) -> Message:
    """One more photo of an album that begins with `first`."""
    return by._file("photo", data, "", place, album=first.album)
