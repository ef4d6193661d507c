"""The outbox under any order of putting, sending, failing, moving and crashing: nothing is lost."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from storage import opening, outbox, projects
from storage.model import Channel, Chat, Content, Project
from storage.outbox import Audience, Kind, LaneKey, OutboxRow
from storage.transaction import Transaction
from tests.storage.books import Books

Lane: TypeAlias = tuple[Chat, bool]
"""A chat, and whether it is about the marks in it."""
CHATS = [Chat(Channel.TELEGRAM, 5), Chat(Channel.TELEGRAM, -100), Chat(Channel.MAX, 5)]
MOVED = Chat(Channel.TELEGRAM, -1_000_000_000_100)
LANES = [(chat, marks) for chat in (*CHATS, MOVED) for marks in (False, True)]
chats = st.sampled_from([*CHATS, MOVED])
lanes = st.sampled_from(LANES)


@dataclass
class Known:
    """A row that must wait. `begun`: parts of it that a messenger took already."""

    text: str
    chat: Chat
    ticket: UUID | None
    marks: bool = False
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

    def _of(self, lane: Lane) -> list[Known]:
        """What waits in a lane: what belongs to no ticket first."""
        own = [known for known in self.waiting if (known.chat, known.marks) == lane]
        return sorted(own, key=lambda known: known.ticket is not None)

    def _rows(self, lane: Lane) -> list[OutboxRow]:
        chat, marks = lane
        return self.books.do(outbox.pending, chat, marks=marks)

    def _first(self, lane: Lane) -> tuple[Known, OutboxRow] | None:
        rows = self._rows(lane)
        return (self._of(lane)[0], rows[0]) if rows else None

    def _put(self, lane: Lane, ticket: UUID | None, *, fails: bool) -> Known:
        self.number += 1
        chat, marks = lane
        known = Known(f"text {self.number}", chat, ticket, marks, reply_to=self.number)
        payload = {"text": known.text, "reply_to": known.reply_to}

        def cause(tx: Transaction) -> None:
            outbox.put(
                tx,
                self.project.id,
                chat,
                Audience.AGENTS,
                Kind.MARK if marks else Kind.NOTICE,
                ticket_id=ticket,
                payload=payload,
            )
            if fails:
                raise Undone

        self.books.do(cause)
        return known

    @rule(lane=lanes, ticket=st.sampled_from([None, 0, 1]))
    def put(self, lane: Lane, ticket: int | None) -> None:
        place = None if ticket is None else self.tickets[ticket]
        self.waiting.append(self._put(lane, place, fails=False))

    @rule(chat=chats)
    def put_by_what_fails(self, chat: Chat) -> None:
        try:
            self._put((chat, False), None, fails=True)
        except Undone:
            return
        raise AssertionError

    @rule(lane=lanes)
    def a_part_is_sent(self, lane: Lane) -> None:
        if first := self._first(lane):
            known, row = first
            known.begun += 1
            parts = [*row.progress.get("parts", []), [known.begun]]
            assert self.books.do(outbox.keep_progress, row.id, {"parts": parts})

    @rule(lane=lanes, status=st.sampled_from(["sent", "failed"]), merged=st.integers(0, 2))
    def rows_end(self, lane: Lane, status: str, merged: int) -> None:
        rows = self._rows(lane)[: 1 + merged]
        own = self._of(lane)[: len(rows)]
        ids = [row.id for row in rows]
        assert self.books.do(outbox.finish, ids[:1], status) == len(ids[:1])
        assert self.books.do(outbox.finish, ids[1:], "merged") == len(ids[1:])
        assert self.books.do(outbox.finish, ids, "sent") == 0  # a row ends once
        for row in rows:
            assert not self.books.do(outbox.keep_progress, row.id, {"parts": [[99]]})
        for known in own:
            self.waiting.remove(known)
            self.ended.append(known.text)

    @rule(lane=lanes, seconds=st.sampled_from([1, 60]))
    def a_passing_error(self, lane: Lane, seconds: int) -> None:
        if first := self._first(lane):
            known, row = first
            known.attempts += 1
            until = self.books.now + timedelta(seconds=seconds)
            self.books.do(outbox.postpone, row.id, "502", until)

    @rule()
    def the_group_moves(self) -> None:
        """Its marks are on messages that the new one does not have."""
        self.books.do(outbox.move_chat, CHATS[1], MOVED.id)
        for known in self.waiting[:]:
            if known.chat == CHATS[1] and known.marks:
                self.waiting.remove(known)
            elif known.chat == CHATS[1]:
                known.chat, known.reply_to = MOVED, None

    @precondition(lambda self: hasattr(self, "books"))
    @rule(days=st.sampled_from([1, 8]))
    def days_pass(self, days: int) -> None:
        """What ended is forgotten in the end, what waits is not."""
        self.books.later(timedelta(days=days))
        self.books.do(outbox.purge)

    @invariant()
    def what_waits_is_there_in_its_order(self) -> None:
        for lane in LANES if hasattr(self, "books") else []:
            seen = [_as_known(row) for row in self._rows(lane)]
            assert seen == [_expected(known) for known in self._of(lane)]

    @invariant()
    def lanes_that_wait_longest_come_first(self) -> None:
        for channel in (Channel.TELEGRAM, Channel.MAX) if hasattr(self, "books") else ():
            expected = [
                LaneKey(known.chat.id, known.marks)
                for known in self.waiting
                if known.chat.channel is channel
            ]
            found = self.books.do(outbox.waiting_lanes, channel)
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
