"""What people on the playground's page do reaches the bot, and what the bot does is seen live."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import projects, requests
from storage.database import Database
from tests.bot.playground.playground_page import Page, desk

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "playground.db")
    await desk(database)
    yield database
    await database.close()


@pytest.fixture
async def page(db: Database) -> AsyncIterator[Page]:
    async with Page(db) as opened:
        yield opened


async def test_a_page_that_opens_sees_everybody_and_what_was_said(page: Page) -> None:
    await page.done("open", person=page.ann)
    async with page.feed() as feed:
        state = await feed.until(lambda state: state["chats"])
    assert state["project"] == "Acme"
    assert {person["language"] for person in state["customers"]} == {"en", "ru"}
    assert len(state["agents"]) == 3
    assert state["chats"][state["group"]]["forum"]
    assert [message["text"] for message in state["chats"][page.ann]["messages"]] == ["/start"]


async def test_what_the_bot_says_is_seen_live(page: Page) -> None:
    await page.done("open", person=page.ann)
    async with page.feed() as feed:
        await feed.until(lambda state: state["chats"])
        await page.bot("sendMessage", chat_id=page.ann, text="<b>Hello</b>", parse_mode="HTML")
        state = await feed.until(lambda state: len(state["chats"][page.ann]["messages"]) == 2)
    said = state["chats"][page.ann]["messages"][-1]
    assert (said["html"], said["from_bot"]) == ("<b>Hello</b>", True)


async def test_the_websites_request_leads_to_the_bot_and_its_status_is_seen_live(
    page: Page, db: Database
) -> None:
    async with page.feed() as feed:
        await page.done("ask-for-support", context={"order": "1042"})
        state = await feed.until(lambda state: state["request"])
        assert state["request"]["status"] == "pending"
        await page.done("open", person=page.ann, link=state["request"]["link"])
        (opened,) = await page.updates()
        request_id = opened["message"]["text"].removeprefix("/start hd_")
        await db.write(requests.accept, request_id, page.customer)
        await page.bot("sendMessage", chat_id=page.ann, text="Welcome")
        await feed.until(lambda state: state["request"]["status"] == "accepted")


async def test_a_helpdesk_that_takes_no_requests_says_so(page: Page, db: Database) -> None:
    project = page.playground.project
    await db.write(lambda tx: projects.update(tx, project.id, helpdesk_enabled=False))
    status, answer = await page.act("ask-for-support")
    assert (status, answer["detail"]) == (409, "The helpdesk of this project is switched off.")


async def test_an_agent_writes_into_a_topic_and_replies(page: Page) -> None:
    thread = await page.bot("createForumTopic", chat_id=page.group, name="#1 Lamp")
    topic = thread["message_thread_id"]
    card = await page.bot(
        "sendMessage", chat_id=page.group, message_thread_id=topic, text="The card"
    )
    where = {"person": page.kate, "chat": page.group, "topic": topic}
    await page.done("say", **where, text="Hello")
    await page.done("say", **where, text="As I said", reply_to=card["message_id"])
    *_, plain, reply = [update["message"] for update in await page.updates()]
    assert (plain["text"], plain["message_thread_id"]) == ("Hello", topic)
    assert reply["reply_to_message"]["message_id"] == card["message_id"]


async def test_a_file_reaches_the_bot_and_is_shown_on_the_page(page: Page) -> None:
    data = b64encode(PNG).decode()
    sent = {"person": page.ann, "chat": page.ann, "data": data, "caption": "Look"}
    await page.done("open", person=page.ann)
    await page.done("send-file", **sent, kind="photo", name="lamp.png")
    await page.done("send-file", **sent, kind="document", name="lamp.html")
    _, photo, document = [update["message"] for update in await page.updates()]
    assert (photo["caption"], document["document"]["file_name"]) == ("Look", "lamp.html")
    async with page.feed() as feed:
        state = await feed.until(lambda state: state["chats"])
    _, photo, document = [m["file"] for m in state["chats"][page.ann]["messages"]]
    shown = await page.client.get(f"/playground/files/{photo['path']}")
    assert (await shown.read(), shown.content_type) == (PNG, "image/jpeg")
    saved = await page.client.get(f"/playground/files/{document['path']}")
    assert saved.headers["Content-Disposition"] == "attachment"
    assert saved.content_type == "application/octet-stream"


async def test_a_file_larger_than_the_apis_bodies_is_taken(page: Page) -> None:
    data = b64encode(bytes(3_000_000)).decode()
    await page.done("open", person=page.ann)
    sent = {"person": page.ann, "chat": page.ann, "kind": "document", "name": "big.bin"}
    await page.done("send-file", **sent, data=data)
    assert (await page.updates())[-1]["message"]["document"]["file_size"] == 3_000_000


async def test_a_person_edits_what_they_wrote_and_nothing_else(page: Page) -> None:
    await page.done("open", person=page.ann)
    said = await page.bot("sendMessage", chat_id=page.ann, text="Hello")
    async with page.feed() as feed:
        state = await feed.until(lambda state: state["chats"])
    own = state["chats"][page.ann]["messages"][0]["id"]
    where = {"person": page.ann, "chat": page.ann, "text": "Changed"}
    await page.done("edit", **where, message=own)
    assert (await page.updates())[-1]["edited_message"]["text"] == "Changed"
    status, answer = await page.act("edit", **where, message=said["message_id"])
    assert (status, answer["detail"]) == (409, "Ann Weaver did not write this message")


async def test_a_pressed_button_brings_the_bots_answer(page: Page) -> None:
    await page.done("open", person=page.ann)
    keys = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}]]}
    said = await page.bot("sendMessage", chat_id=page.ann, text="Sure?", reply_markup=keys)
    press = {"person": page.ann, "chat": page.ann, "message": said["message_id"]}
    pressed = asyncio.create_task(page.done("press", **press, label="Yes"))
    messenger = page.playground.messenger
    await messenger.until(lambda: messenger.updates_pending > 1)
    query = (await page.updates())[-1]["callback_query"]
    await page.bot("answerCallbackQuery", callback_query_id=query["id"], text="Done")
    assert await pressed == {"answered": True, "text": "Done", "url": None}


async def test_a_customer_blocks_and_unblocks_the_bot(page: Page) -> None:
    await page.done("open", person=page.ann)
    await page.done("block", person=page.ann, blocked=True)
    told = (await page.updates())[-1]["my_chat_member"]
    assert told["new_chat_member"]["status"] == "kicked"
    status, answer = await page.act("say", person=page.ann, chat=page.ann, text="Hello?")
    assert (status, answer["detail"]) == (
        409,
        "Ann Weaver blocked the bot: open() or unblock_bot() first",
    )
    await page.done("block", person=page.ann, blocked=False)
    await page.done("say", person=page.ann, chat=page.ann, text="Hello again")


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("dance", {}, 404),
        ("open", {"person": 1}, 404),
        ("open", {"person": "Ann"}, 400),
        ("open", {"person": 710_000_001, "link": "https://t.me/another_bot?start=x"}, 409),
        ("say", {"person": 710_000_001, "chat": 710_000_002, "text": "Hi"}, 404),
        ("say", {"person": 710_000_001, "chat": 710_000_001, "text": ""}, 400),
        ("block", {"person": 710_000_001, "blocked": True, "why": "noise"}, 400),
    ],
)
async def test_what_cannot_be_done_is_answered_in_words(
    page: Page, name: str, body: dict[str, object], status: int
) -> None:
    answered, answer = await page.act(name, **body)
    assert answered == status
    assert answer["detail"]
