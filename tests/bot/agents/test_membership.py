"""The agents' group changes: members and the bot come and go, and the group may move."""

import structlog

from storage import message_map
from storage.model import Channel, Chat
from storage.outbox import Kind
from tests.bot.agents.office import Office


async def test_agent_who_leaves_is_inactive_until_the_next_action(office: Office) -> None:
    topic = await office.topic(await office.ticket())
    office.anna.say("// hello", topic=topic)
    await office.handle()
    office.group.remove(office.anna)
    await office.handle()
    assert not (await office.agents())["Anna"].active
    office.group.add(office.anna)
    office.anna.say("// back again", topic=topic)
    await office.handle()
    assert (await office.agents())["Anna"].active


async def test_bot_without_rights_hears_from_the_service_message_who_left(
    plain_office: Office,
) -> None:
    office = plain_office
    card = await office.card(await office.ticket())
    office.anna.say("// hello", reply_to=card)
    await office.handle()
    office.group.set_bot_silently("member")
    office.group.remove(office.anna)
    await office.handle()
    assert not (await office.agents())["Anna"].active


async def test_member_who_is_banned_without_a_word_is_inactive(office: Office) -> None:
    topic = await office.topic(await office.ticket())
    office.anna.say("// hello", topic=topic)
    await office.handle()
    anna = office.anna.to_api()
    change = {"chat": office.group.to_api(), "from": office.boris.to_api(), "date": 1}
    before = {"old_chat_member": {"status": "member", "user": anna}}
    after = {"new_chat_member": {"status": "kicked", "user": anna, "until_date": 0}}
    office.telegram.inject({"chat_member": {**change, **before, **after}})
    await office.handle()
    assert not (await office.agents())["Anna"].active


async def test_a_topic_that_an_agent_closes_or_opens_is_known_to_be(office: Office) -> None:
    ticket = await office.ticket()
    topic = await office.topic(ticket)
    for act, closed in ((office.group.close_topic, True), (office.group.reopen_topic, False)):
        act(topic, by=office.anna)
        await office.handle()
        assert (await office.db.read(message_map.thread, ticket.id, office.chat)).closed is closed


async def test_removal_of_the_bot_is_logged(office: Office) -> None:
    office.group.remove_bot()
    with structlog.testing.capture_logs() as logs:
        await office.handle()
    assert [(log["log_level"], log["project"]) for log in logs] == [("warning", "main")]


async def test_group_that_becomes_a_supergroup_is_followed(plain_office: Office) -> None:
    office = plain_office
    ticket = await office.ticket()
    card = await office.card(ticket)
    office.anna.say("On it", reply_to=card)
    await office.handle()
    waiting = await office.to_agents(Kind.CARD)
    new = office.group.migrate_to_supergroup()
    await office.handle(times=2)
    assert (await office.project()).agent_chat == Chat(Channel.TELEGRAM, new.id)
    assert [row.id for row in await office.to_agents(Kind.CARD)] == [row.id for row in waiting]
    assert await office.notices() == []


async def test_migration_of_another_group_is_nothing_to_the_desk(office: Office) -> None:
    other = office.telegram.add_group("Elsewhere", supergroup=False)
    other.migrate_to_supergroup()
    await office.handle()
    assert (await office.project()).agent_chat == office.chat
