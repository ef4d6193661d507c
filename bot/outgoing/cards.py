"""Cards: the first message of a ticket in an agent chat, made once and edited in place since."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from aiogram.exceptions import TelegramBadRequest

from bot.agents.card import card_keyboard
from bot.outgoing import agents_view
from bot.outgoing.agents_view import Saying, View
from bot.outgoing.formatted import Formatted
from bot.outgoing.outlet import Outlet
from bot.outgoing.parts import Part, Place, parts_of, rewrite
from bot.outgoing.recording import record
from bot.outgoing.topics import place_of
from bot.outgoing.turns import Turns
from storage import message_map, outbox
from storage.message_map import Copy, Role, Thread
from storage.transaction import Transaction

GONE = ("message to edit not found", "MESSAGE_ID", "message can't be edited")
"""The card was deleted, or another bot made it."""


class Cards:
    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    async def make(
        self, view: View, thread: Thread, merged: Sequence[Saying], turns: Turns
    ) -> None:
        """Make the card in the ticket's topic; it carries the first text, and `merged` behind it.

        What it cannot carry, long texts and files, is the row's `rest`.
        """
        bodies = [*self._first_pieces(view)[:1], *(saying.text for saying in merged)]
        text = agents_view.card_text(view, bodies)
        place = Place(thread.chat.id, thread.thread_id)
        async with turns.one():
            keyboard = card_keyboard(view.card.ticket, view.locale)
            (card_id,) = await self._outlet.send(place, Part(text), keyboard)
            made = replace(thread, card_id=card_id, card_content=_digest(text))
            await record(self._outlet.db, _made, made, view, merged)

    def left(self, view: View) -> list[tuple[int, Part]]:
        """What the card could not carry of the first message, and is not sent yet, numbered."""
        progress = view.row.progress
        if "rest" not in progress:
            return []
        parts = [Part(piece) for piece in self._first_pieces(view)[1:]]
        if view.card.first.attachments:
            parts += parts_of(
                Formatted(), Formatted(), view.card.first.attachments, self._outlet.limits
            )
        if progress.get("without_files"):
            parts = [part.in_words() for part in parts]
        return list(enumerate(parts))[progress["rest"] :]

    def can_carry_more(self, view: View) -> bool:
        """Whether the first message is wholly on the card, so that others may follow it there."""
        return not view.card.first.attachments and len(self._first_pieces(view)) <= 1

    def room(self, view: View) -> int:
        """UTF-16 units that the card has left for further texts."""
        used = sum(len(piece) for piece in self._first_pieces(view)[:1])
        header = agents_view.CARD_HEADER + len(agents_view.BLANK_LINE)
        return self._outlet.limits.text_limit - header - used

    def _first_pieces(self, view: View) -> list[Formatted]:
        text = agents_view.original(view.card.first)
        return agents_view.first_pieces(text, self._outlet.limits.text_limit)

    async def rest(self, view: View, turns: Turns) -> None:
        """Send what the card could not carry of the first message, and show an edit of it."""
        for number, part in self.left(view):
            async with turns.one():
                ids = await self._outlet.send(place_of(view.thread), part)
                await record(self._outlet.db, _rest_sent, view, number, ids)
        await self.refresh(view)
        await record(self._outlet.db, outbox.keep_progress, view.row.id, {})

    async def refresh(self, view: View) -> bool:
        """Bring the card up to date; whether it shows everything, edits of its texts included.

        A card that was deleted is forgotten, to be made anew by the next row.
        """
        bodies = [agents_view.body_of(message, view.locale) for message in view.card.carried]
        text = agents_view.card_text(view, bodies)
        complete = len(text) <= self._outlet.limits.text_limit and self.can_carry_more(view)
        if not complete:
            originals = [agents_view.original(message) for message in view.card.carried[1:]]
            text = agents_view.card_text(view, [*self._first_pieces(view)[:1], *originals])
        if _digest(text) == view.thread.card_content:
            return complete
        thread = replace(view.thread, card_content=_digest(text))
        if not await self._edit(view, text):
            thread = replace(view.thread, card_id=None, card_content=None)
        await record(self._outlet.db, message_map.keep_thread, thread)
        return complete

    async def _edit(self, view: View, text: Formatted) -> bool:
        """False where the card is gone."""
        assert view.thread.card_id is not None
        keyboard = card_keyboard(view.card.ticket, view.locale)
        chat_id, card_id = view.thread.chat.id, view.thread.card_id
        bot = self._outlet.messenger.bot
        try:
            await rewrite(bot, chat_id, card_id, text, keyboard=keyboard)
        except TelegramBadRequest as error:
            if any(sign in error.message for sign in GONE):
                return False
            raise
        return True


def _made(tx: Transaction, thread: Thread, view: View, merged: Sequence[Saying]) -> None:
    message_map.keep_thread(tx, thread)
    assert thread.card_id is not None
    carried = [view.card.first.id, *(saying.message_id for saying in merged)]
    copies = [
        Copy(thread.chat, thread.card_id, key, thread.ticket_id, Role.CARD) for key in carried
    ]
    message_map.record_copies(tx, copies)
    outbox.keep_progress(tx, view.row.id, {**view.row.progress, "rest": 0})
    outbox.finish(tx, [saying.row_id for saying in merged], "merged")


def _rest_sent(tx: Transaction, view: View, number: int, ids: list[int]) -> None:
    row = view.row
    copies = [
        Copy(
            row.chat, native_id, view.card.first.id, view.thread.ticket_id, Role.MESSAGE, number + 1
        )
        for native_id in ids
    ]
    message_map.record_copies(tx, copies)
    outbox.keep_progress(tx, row.id, {**row.progress, "rest": number + 1})


def _digest(text: Formatted) -> str:
    return hashlib.sha256(text.html.encode()).hexdigest()
