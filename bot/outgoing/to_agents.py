"""Rows for agent chats: cards, what is said in tickets, notices, edits and marks of delivery."""

from itertools import takewhile

from aiogram.exceptions import TelegramBadRequest

import locales
from bot.outgoing import agents_view
from bot.outgoing.agents_view import Mark, Saying, Told, View
from bot.outgoing.cards import Cards
from bot.outgoing.formatted import Formatted, from_html, joined
from bot.outgoing.marks import DELIVERED_IN_WORDS, react
from bot.outgoing.outlet import Outlet
from bot.outgoing.parts import WITHOUT_CAPTION, Part, Place, parts_of, rewrite
from bot.outgoing.recording import record
from bot.outgoing.topics import CARD_GONE, Mended, Topics, place_of
from bot.outgoing.turns import Turns
from storage import message_map, outbox
from storage.message_map import Copy, Role
from storage.model import Chat, Message
from storage.outbox import Kind, OutboxRow
from storage.transaction import Transaction

SCARCE = 0.5
"""With less than this part of its window free, a chat falls behind: what waits is merged."""
GATHERING = 2.0
"""Seconds that words wait for more of their ticket when nothing is left of the window; less before,
so that a burst arrives soon and in few messages, not the last of it a minute later."""

GIVING_WAY = 2.0
"""Seconds from its making for which a mark lets messages go first."""

MANY = 60
"""A chat that can take so many messages does not fall behind; no more that wait are counted."""


class ToAgents:
    """Sends the rows of agent chats through one messenger."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._cards = Cards(outlet)
        self._topics = Topics(outlet.db, outlet.messenger)

    load = staticmethod(agents_view.load)

    async def admit(self, loaded: View | Told | Mark, turns: Turns) -> bool:
        """What makes a message waits for its turn, an edit for nothing. A mark lets those go first
        who wait for words, while it is young."""
        if isinstance(loaded, Mark):
            age = (self._outlet.db.clock() - loaded.row.created_at).total_seconds()
            return await turns.give_way(GIVING_WAY - max(age, 0))
        return self._makes_a_message(loaded) and await turns.take()

    def _makes_a_message(self, loaded: View | Told) -> bool:
        if isinstance(loaded, View) and loaded.row.kind is Kind.CARD:
            return loaded.thread.card_id is None or bool(self._cards.left(loaded))
        return loaded.row.kind is not Kind.EDIT

    def gathers(self, row: OutboxRow, turns: Turns) -> float:
        """Seconds from its making that a row had better wait, for others to come along."""
        if row.kind is not Kind.MESSAGE:
            return 0.0
        return GATHERING * max(0.0, 1 - turns.headroom() / SCARCE)

    async def send(self, loaded: View | Told | Mark, turns: Turns) -> None:
        """Send the row, and what it can carry of the rows behind it; what was only begun is left
        for the next time. Raises Mended where that helps.
        """
        if isinstance(loaded, Told):
            return await self._tell_all(loaded, turns)
        if isinstance(loaded, Mark):
            if await react(self._outlet, loaded.row):
                await record(self._outlet.db, outbox.finish, [loaded.row.id], "sent")
                return None
            return await record(self._outlet.db, outbox.tick, loaded.row)
        try:
            await self._send(loaded, turns)
        except TelegramBadRequest as error:
            if await self._topics.mend(error, loaded.thread, loaded.row):
                raise Mended from error
            raise
        return None

    async def _send(self, view: View, turns: Turns) -> None:
        if view.thread.closed and self._makes_a_message(view):
            await self._topics.reopen(view.thread)
        if view.row.kind is Kind.TICK:
            await self._tick(view.row, turns)
        elif view.thread.card_id is None:
            await self._open(view, turns)
        elif "rest" in view.row.progress:
            await self._cards.rest(view, turns)
        elif view.row.kind is Kind.EDIT:
            await self._edit(view, turns)
        elif view.row.kind is Kind.CARD:
            await self._cards.refresh(view)
            await record(self._outlet.db, _finish_together, [view.row.id, *view.repeats])
        else:
            await self._say(view, turns)

    async def give_up(self, row: OutboxRow, reason: str) -> None:
        """A row that the messenger refuses for good. Files that it refuses are named in words."""
        await record(self._outlet.db, _refused, row.id, reason)

    async def _open(self, view: View, turns: Turns) -> None:
        """Make the topic and the card. When the chat falls behind, the card carries more."""
        thread = await self._topics.open(view.card.ticket, view.thread, turns)
        merged: list[Saying] = []
        row = view.row
        begins = row.kind is Kind.CARD  # else it has words of its own to go first
        if begins and self._cards.can_carry_more(view) and await self._crowded(row.chat, turns):
            waiting = await self._outlet.db.read(agents_view.sayings, view)
            # The card is written anew from messages alone: words of the desk would be lost on it.
            said = list(takewhile(lambda saying: saying.message_id is not None, waiting))
            merged = _that_fit(said, self._cards.room(view))
        await self._cards.make(view, thread, merged, turns)

    async def _crowded(self, chat: Chat, turns: Turns) -> bool:
        """Whether the chat falls behind: it can take few messages, or fewer than wait."""
        if turns.headroom() < SCARCE:
            return True
        room = turns.free() + 1
        return room < MANY and await self._outlet.db.read(outbox.makes, chat, MANY) > room

    # --- what is said ---------------------------------------------------------------------------

    async def _say(self, view: View, turns: Turns) -> None:
        row = view.row
        own = agents_view.saying_of(row, view.message, view)
        if (
            own is not None
            and not row.progress.get("parts")
            and await self._crowded(row.chat, turns)
        ):
            waiting = await self._outlet.db.read(agents_view.sayings, view)
            more = _that_fit(waiting, self._outlet.limits.text_limit - len(own.text))
            if more:
                return await self._say_together([own, *more], view, turns)
        place = place_of(view.thread, reply_to=row.payload.get("reply_to"))
        return await self._send_parts(row, self._parts(row, own, view), place, turns)

    async def _send_parts(
        self, row: OutboxRow, parts: list[Part], place: Place, turns: Turns
    ) -> None:
        """Send what is not sent yet of a row, and end it."""
        made: list[list[int]] = list(row.progress.get("parts", []))
        for part in parts[len(made) :]:
            async with turns.one():
                made.append(await self._outlet.send(place, part))
                await record(self._outlet.db, _said_part, row, made, last=part is parts[-1])
        if len(row.progress.get("parts", [])) >= len(parts):  # nothing is left of it to say
            await record(self._outlet.db, outbox.finish, [row.id], "sent")

    def _parts(self, row: OutboxRow, own: Saying | None, view: View) -> list[Part]:
        if own is not None:
            return [Part(piece) for piece in own.text.pieces(self._outlet.limits.text_limit)]
        assert view.message is not None
        header = agents_view.header_of(view.message, view)
        body = agents_view.body_of(view.message, view.locale)
        parts = parts_of(header, body, view.message.attachments, self._outlet.limits)
        if row.progress.get("without_files"):
            parts = [part.in_words() for part in parts]
        return parts

    async def _say_together(self, said: list[Saying], view: View, turns: Turns) -> None:
        text = joined((saying.text for saying in said), agents_view.BLANK_LINE)
        async with turns.one():
            ids = await self._outlet.send(place_of(view.thread), Part(text))
            await record(self._outlet.db, _said_together, view.row, said, ids[0])

    async def _tell_all(self, told: Told, turns: Turns) -> None:
        row = told.row
        html = locales.render(row.payload["text"], told.locale, **row.payload["values"])
        async with turns.one():
            place = Place(row.chat.id, reply_to=row.payload.get("reply_to"))
            await self._outlet.send(place, Part(from_html(html)))
            await record(self._outlet.db, outbox.finish, [row.id], "sent")

    # --- edits and marks ------------------------------------------------------------------------

    async def _edit(self, view: View, turns: Turns) -> None:
        """Show a customer's edit in place, below the original; where that cannot be, as a reply."""
        row = view.row
        assert view.message is not None
        which = view.message.ticket_id, view.message.id, row.chat
        begun = "parts" in row.progress
        if view.repeats and not begun:
            await record(self._outlet.db, outbox.finish, [row.id], "merged")
            return
        copies = await self._outlet.db.read(message_map.copies_of, *which)
        if not begun and copies and await self._edit_in_place(copies, view, view.message):
            await record(self._outlet.db, outbox.finish, [row.id], "sent")
            return
        copies = await self._outlet.db.read(message_map.copies_of, *which)
        text = agents_view.words_of(view.message, view)  # the original too, which is gone
        if copies:
            text = agents_view.edit_mark(view.message, view.locale) + Formatted("\n")
            text += Formatted(view.message.text, view.message.entities)
        place = place_of(view.thread, reply_to=copies[0].native_id if copies else None)
        parts = [Part(piece) for piece in text.pieces(self._outlet.limits.text_limit)]
        await self._send_parts(row, parts, place, turns)

    async def _edit_in_place(self, copies: list[Copy], view: View, message: Message) -> bool:
        if copies[0].role is Role.CARD:
            return await self._cards.refresh(view)
        caption = bool(message.attachments)
        limit = self._outlet.limits.caption_limit if caption else self._outlet.limits.text_limit
        text = await self._outlet.db.read(_rewritten, copies, view, message)
        if text is None or len(text) > limit:
            return False
        try:
            bot = self._outlet.messenger.bot
            await rewrite(bot, copies[0].chat.id, copies[0].native_id, text, caption=caption)
        except TelegramBadRequest as error:
            if "message to edit not found" in error.message:
                await record(
                    self._outlet.db, message_map.forget_copy, copies[0].chat, copies[0].native_id
                )
            return False  # it is gone, or has no text to edit
        return True

    async def _tick(self, row: OutboxRow, turns: Turns) -> None:
        """Show by a reply that the answer arrived, if it is still there. A reply goes to the topic
        of what it answers."""
        place = Place(row.chat.id, reply_to=row.payload["native_id"], must_reply=True)
        try:
            await self._send_parts(row, [Part(Formatted(DELIVERED_IN_WORDS))], place, turns)
        except TelegramBadRequest as error:
            if not any(sign in error.message for sign in CARD_GONE):
                raise
            await record(self._outlet.db, outbox.finish, [row.id], "sent")


def _that_fit(said: list[Saying], room: int) -> list[Saying]:
    """As many as fit, in their order, a blank line before each."""
    kept = []
    for saying in said:
        room -= len(saying.text) + len(agents_view.BLANK_LINE)
        if room < 0:
            break
        kept.append(saying)
    return kept


def _rewritten(
    tx: Transaction, copies: list[Copy], view: View, message: Message
) -> Formatted | None:
    """What the copy of an edited message has to show; None where it cannot be written anew: pieces
    of a long text, files without a caption, words of the desk beside it, which are not kept."""
    if message.attachments:
        captioned = message.attachments[0].kind not in WITHOUT_CAPTION
        return agents_view.words_of(message, view) if captioned else None
    carried = message_map.carried_by(tx, copies[0].chat, copies[0].native_id)
    if len(copies) > 1 or any(copy.message_id is None for copy in carried):
        return None
    said = agents_view.carried_messages(tx, carried)
    return joined((agents_view.words_of(each, view) for each in said), agents_view.BLANK_LINE)


def _finish_together(tx: Transaction, ids: list[int]) -> None:
    outbox.finish(tx, ids[:1], "sent")
    outbox.finish(tx, ids[1:], "merged")


def _said_part(tx: Transaction, row: OutboxRow, made: list[list[int]], *, last: bool) -> None:
    assert row.ticket_id is not None
    said = row.message_id if row.kind is Kind.MESSAGE else None
    role = Role.NOTICE if said is None else Role.MESSAGE
    copies = [
        Copy(row.chat, native_id, said, row.ticket_id, role, len(made) - 1)
        for native_id in made[-1]
    ]
    message_map.record_copies(tx, copies)
    if last:
        outbox.finish(tx, [row.id], "sent")
    else:
        outbox.keep_progress(tx, row.id, {**row.progress, "parts": made})


def _refused(tx: Transaction, row_id: int, reason: str) -> None:
    """The row is read anew: parts of it may have been sent since."""
    row = outbox.get(tx, row_id)
    if row is None:
        return
    if row.kind in (Kind.MESSAGE, Kind.CARD) and not row.progress.get("without_files"):
        outbox.keep_progress(tx, row_id, {**row.progress, "without_files": True})
    else:
        outbox.finish(tx, [row_id], "failed", reason)


def _said_together(tx: Transaction, row: OutboxRow, said: list[Saying], native_id: int) -> None:
    assert row.ticket_id is not None
    copies = [
        Copy(row.chat, native_id, saying.message_id, row.ticket_id, Role.MESSAGE) for saying in said
    ]
    message_map.record_copies(tx, copies)
    _finish_together(tx, [saying.row_id for saying in said])
