"""Who speaks in an agent chat: members, hidden admins, channels, bots, and Telegram itself."""

import pytest

from bot.playground.telegram import Topic
from storage.model import Ticket
from tests.bot.agents.office import Office

BOT = {"id": 99, "is_bot": True, "first_name": "Helper", "username": "helper_bot"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
CHANNEL_BOT = {"id": 136817688, "is_bot": True, "first_name": "Channel"}
TELEGRAM = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
TEXT = {"text": "Try another bulb"}
CHANNEL = {"id": -1003, "type": "channel", "title": "News", "username": "acme_news"}


@pytest.fixture
async def ticket(office: Office) -> Ticket:
    return await office.ticket()


@pytest.fixture
async def topic(office: Office, ticket: Ticket) -> Topic:
    return await office.topic(ticket)


async def test_anonymous_admin_answers_as_the_group(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    office.anna.say("Try another bulb", topic=topic, anonymous=True)
    await office.handle()
    (message,) = await office.messages(ticket)
    assert message.author_name == "Agents"
    assert (await office.now(ticket)).assigned_name == "Agents"


async def test_anonymous_admins_are_told_apart_by_their_titles(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    group = office.group.to_api()
    for title in ("Night shift", "Day shift", "Night shift"):
        hidden = {"from": ANONYMOUS, "sender_chat": group, "author_signature": title}
        office.inject(topic, {**TEXT, **hidden})
    await office.handle()
    names = [message.author_name for message in await office.messages(ticket)]
    assert names == ["Night shift", "Day shift", "Night shift"]
    assert set(await office.agents()) == {"Night shift", "Day shift"}
    assert (await office.now(ticket)).assigned_name == "Night shift"


async def test_member_who_writes_as_a_channel_answers_under_its_title(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    office.inject(topic, {**TEXT, "from": CHANNEL_BOT, "sender_chat": CHANNEL})
    await office.handle()
    assert [message.author_name for message in await office.messages(ticket)] == ["News"]


async def test_who_writes_as_a_channel_is_heard_where_no_user_is_told(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    office.inject(topic, {**TEXT, "sender_chat": CHANNEL})
    await office.handle()
    assert [message.author_name for message in await office.messages(ticket)] == ["News"]


async def test_inline_result_is_the_answer_of_who_chose_it(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    office.inject(topic, {**TEXT, "from": office.anna.to_api(), "via_bot": BOT})
    await office.handle()
    assert [message.author_name for message in await office.messages(ticket)] == ["Anna"]


async def test_other_bots_and_forwards_of_the_linked_channel_answer_nobody(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    office.inject(topic, {**TEXT, "from": BOT})
    office.inject(topic, {"text": "/close", "from": BOT})
    forward = {"from": TELEGRAM, "sender_chat": CHANNEL, "is_automatic_forward": True}
    office.inject(topic, {**TEXT, **forward})
    await office.handle()
    assert await office.said(ticket) == []
    assert await office.now(ticket) == ticket
    assert await office.agents() == {}


async def test_service_messages_reach_no_customer(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    card = topic.messages[-1]
    office.group.rename_topic(topic, "Another name", by=office.anna)
    office.group.close_topic(topic, by=office.anna)
    office.group.reopen_topic(topic, by=office.anna)
    office.group.pin(card, by=office.anna)
    office.group.rename("Agents of Acme", by=office.anna)
    office.group.add(office.telegram.add_person("Clara"))
    timer = {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}}
    office.inject(topic, {"from": office.anna.to_api(), **timer})
    await office.handle()
    assert await office.said(ticket) == []
    assert await office.notices() == []
    assert await office.now(ticket) == ticket


async def test_agent_is_known_by_the_name_of_the_last_action(
    office: Office, ticket: Ticket, topic: Topic
) -> None:
    office.anna.say("Try another bulb", topic=topic)
    await office.handle()
    office.anna.first_name = "Anna Maria"
    office.anna.say("Or a candle", topic=topic)
    await office.handle()
    assert list(await office.agents()) == ["Anna Maria"]
    assert (await office.now(ticket)).assigned_name == "Anna Maria"
