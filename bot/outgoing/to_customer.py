"""Rows for customers: answers that name ticket and agent, notices, and edits of what was sent."""

from dataclasses import dataclass
from itertools import takewhile

import locales
from bot.names import isolate
from bot.outgoing.formatted import Formatted, from_html, styled
from bot.outgoing.outlet import Outlet
from bot.outgoing.parts import FILES, Part, Place, parts_of, rewrite
from bot.outgoing.recording import record
from bot.outgoing.turns import Turns
from bot.screens import notice_keyboard
from storage import delivery, inbox, message_map, messages, outbox, projects, subscribers, tickets
from storage.message_map import Copy, Role
from storage.model import Message, Project, SubscriberStatus, Ticket
from storage.outbox import Kind, OutboxRow
from storage.transaction import Transaction

MERGED_NOTICES = {"added_to_ticket"}
"""Notices of which the last says it all, where several wait for one ticket."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """`unreachable` is why the customer gets nothing any more, as a name in `locales`; `several` is
    whether the chat is about several projects, each with a ticket #1 of its own; `same` are the row
    and those right behind it that say the same."""

    row: OutboxRow
    ticket: Ticket
    project: Project
    several: bool
    unreachable: str | None
    locale: str
    message: Message | None
    copies: list[Copy]
    same: list[OutboxRow]


def _load(tx: Transaction, row: OutboxRow) -> _Loaded:
    """Raises NotFound where the row's ticket is gone."""
    assert row.ticket_id is not None
    ticket = tickets.get(tx, row.project_id, row.ticket_id)
    project = projects.get(tx, row.project_id)
    key = ticket.customer.subscriber_id
    active = subscribers.of_chat(tx, row.chat)
    subscriber = next((each for each in active if each.id == key), None)
    if subscriber is None and key is not None:
        subscriber = subscribers.get(tx, row.project_id, key)
    language = None if subscriber is None else subscriber.locale
    return _Loaded(
        row=row,
        ticket=ticket,
        project=project,
        several=len(active) > 1,
        unreachable="erased" if subscriber is None else delivery.UNREACHABLE.get(subscriber.status),
        locale=locales.pick(language, project.locale),
        message=None if row.message_id is None else messages.get(tx, row.message_id),
        copies=_copies_to_edit(tx, row),
        same=_same(tx, row),
    )


def _copies_to_edit(tx: Transaction, row: OutboxRow) -> list[Copy]:
    if row.kind is not Kind.EDIT or row.ticket_id is None or row.message_id is None:
        return []
    return message_map.copies_of(tx, row.ticket_id, row.message_id, row.chat)


def _same(tx: Transaction, row: OutboxRow) -> list[OutboxRow]:
    if row.kind is not Kind.NOTICE or row.payload["text"] not in MERGED_NOTICES:
        return [row]
    waiting = outbox.pending(tx, row.chat)
    return list(takewhile(lambda other: _says_the_same(other, row), waiting))


class ToCustomer:
    """Sends the rows of customers' chats through one messenger."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    load = staticmethod(_load)

    async def admit(self, loaded: _Loaded, turns: Turns) -> bool:
        """A message waits for its turn, an edit for nothing."""
        return loaded.row.kind is not Kind.EDIT and await turns.take()

    def gathers(self, row: OutboxRow, turns: Turns) -> float:
        """Answers never wait for others."""
        return 0.0

    async def send(self, loaded: _Loaded, turns: Turns) -> None:
        """Send the row, and what says the same as it."""
        row = loaded.row
        if loaded.unreachable is not None:
            await record(self._outlet.db, _failed, row, loaded.unreachable)
        elif row.kind is Kind.NOTICE:
            await self._notice(loaded, turns)
        elif row.kind is Kind.EDIT:
            await self._edit(loaded, turns)
        else:
            await self._message(loaded, turns)

    async def give_up(self, row: OutboxRow, reason: str) -> None:
        """The messenger refuses a row for good: the agents are told where it was an answer."""
        await record(self._outlet.db, _refused, row, reason)

    async def _message(self, loaded: _Loaded, turns: Turns) -> None:
        row = loaded.row
        made: list[list[int]] = list(row.progress.get("parts", []))
        parts = self._parts(loaded)
        if len(made) >= len(parts):  # an edit made it shorter while it was on its way
            await record(self._outlet.db, _delivered, row)
        for place, part in enumerate(parts[len(made) :], len(made)):
            async with turns.one():
                answered = None if made else row.payload.get("reply_to")
                made.append(await self._outlet.send(Place(row.chat.id, reply_to=answered), part))
                last = part is parts[-1]
                await record(self._outlet.db, _sent_part, row, made, part.number(place), last=last)

    def _parts(self, loaded: _Loaded) -> list[Part]:
        assert loaded.message is not None
        header, body = self._words(loaded.message, loaded)
        return parts_of(header, body, loaded.message.attachments, self._outlet.limits)

    @staticmethod
    def _words(message: Message, loaded: _Loaded) -> tuple[Formatted, Formatted]:
        """What an answer says: the line that names ticket and agent, and the agent's words."""
        project = isolate(loaded.project.name)
        header = locales.render_plain(
            "answer_header",
            loaded.locale,
            number=loaded.ticket.ticket_number,
            name=isolate(message.author_name) or project,
            project=project if loaded.several else None,
        )
        body = Formatted(message.text, message.entities)
        separator = Formatted("\n") if body.text else Formatted()
        return styled(header, "bold") + separator, body

    async def _notice(self, loaded: _Loaded, turns: Turns) -> None:
        row, same = loaded.row, loaded.same
        payload = same[-1].payload
        text = from_html(locales.render(payload["text"], loaded.locale, **payload["values"]))
        if loaded.several:
            text = styled(isolate(loaded.project.name), "bold") + Formatted("\n") + text
        keyboard = None
        if payload.get("buttons"):
            keyboard = notice_keyboard(payload["buttons"], loaded.ticket.id, loaded.locale)
        place = Place(row.chat.id, reply_to=payload.get("reply_to"))
        async with turns.one():
            ids = await self._outlet.send(place, Part(text), keyboard)
            await record(self._outlet.db, _sent_notice, same, ids)

    async def _edit(self, loaded: _Loaded, turns: Turns) -> None:
        """Bring the customer's copy up to date. What has no place in it is sent anew: further
        pieces of a text, or all of it once it has outgrown its caption."""
        row = loaded.row
        assert loaded.message is not None
        header, body = self._words(loaded.message, loaded)
        text = header + body
        texts = [copy.native_id for copy in loaded.copies if copy.part < FILES]
        files = [copy.native_id for copy in loaded.copies if copy.part >= FILES]
        pieces = text.pieces(self._outlet.limits.text_limit) if loaded.copies else []
        if files and not texts:
            fits = len(text) <= self._outlet.limits.caption_limit
            caption = text if fits else Formatted()
            await rewrite(self._outlet.messenger.bot, row.chat.id, files[0], caption, caption=True)
            pieces = [] if fits else pieces
        for native_id, piece in zip(texts, pieces, strict=False):
            await rewrite(self._outlet.messenger.bot, row.chat.id, native_id, piece)
        place = Place(row.chat.id, reply_to=files[0] if files else None)
        for number, piece in enumerate(pieces[len(texts) :], len(texts)):
            async with turns.one():
                ids = await self._outlet.send(place, Part(piece))
                await record(self._outlet.db, _sent_extra, row, number, ids)
        surplus = texts[len(pieces) :]
        if surplus:
            await self._outlet.messenger.bot.delete_messages(row.chat.id, surplus)
        await record(self._outlet.db, _edited, row, surplus)


def _says_the_same(other: OutboxRow, row: OutboxRow) -> bool:
    return (
        other.kind is Kind.NOTICE
        and other.ticket_id == row.ticket_id
        and other.payload["text"] == row.payload["text"]
    )


def _sent_part(
    tx: Transaction, row: OutboxRow, made: list[list[int]], number: int, *, last: bool
) -> None:
    known = _delivered(tx, row) if last else outbox.keep_progress(tx, row.id, {"parts": made})
    if known:
        message_map.record_copies(tx, _copies(row, made[-1], number))


def _delivered(tx: Transaction, row: OutboxRow) -> bool:
    """False where the row was erased with its customer while it was on its way."""
    if not outbox.finish(tx, [row.id], "sent"):
        return False
    if row.message_id is not None and row.ticket_id is not None:
        delivery.delivered(tx, row.project_id, row.ticket_id, row.message_id)
    return True


def _sent_extra(tx: Transaction, row: OutboxRow, number: int, ids: list[int]) -> None:
    if outbox.keep_progress(tx, row.id, {}):
        message_map.record_copies(tx, _copies(row, ids, number))


def _edited(tx: Transaction, row: OutboxRow, deleted: list[int]) -> None:
    for native_id in deleted:
        message_map.forget_copy(tx, row.chat, native_id)
    outbox.finish(tx, [row.id], "sent")


def _sent_notice(tx: Transaction, rows: list[OutboxRow], ids: list[int]) -> None:
    if outbox.finish(tx, [rows[-1].id], "sent"):
        message_map.record_copies(tx, _copies(rows[0], ids))
        outbox.finish(tx, [row.id for row in rows[:-1]], "merged")


def _copies(row: OutboxRow, ids: list[int], number: int = 0) -> list[Copy]:
    assert row.ticket_id is not None
    role = Role.NOTICE if row.message_id is None else Role.MESSAGE
    return [Copy(row.chat, each, row.message_id, row.ticket_id, role, number) for each in ids]


def _failed(tx: Transaction, row: OutboxRow, reason: str) -> None:
    """A row will never be sent; the agents are told where it was an answer, or the edit of one."""
    if not outbox.finish(tx, [row.id], "failed", reason) or row.message_id is None:
        return
    if row.kind is Kind.MESSAGE:
        delivery.failed(tx, row.message_id, reason)
    else:
        delivery.edit_failed(tx, row.message_id)


def _refused(tx: Transaction, row: OutboxRow, reason: str) -> None:
    _failed(tx, row, reason)
    # What they wrote before they blocked the bot comes first; so may the update that tells of it.
    if reason == "blocked" and not inbox.waiting(tx, row.chat):
        told = row.ticket_id if row.kind is Kind.MESSAGE else None
        subscribers.unsubscribe(tx, row.chat, SubscriberStatus.BLOCKED, told=told)
