"""What people on the playground's page do reaches the bot, and what the bot does is seen live."""

import asyncio
from base64 import b64encode

import pytest

from bot.playground.pages import SIGN_OF_LIFE
from storage import outbox, projects
from storage.database import Database
from storage.model import Channel, Chat
from storage.outbox import Audience, Kind
from tests.bot.playground.playground_page import Page

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


async def test_a_page_that_opens_sees_everybody_and_what_was_said(page: Page) -> None:
    await page.done("open", person=page.ann)
    async with page.feed() as feed:
        state = await feed.until(lambda state: state["chats"])
    assert state["project"] == {"name": "Acme", "slug": "main"}
    for channel in ("telegram", "max"):
        assert {person["language"] for person in state["customers"][channel]} == {"en", "ru"}
        assert len(state["agents"][channel]) == 3
    assert state["chats"][state["groups"][state["linked"]]]["forum"]
    assert [message["text"] for message in state["chats"][page.ann]["messages"]] == ["/start"]


async def test_what_the_bot_says_is_seen_live(page: Page) -> None:
    await page.done("open", person=page.ann)
    async with page.feed() as feed:
        await feed.until(lambda state: state["chats"])
        await page.bot("sendMessage", chat_id=page.ann, text="<b>Hello</b>", parse_mode="HTML")
        state = await feed.until(lambda state: len(state["chats"][page.ann]["messages"]) == 2)
    said = state["chats"][page.ann]["messages"][-1]
    assert (said["html"], said["from_bot"]) == ("<b>Hello</b>", True)


async def test_a_deeplink_opens_the_bot_in_the_messenger_that_it_leads_to(page: Page) -> None:
    await page.done("open", person=page.ann, link="https://t.me/deskwire_bot?start=hd_one")
    (opened,) = await page.updates()
    assert opened["message"]["text"] == "/start hd_one"
    vera, dialog = page.vera
    await page.done("open", person=vera, link="https://max.ru/deskwire_bot?start=hd_two")
    found = await page.max_bot("GET", "/updates", marker=0)
    (started,) = found["updates"]
    assert (started["update_type"], started["payload"]) == ("bot_started", "hd_two")
    assert started["chat_id"] == dialog


async def test_the_shop_may_ask_for_support_and_other_sites_may_not(
    page: Page, db: Database
) -> None:
    project = page.playground.project
    others = ["https://shop.ex", "http://localhost:3000"]
    await db.write(lambda tx: projects.update(tx, project.id, allowed_origins=others))
    answer = await page.client.get("/playground/shop")
    assert f'data-project="{project.slug}"' in await answer.text()
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    port = page.client.port
    allowed = (await db.read(projects.get, project.id)).allowed_origins
    own = [f"http://127.0.0.1:{port}", f"http://localhost:{port}"]
    assert list(allowed) == [*others, *own]


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
    sent = {"person": page.ann, "chat": page.ann, "caption": "Look"}
    await page.done("open", person=page.ann)
    await page.done("send-files", **sent, kind="photo", files=[{"name": "lamp.png", "data": data}])
    html = {"name": "lamp.html", "data": data}
    await page.done("send-files", **sent, kind="document", files=[html])
    _, photo, document = [update["message"] for update in await page.updates()]
    assert (photo["caption"], document["document"]["file_name"]) == ("Look", "lamp.html")
    async with page.feed() as feed:
        state = await feed.until(lambda state: state["chats"])
    _, photo, document = [m["files"] for m in state["chats"][page.ann]["messages"]]
    shown = await page.client.get(f"/playground/files/telegram/{photo[0]['path']}")
    assert (await shown.read(), shown.content_type) == (PNG, "image/jpeg")
    saved = await page.client.get(f"/playground/files/telegram/{document[0]['path']}")
    assert saved.headers["Content-Disposition"] == "attachment"
    assert saved.content_type == "application/octet-stream"


async def test_a_file_larger_than_the_apis_bodies_is_taken(page: Page) -> None:
    data = b64encode(bytes(3_000_000)).decode()
    await page.done("open", person=page.ann)
    sent = {"person": page.ann, "chat": page.ann, "kind": "document"}
    await page.done("send-files", **sent, files=[{"name": "big.bin", "data": data}])
    assert (await page.updates())[-1]["message"]["document"]["file_size"] == 3_000_000


@pytest.mark.parametrize("channel", ["telegram", "max"])
async def test_several_photos_are_one_album(page: Page, channel: str) -> None:
    person, chat = (page.ann, page.ann) if channel == "telegram" else page.vera
    await page.done("open", person=person)
    files = [{"name": f"{n}.jpg", "data": b64encode(PNG + bytes([n])).decode()} for n in range(3)]
    await page.done("send-files", person=person, chat=chat, kind="photo", files=files)
    async with page.feed() as feed:
        state = await feed.until(lambda state: state["chats"])
    album = [each for each in state["chats"][chat]["messages"] if each["album"]]
    assert len({message["album"] for message in album}) == 1
    shown = [file for message in album for file in message["files"]]
    assert len(shown) == 3
    answer = await page.client.get(f"/playground/files/{channel}/{shown[2]['path']}")
    assert await answer.read() == PNG + b"\x02"


async def test_a_reaction_is_set_and_taken_back(page: Page) -> None:
    await page.done("open", person=page.ann)
    said = await page.bot("sendMessage", chat_id=page.ann, text="Hello")
    about = {"person": page.ann, "chat": page.ann, "message": said["message_id"], "emoji": "👍"}
    async with page.feed() as feed:
        await page.done("react", **about)
        await feed.until(lambda state: state["chats"][page.ann]["messages"][-1]["reactions"])
        await page.done("react", **about)
        await feed.until(lambda state: not state["chats"][page.ann]["messages"][-1]["reactions"])


async def test_a_topic_is_closed_opened_and_deleted_by_its_group(page: Page) -> None:
    thread = await page.bot("createForumTopic", chat_id=page.group, name="#1 Lamp")
    topic = thread["message_thread_id"]
    async with page.feed() as feed:
        await page.done("close-topic", topic=topic)
        await feed.until(lambda state: state["chats"][page.group]["topics"][0]["closed"])
        await page.done("close-topic", topic=topic)
        await feed.until(lambda state: not state["chats"][page.group]["topics"][0]["closed"])
        await page.done("delete-topic", topic=topic)
        await feed.until(lambda state: not state["chats"][page.group]["topics"])
    status, _ = await page.act("delete-topic", topic=topic)
    assert status == 404


async def test_the_agents_move_to_another_group(page: Page, db: Database) -> None:
    for name, channel in (("plain", Channel.TELEGRAM), ("max", Channel.MAX)):
        await page.done("link", group=name)
        chat = (await db.read(projects.by_slug, "main")).agent_chat
        group = page.playground.cast.groups["plain" if name == "plain" else "max"]
        assert chat == Chat(channel, group.id)


async def test_typing_is_seen(page: Page) -> None:
    vera, dialog = page.vera
    await page.done("open", person=page.ann)
    await page.done("open", person=vera)
    async with page.feed() as feed:
        await page.bot("sendChatAction", chat_id=page.ann, action="typing")
        await feed.until(lambda state: state["chats"][page.ann]["action_at"] > 0)
        await page.max_bot("POST", f"/chats/{dialog}/actions", action="typing_on")
        await feed.until(lambda state: state["chats"][dialog]["action_at"] > 0)


async def test_what_is_on_its_way_is_counted_down_though_no_messenger_hears_of_it(
    page: Page, db: Database
) -> None:
    project, chat = page.playground.project, Chat(Channel.TELEGRAM, page.ann)
    await db.write(outbox.put, project.id, chat, Audience.CUSTOMER, Kind.NOTICE)
    (row,) = await db.read(outbox.pending, chat)
    async with page.feed() as feed:
        await feed.until(lambda state: state["desk"]["outbox"] == 1)
        await db.write(outbox.finish, [row.id], "sent")
        async with asyncio.timeout(SIGN_OF_LIFE / 2):
            await feed.until(lambda state: state["desk"]["outbox"] == 0)


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
    messenger = page.playground.telegram
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
        ("open", {"person": 730_000_001, "link": "https://t.me/deskwire_bot?start=x"}, 409),
        ("react", {"person": 730_000_001, "chat": 1, "message": 1, "emoji": "👍"}, 404),
        ("send-files", {"person": 710_000_001, "chat": 710_000_001, "kind": "photo"}, 400),
        ("link", {"group": "secret"}, 400),
        ("make-trouble", {"channel": "virtual", "mode": "slow"}, 400),
        ("live", {"alive": False}, 409),
    ],
)
async def test_what_cannot_be_done_is_answered_in_words(
    page: Page, name: str, body: dict[str, object], status: int
) -> None:
    answered, answer = await page.act(name, **body)
    assert answered == status
    assert answer["detail"]
