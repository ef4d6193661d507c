"""Requests under any order of deeplinks, consents, refusals and time: one owner, one final word."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from storage import projects, requests, subscribers
from storage.errors import RequestNotFound
from storage.model import Channel, Chat, Person, Project, RequestStatus, SubscriberStatus
from storage.requests import Outcome
from tests.storage.books import Books

PEOPLE = [
    Person(Chat(Channel.TELEGRAM, 500), 500, "Ann"),
    Person(Chat(Channel.TELEGRAM, 600), 600, "Bob"),
    Person(Chat(Channel.MAX, 500), 500, "Ann"),
]
LIFETIME, REMEMBERED = timedelta(minutes=15), timedelta(hours=24)
PENDING, ACCEPTED, CANCELLED, EXPIRED = RequestStatus
people = st.sampled_from(PEOPLE)


@dataclass
class Known:
    """What a request must be. `final_at` is when its status became final."""

    id: str
    channel: Channel | None
    expires_at: datetime
    owner: Person | None = None
    decided: RequestStatus | None = None
    final_at: datetime | None = None

    def status(self, now: datetime) -> RequestStatus:
        if self.decided is not None:
            return self.decided
        return EXPIRED if now >= self.expires_at else PENDING

    def forgotten(self, now: datetime) -> bool:
        return now - (self.final_at or self.expires_at) > REMEMBERED


class Deeplinks(RuleBasedStateMachine):
    made = Bundle("made")

    @initialize()
    def open_shop(self) -> None:
        self.books = Books()
        self.project: Project = self.books.do(projects.create, slug="main", name="Acme")
        self.known: list[Known] = []
        self.subscribed: set[Chat] = set()

    def teardown(self) -> None:
        if hasattr(self, "books"):
            self.books.close()

    @rule(target=made, channel=st.sampled_from([None, Channel.TELEGRAM, Channel.MAX]))
    def created(self, channel: Channel | None) -> Known:
        request = self.books.do(requests.create, self.project.id, channel=channel)
        known = Known(request.id, channel, self.books.now + LIFETIME)
        assert (request.status, request.expires_at) == (PENDING, known.expires_at)
        self.known.append(known)
        return known

    def _opened(self, request: Known, person: Person) -> Outcome:
        """What opening it must lead to; whoever does so first owns it."""
        now = self.books.now
        if request.forgotten(now) or request.channel not in (None, person.chat.channel):
            return Outcome.UNKNOWN
        if request.owner not in (None, person):
            return Outcome.FOREIGN
        request.owner = person
        known = person.chat in self.subscribed
        if request.status(now) is PENDING:
            if not known:
                return Outcome.CONSENT
            self._decide(request, ACCEPTED)
        if request.status(now) is ACCEPTED and not known:
            return Outcome.CONSENT
        return Outcome(request.status(now).value)

    def _decide(self, request: Known, status: RequestStatus) -> None:
        request.decided, request.final_at = status, self.books.now

    @rule(request=made, person=people)
    def opened(self, request: Known, person: Person) -> None:
        expected = self._opened(request, person)
        assert self.books.do(requests.open_by, request.id, person).outcome is expected

    @rule(request=made, person=people)
    def consented(self, request: Known, person: Person) -> None:
        expected = self._opened(request, person)
        if expected is Outcome.CONSENT:
            expected = Outcome.ACCEPTED
            self.subscribed.add(person.chat)
            if request.decided is None:
                self._decide(request, ACCEPTED)
        accepted = self.books.do(requests.accept, request.id, person)
        assert accepted.outcome is expected
        if expected is Outcome.ACCEPTED:
            assert accepted.subscriber is not None

    @rule(request=made, person=people)
    def refused(self, request: Known, person: Person) -> None:
        expected = self._opened(request, person)
        if expected is Outcome.CONSENT and request.decided is None:
            self._decide(request, CANCELLED)
            expected = Outcome.CANCELLED
        assert self.books.do(requests.cancel, request.id, person).outcome is expected

    @rule(person=people)
    def left(self, person: Person) -> None:
        self.books.do(subscribers.unsubscribe, person.chat, SubscriberStatus.STOPPED)
        self.subscribed.discard(person.chat)

    @rule(by=st.sampled_from([1, 5, 14, 15, 60, 23 * 60, 24 * 60]))
    def minutes_pass(self, by: int) -> None:
        self.books.later(timedelta(minutes=by))

    @rule()
    def jobs_run(self) -> None:
        self.books.do(requests.expire)
        self.books.do(requests.purge)

    @invariant()
    def each_is_known_as_it_is_for_a_day_and_then_forgotten(self) -> None:
        for known in getattr(self, "known", []):
            try:
                found = self.books.do(requests.get, self.project.id, known.id)
            except RequestNotFound:
                assert known.forgotten(self.books.now)
            else:
                assert not known.forgotten(self.books.now)
                assert found.status is known.status(self.books.now)
                assert (found.subscriber_id is not None) == (found.status is ACCEPTED)


TestDeeplinks = Deeplinks.TestCase
TestDeeplinks.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, derandomize=True
)
