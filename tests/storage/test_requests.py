"""Requests: one person, 15 minutes, one final answer, remembered for a day."""

from datetime import timedelta

import pytest

from storage import projects, requests, subscribers
from storage.database import Database
from storage.errors import RequestNotFound
from storage.model import Channel, Chat, Person, Project, Request, RequestStatus, SubscriberStatus
from storage.requests import Outcome
from tests.storage.post import Clock

CHAT = Chat(Channel.TELEGRAM, 500)
ANN = Person(CHAT, 500, "Ann")
BOB = Person(Chat(Channel.TELEGRAM, 600), 600, "Bob")
ANN_IN_MAX = Person(Chat(Channel.MAX, 500), 500, "Ann")


@pytest.fixture
async def request_(db: Database, project: Project) -> Request:
    return await db.write(requests.create, project.id)


async def status(db: Database, request: Request) -> RequestStatus:
    return (await db.read(requests.get, request.project_id, request.id)).status


async def test_who_is_no_subscriber_is_asked_for_consent(db: Database, request_: Request) -> None:
    for _ in range(2):
        opened = await db.write(requests.open_by, request_.id, ANN)
        assert opened.outcome is Outcome.CONSENT
        assert opened.project is not None
    assert await status(db, request_) is RequestStatus.PENDING


async def test_consent_subscribes_and_accepts_once(db: Database, request_: Request) -> None:
    await db.write(requests.open_by, request_.id, ANN)
    with db.listen(f"request:{request_.id}") as changed:
        accepted = await db.write(requests.accept, request_.id, ANN)
        assert changed.is_set()
    again = await db.write(requests.accept, request_.id, ANN)
    assert accepted.outcome is again.outcome is Outcome.ACCEPTED
    assert accepted.subscriber is not None
    assert again.subscriber is not None
    assert accepted.subscriber.id == again.subscriber.id
    found = await db.read(requests.get, request_.project_id, request_.id)
    assert (found.status, found.subscriber_id) == (
        RequestStatus.ACCEPTED,
        accepted.subscriber.id,
    )


async def test_a_subscriber_is_accepted_at_once(
    db: Database, project: Project, request_: Request
) -> None:
    known = await db.write(subscribers.subscribe, project.id, ANN)
    opened = await db.write(requests.open_by, request_.id, ANN)
    assert (opened.outcome, opened.subscriber) == (Outcome.ACCEPTED, known)
    assert await status(db, request_) is RequestStatus.ACCEPTED


async def test_a_subscriber_of_another_project_is_asked_all_the_same(
    db: Database, request_: Request
) -> None:
    other = await db.write(projects.create, slug="second", name="Second")
    await db.write(subscribers.subscribe, other.id, ANN)
    assert (await db.write(requests.open_by, request_.id, ANN)).outcome is Outcome.CONSENT


async def test_the_first_who_opens_it_owns_it(db: Database, request_: Request) -> None:
    await db.write(requests.open_by, request_.id, ANN)
    for person in (BOB, ANN_IN_MAX):
        for act in (requests.open_by, requests.accept, requests.cancel):
            opened = await db.write(act, request_.id, person)
            assert opened.outcome is Outcome.FOREIGN
            assert (opened.project, opened.request, opened.subscriber) == (None, None, None)
    assert await status(db, request_) is RequestStatus.PENDING


async def test_a_request_for_one_messenger_is_unknown_in_the_other(
    db: Database, project: Project
) -> None:
    made = await db.write(requests.create, project.id, channel=Channel.MAX)
    assert (await db.write(requests.open_by, made.id, ANN)).outcome is Outcome.UNKNOWN
    assert (await db.write(requests.open_by, made.id, ANN_IN_MAX)).outcome is Outcome.CONSENT


async def test_a_refusal_is_final(db: Database, request_: Request) -> None:
    with db.listen(f"request:{request_.id}") as changed:
        cancelled = await db.write(requests.cancel, request_.id, ANN)
        assert changed.is_set()
    assert cancelled.outcome is Outcome.CANCELLED
    assert (await db.write(requests.accept, request_.id, ANN)).outcome is Outcome.CANCELLED
    assert await db.read(subscribers.of_chat, CHAT) == []
    assert await status(db, request_) is RequestStatus.CANCELLED


async def test_a_consent_is_final(db: Database, request_: Request) -> None:
    await db.write(requests.accept, request_.id, ANN)
    assert (await db.write(requests.cancel, request_.id, ANN)).outcome is Outcome.ACCEPTED
    assert await status(db, request_) is RequestStatus.ACCEPTED


async def test_after_15_minutes_it_is_too_late(
    db: Database, request_: Request, clock: Clock
) -> None:
    clock.move(timedelta(minutes=15))
    assert await status(db, request_) is RequestStatus.EXPIRED
    for act in (requests.open_by, requests.accept, requests.cancel):
        assert (await db.write(act, request_.id, ANN)).outcome is Outcome.EXPIRED
    assert await db.read(subscribers.of_chat, CHAT) == []


async def test_expiry_wakes_who_waits_once(db: Database, request_: Request, clock: Clock) -> None:
    assert await db.write(requests.expire) == 0
    clock.move(timedelta(minutes=15))
    with db.listen(f"request:{request_.id}") as changed:
        assert await db.write(requests.expire) == 1
        assert changed.is_set()
    assert await db.write(requests.expire) == 0


@pytest.mark.parametrize("end", ["accept", "cancel", "expire"])
async def test_it_is_remembered_for_24_hours_after_its_end(
    db: Database, request_: Request, clock: Clock, end: str
) -> None:
    if end == "expire":
        clock.move(timedelta(minutes=15))
    else:
        await db.write(getattr(requests, end), request_.id, ANN)
    clock.move(timedelta(hours=24))
    await status(db, request_)
    assert await db.write(requests.purge) == 0
    clock.move(timedelta(seconds=1))
    with pytest.raises(RequestNotFound):
        await status(db, request_)
    assert (await db.write(requests.open_by, request_.id, ANN)).outcome is Outcome.UNKNOWN
    assert await db.write(requests.purge) == 1


async def test_who_unsubscribed_since_is_asked_again(db: Database, request_: Request) -> None:
    await db.write(requests.accept, request_.id, ANN)
    await db.write(subscribers.unsubscribe, CHAT, SubscriberStatus.STOPPED)
    assert (await db.write(requests.open_by, request_.id, ANN)).outcome is Outcome.CONSENT
    renewed = await db.write(requests.accept, request_.id, ANN)
    assert renewed.outcome is Outcome.ACCEPTED
    assert renewed.subscriber is not None
    assert renewed.subscriber.status is SubscriberStatus.ACTIVE


async def test_nobody_asks_about_another_projects_request(db: Database, request_: Request) -> None:
    other = await db.write(projects.create, slug="second", name="Second")
    with pytest.raises(RequestNotFound):
        await db.read(requests.get, other.id, request_.id)


async def test_an_id_says_nothing_and_is_never_the_same(db: Database, project: Project) -> None:
    ids = {(await db.write(requests.create, project.id)).id for _ in range(200)}
    assert len(ids) == 200
    assert all(len(each) == 22 for each in ids)
