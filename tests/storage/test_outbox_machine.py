"""The outbox under any order of putting, sending, failing, moving and crashing: nothing is lost."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from storage import opening, outbox, projects
from storage.model import Channel, Chat, Content, Project
from storage.outbox import Audience, Kind, OutboxRow
from storage.transaction import Transaction
from tests.storage.books import Books

CHATS = [Chat(Channel.TELEGRAM, 5), Chat(Channel.TELEGRAM, -100), Chat(Channel.MAX, 5)]
MOVED = Chat(Channel.TELEGRAM, -1_000_000_000_100)
chats = st.sampled_from([*CHATS, MOVED])


@dataclass
class Known:
    """A row that must wait. `begun`: parts of it that a messenger took already."""

    text: str
    chat: Chat
    ticket: UUID | None
    begun: int = 0
    attempts: int = 0
    reply_to: int | None = None


class Undone(Exception):
    """The cause of a row fails after the row was put."""


class Post(RuleBasedStateMachine):
    @initialize()
    def open_shop(self) -> None:
        self.books = Books()
        self.project: Project = self.books.do(projects.create, slug="main", name="Acme")
        new = opening.NewTicket(Content("Hello"))
        self.tickets = [
            self.books.do(opening.by_backend, self.project.id, new).id for _ in range(2)
        ]
        self.waiting: list[Known] = []
        self.ended: list[str] = []
        self.number = 0

    def teardown(self) -> None:
        if hasattr(self, "books"):
            self.books.close()

    def _of(self, chat: Chat) -> list[Known]:
        """What waits for a chat: words that belong to no ticket first."""
        own = [known for known in self.waiting if known.chat == chat]
        return sorted(own, key=lambda known: known.ticket is not None)

    def _first(self, chat: Chat) -> tuple[Known, OutboxRow] | None:
        rows = self.books.do(outbox.pending, chat)
        return (self._of(chat)[0], rows[0]) if rows else None

    def _put(self, chat: Chat, ticket: UUID | None, *, fails: bool) -> Known:
        self.number += 1
        known = Known(f"text {self.number}", chat, ticket, reply_to=self.number)
        payload = {"text": known.text, "reply_to": known.reply_to}

        def cause(tx: Transaction) -> None:
            outbox.put(
                tx,
                self.project.id,
                chat,
                Audience.AGENTS,
                Kind.NOTICE,
                ticket_id=ticket,
                payload=payload,
            )
            if fails:
                raise Undone

        self.books.do(cause)
        return known

    @rule(chat=chats, ticket=st.sampled_from([None, 0, 1]))
    def put(self, chat: Chat, ticket: int | None) -> None:
        place = None if ticket is None else self.tickets[ticket]
        self.waiting.append(self._put(chat, place, fails=False))

    @rule(chat=chats)
    def put_by_what_fails(self, chat: Chat) -> None:
        try:
            self._put(chat, None, fails=True)
        except Undone:
            return
        raise AssertionError

    @rule(chat=chats)
    def a_part_is_sent(self, chat: Chat) -> None:
        if first := self._first(chat):
            known, row = first
            known.begun += 1
            parts = [*row.progress.get("parts", []), [known.begun]]
            assert self.books.do(outbox.keep_progress, row.id, {"parts": parts})

    @rule(chat=chats, status=st.sampled_from(["sent", "failed"]), merged=st.integers(0, 2))
    def rows_end(self, chat: Chat, status: str, merged: int) -> None:
        rows = self.books.do(outbox.pending, chat)[: 1 + merged]
        own = self._of(chat)[: len(rows)]
        ids = [row.id for row in rows]
        assert self.books.do(outbox.finish, ids[:1], status) == len(ids[:1])
        assert self.books.do(outbox.finish, ids[1:], "merged") == len(ids[1:])
        assert self.books.do(outbox.finish, ids, "sent") == 0  # a row ends once
        for row in rows:
            assert not self.books.do(outbox.keep_progress, row.id, {"parts": [[99]]})
        for known in own:
            self.waiting.remove(known)
            self.ended.append(known.text)

    @rule(chat=chats, seconds=st.sampled_from([1, 60]))
    def a_passing_error(self, chat: Chat, seconds: int) -> None:
        if first := self._first(chat):
            known, row = first
            known.attempts += 1
            until = self.books.now + timedelta(seconds=seconds)
            self.books.do(outbox.postpone, row.id, "502", until)

    @rule()
    def the_group_moves(self) -> None:
        self.books.do(outbox.move_chat, CHATS[1], MOVED.id)
        for known in self.waiting:
            if known.chat == CHATS[1]:
                known.chat, known.reply_to = MOVED, None

    @precondition(lambda self: hasattr(self, "books"))
    @rule(days=st.sampled_from([1, 8]))
    def days_pass(self, days: int) -> None:
        """What ended is forgotten in the end, what waits is not."""
        self.books.later(timedelta(days=days))
        self.books.do(outbox.purge)

    @invariant()
    def what_waits_is_there_in_its_order(self) -> None:
        for chat in [*CHATS, MOVED] if hasattr(self, "books") else []:
            rows = self.books.do(outbox.pending, chat)
            seen = [_as_known(row) for row in rows]
            assert seen == [_expected(known) for known in self._of(chat)]

    @invariant()
    def chats_that_wait_longest_come_first(self) -> None:
        for channel in (Channel.TELEGRAM, Channel.MAX) if hasattr(self, "books") else ():
            expected = [known.chat.id for known in self.waiting if known.chat.channel is channel]
            found = self.books.do(outbox.waiting_chats, channel)
            assert found == list(dict.fromkeys(expected))


def _as_known(row: OutboxRow) -> tuple[Any, ...]:
    text, reply_to = row.payload["text"], row.payload["reply_to"]
    begun = len(row.progress.get("parts", []))
    return text, reply_to, row.ticket_id, begun, row.attempts


def _expected(known: Known) -> tuple[Any, ...]:
    return known.text, known.reply_to, known.ticket, known.begun, known.attempts


TestPost = Post.TestCase
TestPost.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, derandomize=True
)
