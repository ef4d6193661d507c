"""Rows for customers: answers that name ticket and agent, notices, and edits of what was sent."""

from dataclasses import dataclass
from itertools import takewhile

from aiogram.exceptions import TelegramBadRequest

import locales
from bot.names import isolate
from bot.outgoing.formatted import Formatted, from_html, styled
from bot.outgoing.outlet import Outlet
from bot.outgoing.parts import Part, Place, parts_of
from bot.outgoing.recording import record
from bot.outgoing.turns import Turns
from bot.screens import notice_keyboard
from storage import delivery, message_map, messages, outbox, projects, subscribers, tickets
from storage.database import Transaction
from storage.message_map import Copy, Role
from storage.model import Message, Subscriber, SubscriberStatus, Ticket
from storage.outbox import Kind, OutboxRow

MERGED_NOTICES = {"added_to_ticket"}
"""Notices of which the last says it all, where several wait for one ticket."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    ticket: Ticket
    subscriber: Subscriber | None
    locale: str
    message: Message | None
    copies: list[Copy]


def _load(tx: Transaction, row: OutboxRow) -> _Loaded:
    assert row.ticket_id is not None
    ticket = tickets.get(tx, row.project_id, row.ticket_id)
    project = projects.get(tx, row.project_id)
    key = ticket.customer.subscriber_id
    subscriber = None if key is None else subscribers.get(tx, row.project_id, key)
    language = None if subscriber is None else subscriber.locale
    return _Loaded(
        ticket=ticket,
        subscriber=subscriber,
        locale=locales.pick(language, project.locale),
        message=None if row.message_id is None else messages.get(tx, row.message_id),
        copies=(
            [] if row.message_id is None else message_map.copies_of(tx, row.message_id, row.chat)
        ),
    )


class ToCustomer:
    """Sends the rows of customers' chats through one messenger."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    async def needs_turn(self, row: OutboxRow) -> bool:
        return row.kind is not Kind.EDIT

    def gathers(self, row: OutboxRow, turns: Turns) -> float:
        """Answers never wait for others."""
        return 0.0

    async def send(self, rows: list[OutboxRow], turns: Turns) -> None:
        """Send the first row, and what says the same as it."""
        row = rows[0]
        loaded = await self._outlet.db.read(_load, row)
        gone = loaded.subscriber is None or loaded.subscriber.status is not SubscriberStatus.ACTIVE
        if gone:
            reason = "unsubscribed"
            if loaded.subscriber is not None:
                reason = delivery.UNREACHABLE[loaded.subscriber.status]
            await self.give_up(row, reason)
        elif row.kind is Kind.NOTICE:
            await self._notice(rows, loaded, turns)
        elif row.kind is Kind.EDIT:
            await self._edit(row, loaded, turns)
        else:
            await self._message(row, loaded, turns)

    async def give_up(self, row: OutboxRow, reason: str) -> None:
        """Record that a row will never be sent, and tell the agents where it was an answer."""
        await record(self._outlet.db, _failed, row, reason)

    async def _message(self, row: OutboxRow, loaded: _Loaded, turns: Turns) -> None:
        made: list[list[int]] = list(row.progress.get("parts", []))
        parts = self._parts(loaded)
        place = Place(row.chat.id)
        for number in range(len(made), len(parts)):
            async with turns.one():
                ids = await self._outlet.send(place, parts[number])
                made.append(ids)
                last = number == len(parts) - 1
                await record(self._outlet.db, _sent_part, row, loaded.ticket, made, last=last)

    def _parts(self, loaded: _Loaded) -> list[Part]:
        assert loaded.message is not None
        header = locales.render_plain(
            "answer_header",
            loaded.locale,
            number=loaded.ticket.ticket_number,
            name=isolate(loaded.message.author_name),
        )
        body = Formatted(loaded.message.text, loaded.message.entities)
        limits = self._outlet.limits
        separator = Formatted("\n") if body.text else Formatted()
        return parts_of(
            styled(header, "bold") + separator, body, loaded.message.attachments, limits
        )

    async def _notice(self, rows: list[OutboxRow], loaded: _Loaded, turns: Turns) -> None:
        row = rows[0]
        same = [row]
        if row.payload["text"] in MERGED_NOTICES:
            same = list(takewhile(lambda other: _says_the_same(other, row), rows))
        payload = same[-1].payload
        text = from_html(locales.render(payload["text"], loaded.locale, **payload["values"]))
        keyboard = None
        if payload.get("buttons"):
            keyboard = notice_keyboard(payload["buttons"], loaded.ticket.id, loaded.locale)
        place = Place(row.chat.id, reply_to=payload.get("reply_to"))
        async with turns.one():
            ids = await self._outlet.send(place, Part(text), keyboard)
            await record(self._outlet.db, _sent_notice, same, loaded.ticket, ids)

    async def _edit(self, row: OutboxRow, loaded: _Loaded, turns: Turns) -> None:
        """Bring the customer's copy up to date, part by part; what has no place is sent anew."""
        parts = self._parts(loaded)
        shown = _by_part(loaded.copies)
        if not shown:
            return await record(self._outlet.db, outbox.finish, [row.id], "sent")
        files = [part for part in parts if part.files]
        if files and len(shown) != len(parts):
            parts = [Part(piece) for piece in self._whole(parts).pieces(self._limit)]
            shown = shown[: -len(files)]
        for number, part in enumerate(parts):
            if number < len(shown):
                await self._rewrite(row.chat.id, shown[number], part)
            else:
                async with turns.one():
                    ids = await self._outlet.send(Place(row.chat.id), part)
                    await record(self._outlet.db, _sent_extra, row, loaded.ticket, number, ids)
        for ids in shown[len(parts) :]:
            await self._outlet.messenger.bot.delete_messages(row.chat.id, ids)
        await record(self._outlet.db, outbox.finish, [row.id], "sent")
        return None

    @property
    def _limit(self) -> int:
        return self._outlet.limits.text_limit

    @staticmethod
    def _whole(parts: list[Part]) -> Formatted:
        return next(part.text for part in parts if part.text.text)

    async def _rewrite(self, chat_id: int, ids: list[int], part: Part) -> None:
        bot = self._outlet.messenger.bot
        try:
            if part.files and part.text.text:
                await bot.edit_message_caption(
                    chat_id=chat_id, message_id=ids[0], caption=part.text.html, parse_mode="HTML"
                )
            elif not part.files:
                await bot.edit_message_text(
                    part.text.html, chat_id=chat_id, message_id=ids[0], parse_mode="HTML"
                )
        except TelegramBadRequest as error:
            if "message is not modified" not in error.message:
                raise


def _says_the_same(other: OutboxRow, row: OutboxRow) -> bool:
    return (
        other.kind is Kind.NOTICE
        and other.ticket_id == row.ticket_id
        and other.payload["text"] == row.payload["text"]
    )


def _by_part(copies: list[Copy]) -> list[list[int]]:
    parts: dict[int, list[int]] = {}
    for copy in copies:
        parts.setdefault(copy.part, []).append(copy.native_id)
    return [sorted(parts[number]) for number in sorted(parts)]


def _sent_part(
    tx: Transaction, row: OutboxRow, ticket: Ticket, made: list[list[int]], *, last: bool
) -> None:
    part = len(made) - 1
    copies = [
        Copy(row.chat, native_id, row.message_id, ticket.id, Role.MESSAGE, part)
        for native_id in made[-1]
    ]
    message_map.record_copies(tx, copies)
    outbox.keep_progress(tx, row.id, {"parts": made})
    if last and row.message_id is not None:
        outbox.finish(tx, [row.id], "sent")
        delivery.delivered(tx, row.message_id)


def _sent_extra(tx: Transaction, row: OutboxRow, ticket: Ticket, part: int, ids: list[int]) -> None:
    copies = [
        Copy(row.chat, native_id, row.message_id, ticket.id, Role.MESSAGE, part)
        for native_id in ids
    ]
    message_map.record_copies(tx, copies)


def _sent_notice(tx: Transaction, rows: list[OutboxRow], ticket: Ticket, ids: list[int]) -> None:
    copies = [Copy(rows[0].chat, native_id, None, ticket.id, Role.NOTICE) for native_id in ids]
    message_map.record_copies(tx, copies)
    outbox.finish(tx, [rows[-1].id], "sent")
    outbox.finish(tx, [row.id for row in rows[:-1]], "merged")


def _failed(tx: Transaction, row: OutboxRow, reason: str) -> None:
    outbox.finish(tx, [row.id], "failed", reason)
    if row.kind is Kind.MESSAGE and row.message_id is not None:
        delivery.failed(tx, row.message_id, reason)
    if reason == "blocked":
        subscribers.unsubscribe(tx, row.chat, SubscriberStatus.BLOCKED, told=row.ticket_id)
