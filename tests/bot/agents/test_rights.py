"""What the bot says it needs in an agent chat, at start and when its rights change."""

import pytest
from aiogram.exceptions import TelegramNetworkError

from bot.agents.rights import announce_rights, check_rights
from bot.playground.telegram import ApiError, Fault, TelegramStandIn, faults
from bot.playground.telegram.groups import BotRights
from storage.model import Channel, Chat
from tests.bot.agents.office import Office

EVERYTHING = {"can_manage_topics": True}


@pytest.mark.parametrize(
    ("forum", "rights", "missing"),
    [
        (True, EVERYTHING, []),
        (True, {"can_pin_messages": True}, ["right_topics"]),
        (True, "member", ["right_topics"]),
        (True, "absent", ["right_member"]),
        (False, {"can_pin_messages": True}, []),
        (False, "member", ["right_read"]),
    ],
)
async def test_rights_that_a_group_needs(
    office: Office, *, forum: bool, rights: BotRights, missing: list[str]
) -> None:
    group = office.telegram.add_group("Anywhere", forum=forum, bot_rights=rights)
    chat = Chat(Channel.TELEGRAM, group.id)
    assert await check_rights(office.messenger, chat) == missing


@pytest.mark.parametrize("status", ["kicked", "left"])
async def test_bot_that_is_out_misses_everything(office: Office, status: str) -> None:
    office.group.bot_status = status
    assert await check_rights(office.messenger, office.chat) == ["right_member"]


async def test_member_that_hears_everything_needs_no_rights_in_a_plain_group(
    office: Office, telegram: TelegramStandIn
) -> None:
    telegram.world.privacy = False
    group = telegram.add_group("Anywhere", bot_rights="member")
    assert await check_rights(office.messenger, Chat(Channel.TELEGRAM, group.id)) == []


async def test_start_says_in_one_message_what_is_missing(office: Office) -> None:
    office.group.set_bot_silently("member")
    await announce_rights(office.db, office.messenger, await office.project())
    (notice,) = await office.to_agents()
    assert notice.payload["text"] == "rights_missing"
    assert notice.payload["values"] == {"rights": ["right_topics"]}


async def test_start_with_nothing_missing_is_silent(office: Office) -> None:
    await announce_rights(office.db, office.messenger, await office.project())
    assert await office.notices() == []


async def test_start_without_the_bot_in_the_group_has_nobody_to_tell(office: Office) -> None:
    office.group.bot_status = "kicked"
    await announce_rights(office.db, office.messenger, await office.project())
    assert await office.notices() == []


async def test_start_follows_a_group_that_migrated_while_the_bot_was_away(
    office: Office, telegram: TelegramStandIn
) -> None:
    new = telegram.add_group("Agents", bot_rights="member")
    error = ApiError(400, "Bad Request: upgraded", migrate_to_chat_id=new.id)
    telegram.faults.add(Fault("migrated", error=error), "getChatMember", chat_id=office.group.id)
    await announce_rights(office.db, office.messenger, await office.project())
    assert (await office.project()).agent_chat == Chat(Channel.TELEGRAM, new.id)
    assert await office.notices() == ["rights_missing"]


async def test_unreachable_messenger_is_the_callers_to_try_again(office: Office) -> None:
    office.telegram.faults.add(faults.cut_before(), "getChat")
    with pytest.raises(TelegramNetworkError):
        await announce_rights(office.db, office.messenger, await office.project())


async def test_rights_that_are_taken_away_are_missed_at_once(office: Office) -> None:
    office.group.set_bot_rights({"can_pin_messages": True})
    await office.handle()
    assert await office.notices() == ["rights_missing"]
    await office.sent()
    office.group.set_bot_rights(EVERYTHING)
    await office.handle()
    assert await office.notices() == []
