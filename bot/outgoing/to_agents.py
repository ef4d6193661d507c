"""Rows for agent chats: cards, what is said in tickets, notices, edits and marks of delivery."""

from aiogram.exceptions import TelegramBadRequest
from aiogram.types import ReactionTypeEmoji

import locales
from bot.outgoing import agents_view
from bot.outgoing.agents_view import Saying, View
from bot.outgoing.cards import Cards
from bot.outgoing.formatted import Formatted, from_html, joined
from bot.outgoing.outlet import Outlet
from bot.outgoing.parts import WITHOUT_CAPTION, Part, Place, parts_of
from bot.outgoing.recording import record
from bot.outgoing.topics import Topics, place_of
from bot.outgoing.turns import Turns
from storage import message_map, outbox, projects
from storage.database import Transaction
from storage.message_map import Copy, Role
from storage.model import Message
from storage.outbox import Kind, OutboxRow

SCARCE = 0.5
"""With less than this part of its window free, a chat falls behind: what waits is merged."""
GATHERING = 2.0
"""Seconds that words wait for more of their ticket when nothing is left of the window; less before,
so that a burst arrives soon and in few messages, not the last of it a minute later."""

DELIVERED = "👍"
"""The reaction on an agent's message once the customer's messenger took it; bots may use only
Telegram's own list (core.telegram.org/bots/api#reactiontypeemoji)."""
DELIVERED_IN_WORDS = "✓"


class ToAgents:
    """Sends the rows of agent chats through one messenger."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._cards = Cards(outlet)
        self.topics = Topics(outlet.db, outlet.messenger)

    async def needs_turn(self, row: OutboxRow) -> bool:
        """Whether sending the row makes a message: an edit or a reaction does not."""
        if row.kind is Kind.CARD:
            view = await self._outlet.db.read(agents_view.load, row)
            return view.thread.card_id is None or "rest" in row.progress
        return row.kind in (Kind.MESSAGE, Kind.NOTICE)

    def gathers(self, row: OutboxRow, turns: Turns) -> float:
        """Seconds from its making that a row had better wait, for others to come along."""
        if row.kind is not Kind.MESSAGE:
            return 0.0
        return GATHERING * max(0.0, 1 - turns.headroom() / SCARCE)

    async def send(self, rows: list[OutboxRow], turns: Turns) -> None:
        """Send the first row, and what it can carry of the rows behind it.

        What was mended on the way, and what was only begun, is left for the next time.
        """
        row = rows[0]
        if row.ticket_id is None:
            return await self._tell_all(row, turns)
        view = await self._outlet.db.read(agents_view.load, row)
        try:
            await self._send(rows, view, turns)
        except TelegramBadRequest as error:
            if not await self.topics.mend(error, view.thread, row):
                raise
        return None

    async def _send(self, rows: list[OutboxRow], view: View, turns: Turns) -> None:
        row = rows[0]
        if row.kind is Kind.MARK:
            await self._mark(row, view, turns)
        elif row.kind is Kind.EDIT:
            await self._edit(row, view, turns)
        elif view.thread.card_id is None:
            await self._open(rows, view, turns)
        elif "rest" in row.progress:
            await self._cards.rest(row, view, turns)
        elif row.kind is Kind.CARD:
            await self._cards.refresh(view)
            same = [r.id for r in rows if r.kind is Kind.CARD and r.ticket_id == row.ticket_id]
            await record(self._outlet.db, _finish_together, same)
        else:
            await self._say(rows, view, turns)

    async def give_up(self, row: OutboxRow, reason: str) -> None:
        """A row that the messenger refuses for good. Files that it refuses are named in words."""
        if row.kind in (Kind.MESSAGE, Kind.CARD) and not row.progress.get("without_files"):
            progress = {**row.progress, "without_files": True}
            await record(self._outlet.db, outbox.keep_progress, row.id, progress)
        else:
            await record(self._outlet.db, outbox.finish, [row.id], "failed", reason)

    async def _open(self, rows: list[OutboxRow], view: View, turns: Turns) -> None:
        """Make the topic and the card. When the chat falls behind, the card carries more."""
        thread = await self.topics.open(view.ticket, view.thread)
        merged: list[Saying] = []
        if self._cards.can_carry_more(view) and _crowded(rows, turns):
            waiting = await self._outlet.db.read(agents_view.sayings, rows[1:], view)
            merged = _that_fit(waiting, self._cards.room(view))
        await self._cards.make(rows[0], view, thread, merged, turns)

    # --- what is said ---------------------------------------------------------------------------

    async def _say(self, rows: list[OutboxRow], view: View, turns: Turns) -> None:
        row = rows[0]
        own = await self._outlet.db.read(agents_view.saying_of, row, view)
        if own is not None and _crowded(rows, turns) and not row.progress.get("parts"):
            waiting = await self._outlet.db.read(agents_view.sayings, rows[1:], view)
            more = _that_fit(waiting, self._outlet.limits.text_limit - len(own.text) - 2)
            if more:
                return await self._say_together([own, *more], row, view, turns)
        made: list[list[int]] = list(row.progress.get("parts", []))
        parts = self._parts(row, own, view)
        place = place_of(view.thread, reply_to=row.payload.get("reply_to"))
        for number in range(len(made), len(parts)):
            async with turns.one():
                made.append(await self._outlet.send(place, parts[number]))
                last = number == len(parts) - 1
                await record(self._outlet.db, _said_part, row, made, last=last)
        return None

    def _parts(self, row: OutboxRow, own: Saying | None, view: View) -> list[Part]:
        if own is not None:
            return [Part(piece) for piece in own.text.pieces(self._outlet.limits.text_limit)]
        assert view.message is not None
        header = agents_view.header_of(view.message, view)
        body = agents_view.body_of(view.message, view.locale)
        if row.progress.get("without_files"):
            body = joined([body, agents_view.names_of_files(view.message)], "\n")
            return [Part(p) for p in (header + body).pieces(self._outlet.limits.text_limit)]
        return parts_of(header, body, view.message.attachments, self._outlet.limits)

    async def _say_together(
        self, said: list[Saying], row: OutboxRow, view: View, turns: Turns
    ) -> None:
        text = joined((saying.text for saying in said), agents_view.BLANK_LINE)
        async with turns.one():
            ids = await self._outlet.send(place_of(view.thread), Part(text))
            await record(self._outlet.db, _said_together, row, said, ids[0])

    async def _tell_all(self, row: OutboxRow, turns: Turns) -> None:
        """Words of the desk that belong to no ticket."""
        project = await self._outlet.db.read(projects.get, row.project_id)
        html = locales.render(row.payload["text"], project.locale, **row.payload["values"])
        async with turns.one():
            place = Place(row.chat.id, reply_to=row.payload.get("reply_to"))
            await self._outlet.send(place, Part(from_html(html)))
            await record(self._outlet.db, outbox.finish, [row.id], "sent")

    # --- edits and marks ------------------------------------------------------------------------

    async def _edit(self, row: OutboxRow, view: View, turns: Turns) -> None:
        """Show a customer's edit in place, the original above it; without room for it, as a reply."""
        assert view.message is not None
        copies = await self._outlet.db.read(message_map.copies_of, view.message.id, row.chat)
        if copies and not await self._edit_in_place(copies, view, view.message):
            text = agents_view.edit_mark(view.message, view.locale) + Formatted("\n")
            text += Formatted(view.message.text, view.message.entities)
            place = place_of(view.thread, reply_to=copies[0].native_id)
            for piece in text.pieces(self._outlet.limits.text_limit):
                async with turns.one():
                    ids = await self._outlet.send(place, Part(piece))
                    await record(self._outlet.db, _noted, row, ids)
        await record(self._outlet.db, outbox.finish, [row.id], "sent")

    async def _edit_in_place(self, copies: list[Copy], view: View, message: Message) -> bool:
        if copies[0].role is Role.CARD:
            return await self._cards.refresh(view)
        body = agents_view.header_of(message, view) + agents_view.body_of(message, view.locale)
        if message.attachments:
            fits = len(body) <= self._outlet.limits.caption_limit
            if not fits or message.attachments[0].kind in WITHOUT_CAPTION:
                return False
            return await self._rewrite(copies[0], body, caption=True)
        if len(copies) > 1:
            return False
        carried = await self._outlet.db.read(_carried, copies[0])
        texts = (
            agents_view.header_of(each, view) + agents_view.body_of(each, view.locale)
            for each in carried
        )
        whole = joined(texts, agents_view.BLANK_LINE)
        if len(whole) > self._outlet.limits.text_limit:
            return False
        return await self._rewrite(copies[0], whole, caption=False)

    async def _rewrite(self, copy: Copy, text: Formatted, *, caption: bool) -> bool:
        """False where the copy is gone or cannot be edited any more."""
        bot = self._outlet.messenger.bot
        chat_id, message_id = copy.chat.id, copy.native_id
        try:
            if caption:
                await bot.edit_message_caption(
                    chat_id=chat_id, message_id=message_id, caption=text.html, parse_mode="HTML"
                )
            else:
                await bot.edit_message_text(
                    text.html, chat_id=chat_id, message_id=message_id, parse_mode="HTML"
                )
        except TelegramBadRequest as error:
            return "message is not modified" in error.message
        return True

    async def _mark(self, row: OutboxRow, view: View, turns: Turns) -> None:
        """Show the agent that the answer arrived: a reaction, or a reply where there are none."""
        native_id = row.payload["native_id"]
        reacts = self._outlet.limits.reactions
        if not reacts or not await self._react(row.chat.id, native_id):
            async with turns.one():
                place = place_of(view.thread, reply_to=native_id)
                ids = await self._outlet.send(place, Part(Formatted(DELIVERED_IN_WORDS)))
                await record(self._outlet.db, _noted, row, ids)
        await record(self._outlet.db, outbox.finish, [row.id], "sent")

    async def _react(self, chat_id: int, native_id: int) -> bool:
        """False where the chat allows no such reaction."""
        try:
            await self._outlet.messenger.bot.set_message_reaction(
                chat_id, native_id, [ReactionTypeEmoji(emoji=DELIVERED)]
            )
        except TelegramBadRequest as error:
            return "REACTION" not in error.message
        return True


def _crowded(rows: list[OutboxRow], turns: Turns) -> bool:
    """Whether the chat falls behind: it can take few messages, or fewer than wait."""
    if turns.headroom() < SCARCE:
        return True
    makes = (Kind.MESSAGE, Kind.NOTICE)
    cards = {row.ticket_id for row in rows if row.kind is Kind.CARD}
    return sum(row.kind in makes for row in rows) + len(cards) > turns.free() + 1


def _that_fit(said: list[Saying], room: int) -> list[Saying]:
    """As many as fit, in their order, a blank line before each."""
    kept = []
    for saying in said:
        room -= len(saying.text) + len(agents_view.BLANK_LINE)
        if room < 0:
            break
        kept.append(saying)
    return kept


def _carried(tx: Transaction, copy: Copy) -> list[Message]:
    return agents_view.carried_messages(tx, message_map.carried_by(tx, copy.chat, copy.native_id))


def _finish_together(tx: Transaction, ids: list[int]) -> None:
    outbox.finish(tx, ids[:1], "sent")
    outbox.finish(tx, ids[1:], "merged")


def _said_part(tx: Transaction, row: OutboxRow, made: list[list[int]], *, last: bool) -> None:
    assert row.ticket_id is not None
    role = Role.NOTICE if row.message_id is None else Role.MESSAGE
    copies = [
        Copy(row.chat, native_id, row.message_id, row.ticket_id, role, len(made) - 1)
        for native_id in made[-1]
    ]
    message_map.record_copies(tx, copies)
    outbox.keep_progress(tx, row.id, {**row.progress, "parts": made})
    if last:
        outbox.finish(tx, [row.id], "sent")


def _said_together(tx: Transaction, row: OutboxRow, said: list[Saying], native_id: int) -> None:
    assert row.ticket_id is not None
    copies = [
        Copy(row.chat, native_id, saying.message_id, row.ticket_id, Role.MESSAGE) for saying in said
    ]
    message_map.record_copies(tx, copies)
    _finish_together(tx, [saying.row_id for saying in said])


def _noted(tx: Transaction, row: OutboxRow, ids: list[int]) -> None:
    assert row.ticket_id is not None
    copies = [Copy(row.chat, native_id, None, row.ticket_id, Role.NOTICE) for native_id in ids]
    message_map.record_copies(tx, copies)
