"""The life of tickets under any order of events: the table of the contract, and what follows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from storage import (
    agents,
    conversation,
    events,
    messages,
    opening,
    projects,
    tickets,
    webhook_queue,
    webhooks,
)
from storage.model import Agent, Channel, Chat, Content, Person, Project, Status
from storage.webhooks import Event
from tests.replying import reply
from tests.storage.books import Books

WEEK = timedelta(days=7)
NEW, IN_PROGRESS, WAITING, CLOSED = Status


@dataclass
class Known:
    """What a ticket must be; `events` are those that must have gone out, in their order."""

    id: UUID
    events: list[str]
    status: Status = NEW
    assignee: UUID | None = None
    closed_at: datetime | None = None
    said: int = 1


class Life(RuleBasedStateMachine):
    made = Bundle("made")

    @initialize()
    def open_shop(self) -> None:
        self.books = Books()
        self.project: Project = self.books.do(projects.create, slug="main", name="Acme")
        self.hook = self.books.do(webhooks.create, self.project.id, url="https://shop.example/")
        people = (Person(Chat(Channel.TELEGRAM, -100), number, "Olga") for number in (7, 8))
        self.agents: list[Agent] = [
            self.books.do(agents.seen, self.project.id, person) for person in people
        ]
        self.known: dict[UUID, Known] = {}

    def teardown(self) -> None:
        if hasattr(self, "books"):
            self.books.close()

    def _becomes(self, ticket: Known, status: Status) -> None:
        """The status changes, with its times and its events."""
        if status is ticket.status:
            return
        ticket.status = status
        ticket.closed_at = self.books.now if status is CLOSED else None
        ticket.events += [Event.STATUS_CHANGED, *([Event.CLOSED] if status is CLOSED else [])]

    # --- events ---------------------------------------------------------------------------------

    @rule(target=made)
    def opened(self) -> Known:
        new = opening.NewTicket(Content("Where is my parcel?"))
        ticket = self.books.do(opening.by_backend, self.project.id, new)
        assert ticket.ticket_number == len(self.known) + 1
        self.known[ticket.id] = Known(ticket.id, [Event.CREATED])
        return self.known[ticket.id]

    @rule(target=made, ticket=made)
    def customer_writes(self, ticket: Known) -> object:
        over = ticket.closed_at is not None and self.books.now - ticket.closed_at > WEEK
        said = self.books.do(
            conversation.customer_reply, self.project.id, ticket.id, Content("Hello?")
        )
        if over:
            assert said.ticket_id not in self.known
            self.known[said.ticket_id] = Known(said.ticket_id, [Event.CREATED])
            new = self.books.do(tickets.get, self.project.id, said.ticket_id)
            assert new.previous_ticket_id == ticket.id
            return self.known[said.ticket_id]
        assert said.ticket_id == ticket.id
        ticket.said += 1
        ticket.events.append(Event.REPLIED)
        if ticket.status is WAITING:
            self._becomes(ticket, IN_PROGRESS)
        elif ticket.status is CLOSED:
            self._becomes(ticket, NEW if ticket.assignee is None else IN_PROGRESS)
        return multiple()

    @rule(ticket=made, who=st.sampled_from([None, 0, 1]))
    def agent_replies(self, ticket: Known, who: int | None) -> None:
        agent = None if who is None else self.agents[who]
        self.books.do(reply, self.project.id, ticket.id, Content("Soon."), agent=agent)
        ticket.said += 1
        ticket.events.append(Event.REPLIED)
        if agent is not None and ticket.assignee is None:
            ticket.assignee = agent.id
            ticket.events.append(Event.ASSIGNED)
        if ticket.status in (NEW, IN_PROGRESS):
            self._becomes(ticket, WAITING)

    @rule(ticket=made)
    def agent_notes(self, ticket: Known) -> None:
        self.books.do(
            reply,
            self.project.id,
            ticket.id,
            Content("A hard one."),
            internal=True,
            agent=self.agents[0],
        )
        ticket.said += 1

    @rule(ticket=made, who=st.sampled_from([None, 0, 1]))
    def assigned(self, ticket: Known, who: int | None) -> None:
        agent_id = None if who is None else self.agents[who].id
        self.books.do(tickets.assign, self.project.id, ticket.id, agent_id)
        if agent_id != ticket.assignee:
            ticket.assignee = agent_id
            ticket.events.append(Event.ASSIGNED)
            if agent_id is not None and ticket.status is NEW:
                self._becomes(ticket, IN_PROGRESS)

    @rule(ticket=made, status=st.sampled_from(Status))
    def set_by_hand(self, ticket: Known, status: Status) -> None:
        self.books.do(tickets.set_status, self.project.id, ticket.id, status)
        self._becomes(ticket, status)

    @rule(ticket=made)
    def reopened(self, ticket: Known) -> None:
        self.books.do(tickets.reopen, self.project.id, ticket.id)
        if ticket.status is CLOSED:
            self._becomes(ticket, NEW if ticket.assignee is None else IN_PROGRESS)

    @rule(days=st.sampled_from([1, 6, 7, 8]))
    def days_pass(self, days: int) -> None:
        self.books.later(timedelta(days=days))

    @rule(ticket=made, late=st.booleans())
    def closed_and_left(self, ticket: Known, late: bool) -> None:
        """For a week, or a moment longer."""
        self.set_by_hand(ticket, CLOSED)
        if ticket.closed_at == self.books.now:
            self.books.later(WEEK + timedelta(milliseconds=late))

    # --- what holds -------------------------------------------------------------------------------

    @invariant()
    def tickets_are_as_the_table_says(self) -> None:
        for known in getattr(self, "known", {}).values():
            ticket = self.books.do(tickets.get, self.project.id, known.id)
            assert (ticket.status, ticket.assigned_to) == (known.status, known.assignee)
            assert ticket.closed_at == known.closed_at
            assert len(self.books.do(messages.of_ticket, known.id)) == known.said

    @invariant()
    def events_tell_the_story(self) -> None:
        if not getattr(self, "known", {}):
            return
        rows = self.books.all("SELECT ticket_id, snapshot FROM webhook_deliveries ORDER BY seq")
        story: dict[UUID, list[str]] = {key: [] for key in self.known}
        now = dict.fromkeys(self.known, NEW)
        for row in rows:
            key, snapshot = UUID(row["ticket_id"]), events.load(row["snapshot"])
            story[key].append(snapshot.event)
            assert snapshot.ticket is not None
            if snapshot.event is Event.STATUS_CHANGED:
                assert snapshot.previous_status is now[key]
                now[key] = snapshot.ticket.status
        # An operation tells of what was said, then of the assignee, then of the status.
        assert {key: sorted(told) for key, told in story.items()} == {
            key: sorted(known.events) for key, known in self.known.items()
        }
        assert now == {key: known.status for key, known in self.known.items()}

    @invariant()
    def one_event_of_a_ticket_is_due_at_a_time(self) -> None:
        if getattr(self, "known", {}):
            due = self.books.all(
                "SELECT ticket_id FROM webhook_deliveries WHERE due_at IS NOT NULL"
            )
            assert len(due) == len({row["ticket_id"] for row in due})
            _, waiting = self.books.do(webhook_queue.outlook)
            assert [each.webhook_id for each in waiting] == [self.hook.id]


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, derandomize=True
)
