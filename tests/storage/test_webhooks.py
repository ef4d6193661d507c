"""Endpoints: how many, whose, with which secrets, and when one is switched off."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from storage import agent_chats, outbox, projects, tickets, webhook_queue, webhooks
from storage.database import Database
from storage.errors import LimitReached, NotFound
from storage.migrations import migrate
from storage.model import Channel, Chat, Status
from storage.webhooks import Event, Reason, WebhookStatus
from tests.storage.post import URL, Clock, Post, open_post

GROUP = Chat(Channel.TELEGRAM, -100)
DAY = timedelta(days=1)


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    clock = Clock()
    db = await Database.open(tmp_path / "desk.db", clock=clock)
    yield await open_post(db, clock)
    await db.close()


async def secrets(post: Post, webhook_id: UUID) -> tuple[str, ...]:
    return await post.db.read(webhooks.valid_secrets, webhook_id)


async def test_a_project_has_five_endpoints_at_most_disabled_ones_included(post: Post) -> None:
    for _ in range(5):
        await post.db.write(
            webhooks.create, post.project.id, url=URL, status=WebhookStatus.DISABLED
        )
    with pytest.raises(LimitReached):
        await post.endpoint()
    other = await post.db.write(projects.create, slug="other", name="Other")
    await post.db.write(webhooks.create, other.id, url=URL)
    [first, *_] = await post.db.read(webhooks.listing, post.project.id)
    await post.db.write(webhooks.delete, post.project.id, first.id)
    await post.endpoint()


async def test_endpoints_of_projects_are_apart(post: Post) -> None:
    webhook = await post.endpoint()
    other = await post.db.write(projects.create, slug="other", name="Other")
    for operation in (webhooks.get, webhooks.update, webhooks.delete, webhooks.rotate_secret):
        with pytest.raises(NotFound):
            await post.db.write(operation, other.id, webhook.id)
    assert await post.db.read(webhooks.listing, other.id) == []


async def test_a_secret_is_told_once_and_never_shows_itself(post: Post) -> None:
    webhook = await post.endpoint()
    assert webhook.secret is not None
    assert webhook.secret.startswith("whsec_")
    assert webhook.secret not in repr(webhook)
    assert (await post.known(webhook)).secret is None
    assert await secrets(post, webhook.id) == (webhook.secret,)


async def test_a_rotated_secret_is_valid_for_24_hours_more(post: Post) -> None:
    webhook = await post.endpoint()
    rotated = await post.db.write(webhooks.rotate_secret, post.project.id, webhook.id)
    assert await secrets(post, webhook.id) == (rotated.secret, webhook.secret)
    post.clock.move(timedelta(hours=23, minutes=59))
    assert await secrets(post, webhook.id) == (rotated.secret, webhook.secret)
    post.clock.move(timedelta(minutes=1))
    assert await secrets(post, webhook.id) == (rotated.secret,)


async def test_two_rotations_keep_both_old_secrets_for_their_24_hours(post: Post) -> None:
    webhook = await post.endpoint()
    second = await post.db.write(webhooks.rotate_secret, post.project.id, webhook.id)
    post.clock.move(timedelta(hours=12))
    third = await post.db.write(webhooks.rotate_secret, post.project.id, webhook.id)
    assert await secrets(post, webhook.id) == (third.secret, second.secret, webhook.secret)
    post.clock.move(timedelta(hours=12))
    assert await secrets(post, webhook.id) == (third.secret, second.secret)


async def test_rotation_without_end_is_refused_until_secrets_expire(post: Post) -> None:
    webhook = await post.endpoint()
    for _ in range(webhooks.MOST_SECRETS - 1):
        await post.db.write(webhooks.rotate_secret, post.project.id, webhook.id)
    with pytest.raises(LimitReached):
        await post.db.write(webhooks.rotate_secret, post.project.id, webhook.id)
    post.clock.move(DAY)
    await post.db.write(webhooks.rotate_secret, post.project.id, webhook.id)
    assert len(await secrets(post, webhook.id)) == 2


async def test_a_change_leaves_what_it_does_not_name(post: Post) -> None:
    webhook = await post.endpoint(Event.CLOSED)
    changed = await post.db.write(
        webhooks.update, post.project.id, webhook.id, description="Our shop"
    )
    assert (changed.url, changed.events, changed.description) == (URL, (Event.CLOSED,), "Our shop")
    changed = await post.db.write(webhooks.update, post.project.id, webhook.id, events=[])
    assert (changed.events, changed.description) == ((), "Our shop")


async def test_an_event_that_is_named_twice_is_wanted_once(post: Post) -> None:
    webhook = await post.endpoint(Event.CLOSED, Event.CREATED, Event.CLOSED)
    assert webhook.events == (Event.CLOSED, Event.CREATED)


async def test_a_deleted_endpoint_takes_what_waits_for_it_along(post: Post) -> None:
    webhook = await post.endpoint()
    await post.ticket()
    [due] = await post.due(webhook)
    await post.db.write(webhooks.delete, post.project.id, webhook.id)
    await post.attempted(due)  # it was under way; there is nobody left to record it for
    assert await post.db.read(webhook_queue.outlook) == (False, [])
    await post.ticket()


async def test_a_disabled_endpoint_is_told_nothing_and_what_waited_goes_on_afterwards(
    post: Post,
) -> None:
    webhook = await post.endpoint()
    await post.ticket("Before")
    disabled = await post.db.write(
        webhooks.update, post.project.id, webhook.id, status=WebhookStatus.DISABLED
    )
    assert disabled.disabled_reason is Reason.REQUESTED
    await post.ticket("Meanwhile")
    assert await post.due(webhook) == []
    [waiting] = await post.record(webhook)
    assert (waiting.status, waiting.next_attempt_at) == ("pending", None)
    enabled = await post.db.write(
        webhooks.update, post.project.id, webhook.id, status=WebhookStatus.ACTIVE
    )
    assert (enabled.status, enabled.disabled_reason) == ("active", None)
    [heard] = await post.told(webhook)
    assert heard.ticket is not None
    assert heard.ticket.subject == "Before"


async def test_an_endpoint_that_is_gone_is_disabled_and_the_agents_are_told(post: Post) -> None:
    await post.db.write(agent_chats.link, post.project.id, GROUP)
    webhook = await post.endpoint(url=URL + "?token=nobody-else-may-read-this")
    await post.ticket()
    [due] = await post.due(webhook)
    await post.attempted(due, 410)
    known = await post.known(webhook)
    assert (known.status, known.disabled_reason) == (WebhookStatus.DISABLED, Reason.GONE)
    [delivery] = await post.record(webhook)
    assert (delivery.status, delivery.next_attempt_at) == ("failed", None)
    notices = [row for row in await post.db.read(outbox.pending, GROUP) if row.kind == "notice"]
    assert [row.payload for row in notices] == [
        {"text": "endpoint_disabled", "values": {"url": URL, "gone": True}}
    ]


async def test_an_endpoint_that_failed_for_five_days_is_disabled_and_the_agents_are_told(
    post: Post,
) -> None:
    await post.db.write(agent_chats.link, post.project.id, GROUP)
    webhook = await post.endpoint()
    for hour in range(0, 121, 12):
        assert (await post.known(webhook)).status is WebhookStatus.ACTIVE, f"after {hour} hours"
        await post.ticket()
        [due, *_] = await post.due(webhook)
        await post.attempted(due, 500, waits=())
        post.clock.move(timedelta(hours=12))
    known = await post.known(webhook)
    assert (known.status, known.disabled_reason) == (WebhookStatus.DISABLED, Reason.FAILING)
    notices = [row for row in await post.db.read(outbox.pending, GROUP) if row.kind == "notice"]
    assert [row.payload["values"] for row in notices] == [{"url": URL, "gone": False}]


async def test_one_success_begins_the_five_days_anew(post: Post) -> None:
    webhook = await post.endpoint()
    for status in (500, 200, 500):
        await post.ticket()
        [due] = await post.due(webhook)
        await post.attempted(due, status, waits=())
        post.clock.move(timedelta(days=4))
    assert (await post.known(webhook)).status is WebhookStatus.ACTIVE


@pytest.mark.parametrize("url", [URL, "https://new.example/hook"])
async def test_a_start_or_a_new_url_is_a_new_chance(post: Post, url: str) -> None:
    webhook = await post.endpoint()
    await post.ticket()
    [due] = await post.due(webhook)
    await post.attempted(due, 503, pause=timedelta(hours=20))
    post.clock.move(timedelta(days=6))
    if url == URL:
        for status in (WebhookStatus.DISABLED, WebhookStatus.ACTIVE):
            await post.db.write(webhooks.update, post.project.id, webhook.id, status=status)
    else:
        await post.db.write(webhooks.update, post.project.id, webhook.id, url=url)
    [due] = await post.due(webhook)
    assert due.url == url
    await post.attempted(due, 500)
    assert (await post.known(webhook)).status is WebhookStatus.ACTIVE


OLD_DESK = """
INSERT INTO projects (id, slug, name, created_at) VALUES ('{project}', 'main', 'Acme', 1);
INSERT INTO subscribers (id, project_id, channel, first_name, created_at, updated_at)
    VALUES ('{customer}', '{project}', 'virtual', 'Ann', 1, 1);
INSERT INTO tickets
    (id, project_id, number, subscriber_id, channel, subject, created_at, updated_at)
    VALUES ('{ticket}', '{project}', 1, '{customer}', 'virtual', 'Old', 1, 1);
"""


async def test_a_desk_from_before_webhooks_keeps_its_tickets_and_tells_of_them(
    tmp_path: Path,
) -> None:
    path, ids = tmp_path / "old.db", {name: str(uuid4()) for name in ("project", "customer")}
    ticket_id = uuid4()
    migrate(path, 1, up_to=1)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD_DESK.format(**ids, ticket=ticket_id))
    clock = Clock()
    db = await Database.open(path, clock=clock)
    post = Post(db, clock, (await db.read(projects.listing))[0])
    ticket = await db.read(tickets.get, post.project.id, ticket_id)
    webhook = await post.endpoint()
    await post.set_status(ticket, Status.WAITING)
    [heard] = await post.told(webhook)
    await db.close()
    assert heard.ticket is not None
    assert (heard.ticket.subject, heard.previous_status) == ("Old", Status.NEW)
