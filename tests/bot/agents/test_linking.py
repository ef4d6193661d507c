"""`/connect`: who may link a group, with what, and what the bot says to it."""

import pytest

from bot.playground.telegram import Group
from storage import agent_chats, projects
from storage.model import Channel, Chat, Ticket
from storage.outbox import Kind
from tests.bot.agents.office import Office


@pytest.fixture
async def ticket(office: Office) -> Ticket:
    """A ticket from before."""
    return await office.ticket()


@pytest.fixture
def group(office: Office) -> Group:
    """The group to be linked: Anna is its admin, Boris a member."""
    return office.telegram.add_group(
        "New office", forum=True, admins=[office.anna], members=[office.boris]
    )


@pytest.fixture
async def code(office: Office, ticket: Ticket) -> str:
    return await office.db.write(agent_chats.create_code, ticket.project_id)


def replies(group: Group) -> list[str]:
    return [message.text for message in group.messages if message.from_bot]


async def test_admin_links_a_group_and_open_tickets_follow(
    office: Office, group: Group, ticket: Ticket, code: str
) -> None:
    office.anna.say(f"/connect {code}", in_=group)
    await office.handle()
    assert (await office.project()).agent_chat == Chat(Channel.TELEGRAM, group.id)
    assert [row.ticket_id for row in await office.to_agents(Kind.CARD)] == [ticket.id]
    assert await office.notices() == ["connect_ok"]
    assert replies(group) == []


async def test_linking_handled_twice_links_once(office: Office, group: Group, code: str) -> None:
    office.anna.say(f"/connect@deskwire_bot {code}", in_=group)
    await office.handle(times=2)
    assert len(await office.to_agents(Kind.CARD)) == 1
    assert replies(group) == []


async def test_linking_tells_what_is_missing(office: Office, group: Group, code: str) -> None:
    group.set_bot_silently({"can_pin_messages": True})
    office.anna.say(f"/connect {code}", in_=group)
    await office.handle()
    (notice,) = await office.to_agents()
    assert notice.payload["text"] == "rights_missing"
    assert notice.payload["values"] == {"rights": ["right_topics"]}


async def test_member_cannot_link(office: Office, group: Group, code: str) -> None:
    office.boris.say(f"/connect {code}", in_=group)
    await office.handle()
    assert "administrator" in replies(group)[0]
    assert (await office.project()).agent_chat == office.chat


async def test_member_who_writes_as_a_channel_cannot_link(
    office: Office, group: Group, code: str
) -> None:
    group.post_as_channel("News", f"/connect {code}")
    await office.handle()
    assert "administrator" in replies(group)[0]


async def test_owner_and_anonymous_admins_can_link(office: Office, group: Group, code: str) -> None:
    office.anna.say(f"/connect {code}", in_=group, anonymous=True)
    await office.handle()
    assert (await office.project()).agent_chat == Chat(Channel.TELEGRAM, group.id)
    other = office.telegram.add_group("Owned", owner=office.boris)
    another = await office.db.write(agent_chats.create_code, (await office.project()).id)
    office.boris.say(f"/connect {another}", in_=other)
    await office.handle()
    assert (await office.project()).agent_chat == Chat(Channel.TELEGRAM, other.id)


async def test_wrong_code_is_said(office: Office, group: Group, code: str) -> None:
    wrong = code[::-1]
    office.anna.say(f"/connect {wrong}", in_=group)
    await office.handle()
    assert "does not work" in replies(group)[0]
    assert (await office.project()).agent_chat == office.chat


async def test_code_works_once(office: Office, group: Group, code: str) -> None:
    office.anna.say(f"/connect {code}", in_=group)
    await office.handle()
    other = office.telegram.add_group("Another", admins=[office.anna])
    office.anna.say(f"/connect {code}", in_=other)
    await office.handle()
    assert "does not work" in replies(other)[0]
    assert (await office.project()).agent_chat == Chat(Channel.TELEGRAM, group.id)


async def test_group_of_another_project_is_said(office: Office, group: Group) -> None:
    other = await office.db.write(projects.create, slug="other", name="Other")
    code = await office.db.write(agent_chats.create_code, other.id)
    office.group.promote(office.anna)
    office.anna.say(f"/connect {code}", in_=office.group)
    await office.handle()
    assert "another project" in replies(office.group)[0]


@pytest.mark.parametrize("text", ["/connect", "/connect me", "/connect@other_bot {code}"])
async def test_what_is_no_code_gets_no_answer(
    office: Office, group: Group, code: str, text: str
) -> None:
    office.anna.say(text.format(code=code), in_=group)
    await office.handle()
    assert replies(group) == []
    assert (await office.project()).agent_chat == office.chat
