"""The playground starts again on the same file, and what the desk remembers stays true."""

import asyncio

from storage import projects, subscribers
from storage.database import Database
from storage.model import Channel, Chat
from tests.bot.playground.playground_page import Page


async def seen(page: Page) -> tuple[set[int], set[int], set[int]]:
    """Ids of updates, messages and albums that the bot got of a customer who said some things."""
    person = page.playground.person(page.ann)
    person.open()
    person.send_album([b"one", b"two"])
    updates = await page.bot("getUpdates")
    messages = [update["message"] for update in updates]
    return (
        {update["update_id"] for update in updates},
        {message["message_id"] for message in messages},
        {int(message["media_group_id"]) for message in messages if "media_group_id" in message},
    )


async def test_no_id_is_given_twice(db: Database) -> None:
    async with Page(db) as page:
        before = await seen(page)
    async with Page(db) as page:
        after = await seen(page)
    assert [sorted(a & b) for a, b in zip(before, after, strict=True)] == [[], [], []]
    assert min(after[0]) > max(before[0])


async def test_the_agents_group_is_linked_at_every_start_and_is_a_new_one(db: Database) -> None:
    linked = []
    for _ in range(2):
        async with Page(db) as page:
            project = await db.read(projects.by_slug, "main")
            assert project.agent_chat == Chat(Channel.TELEGRAM, page.group)
            linked.append(page.group)
    assert len(set(linked)) == 2


async def test_people_stay_the_same_and_subscribers_can_be_written_to(db: Database) -> None:
    async with Page(db) as page:
        ann = page.ann
        await db.write(subscribers.subscribe, page.playground.project.id, page.customer)
    async with Page(db) as page:
        assert page.ann == ann
        await page.bot("sendMessage", chat_id=ann, text="An answer that was still on its way")


async def test_open_pages_do_not_hold_up_the_end(db: Database) -> None:
    async with Page(db) as page, page.feed() as feed:
        await feed.until(lambda state: state["chats"])
        async with asyncio.timeout(5):
            await page.app.shutdown()
            await feed.rest()
