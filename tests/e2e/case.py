"""One ticket as its people see it: the customer in the private chat, the agents around its card."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Unpack

from bot.playground import telegram
from bot.playground.telegram.people import FilePlace
from tests.e2e.messengers import MARK
from tests.e2e.vocabulary import Message, Person

if TYPE_CHECKING:
    from tests.e2e.rooms import Room


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
    def topic(self) -> telegram.Topic | None:
        """The ticket's newest topic that is not deleted."""
        group = self.room.group
        return group.topic(f"#{self.number} ") if isinstance(group, telegram.Group) else None

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
    def place(self) -> dict[str, Any]:
        """Where an agent answers: in the topic, or in reply to the card."""
        if self.room.group.forum:
            return {"topic": self.topic}
        return {"reply_to": self.card}

    @property
    def told(self) -> list[Message]:
        """What the bot tells the agents of this ticket besides the card and marks, in order."""
        cards = self.cards
        ours = (m for m in self.room.group.messages if m.from_bot and not m.is_service)
        return [m for m in ours if m not in cards and m.text != MARK and self._is_here(m, cards)]

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
        return await self.room.until(lambda: self.telling(words), f"{words!r} at the agents")

    async def card_says(self, words: str) -> Message:
        await self.room.until(lambda: words in self.card.text, f"{words!r} on the card")
        return self.card

    async def reads(self, words: str) -> Message:
        """The message to the customer with these words, waited for."""
        return await self.room.until(
            lambda: shown(self.customer, words), f"{words!r} at the customer"
        )

    @property
    def received(self) -> list[Message]:
        """What the customer has of the agents' answers, in order."""
        later = (m for m in self.customer.chat.messages if m.id > self.first.id)
        return [m for m in later if m.from_bot and (m.reply_to is None or m.reply_to.from_bot)]

    def answer(self, text: str, *, by: Person | None = None, **how: Any) -> Message:
        """An agent's message, Bob's unless told otherwise."""
        return (by or self.room.bob).say(text, **{**self.place, **how})

    async def answered(self, text: str, *, by: Person | None = None) -> Message:
        """An answer of an agent's, once the customer has it and it bears the mark of delivery."""
        answer = self.answer(text, by=by)
        await self.reads(text)
        await self.marked(answer)
        return answer

    async def marked(self, answer: Message) -> None:
        """Wait until an answer bears the mark of delivery."""
        await self.room.until(lambda: self.is_marked(answer), "the mark of delivery")

    def is_marked(self, answer: Message) -> bool:
        return bool(answer.emojis) or mark_below(answer) is not None

    async def details(self) -> Any:
        """The ticket with its messages, as the REST API tells it."""
        return await self.room.get(f"/v1/helpdesk/tickets/{self.id}")

    async def reply(self, text: str, **body: object) -> Any:
        """A reply through the API."""
        return await self.room.post(f"/v1/helpdesk/tickets/{self.id}/reply", {"text": text, **body})

    async def set(self, field: str, **body: object) -> Any:
        """A change through the API: `status`, `assign` or `priority`."""
        return await self.room.patch(f"/v1/helpdesk/tickets/{self.id}/{field}", body)

    def block_unheard(self) -> None:
        """The customer blocks the bot, and the messenger never tells."""
        self.customer.chat.bot_status = self.room.without.kicked


def shown(person: Person, words: str) -> Message | None:
    """The bot's newest message to a person that has these words."""
    messages = (m for m in reversed(person.chat.messages) if m.from_bot)
    return next((m for m in messages if words in m.text), None)


def mark_below(answer: Message) -> Message | None:
    """The mark of delivery where it is a reply to the answer."""
    return next((m for m in answer.chat.messages if m.text == MARK and m.reply_to is answer), None)


def late_part(
    by: telegram.Person, first: Message, data: bytes, **place: Unpack[FilePlace]
) -> Message:
    """One more photo of an album of Telegram's that begins with `first`."""
    assert isinstance(first, telegram.Message)
    return by._file("photo", data, "", place, album=first.album)
