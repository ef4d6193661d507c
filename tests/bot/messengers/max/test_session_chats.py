"""What the desk asks about itself, its chats and who is in them."""

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import (
    BotCommand,
    ChatMemberAdministrator,
    ChatMemberLeft,
    ChatMemberMember,
    ChatMemberOwner,
)

from bot.messengers.max.session import MaxBot
from bot.playground.max import Group, MaxStandIn, Person, faults


async def test_the_bot_knows_its_name(bot: MaxBot, stand_in: MaxStandIn) -> None:
    me = await bot.get_me()
    assert (me.id, me.username, me.is_bot) == (stand_in.bot.id, stand_in.bot.username, True)


async def test_a_chat_is_private_or_a_group(bot: MaxBot, ann: Person, group: Group) -> None:
    dialog, desk = await bot.get_chat(ann.chat.id), await bot.get_chat(group.id)
    assert (dialog.id, dialog.type, desk.id, desk.type) == (
        ann.chat.id,
        "private",
        group.id,
        "group",
    )
    assert (desk.title, desk.is_forum) == ("Desk", None)


async def test_a_chat_that_is_not_there_or_no_more_is_refused(bot: MaxBot, group: Group) -> None:
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.get_chat(-1)
    group.remove_bot()
    with pytest.raises(TelegramForbiddenError):
        await bot.get_chat(group.id)


@pytest.mark.parametrize(
    ("rights", "kind"),
    [
        (["read_all_messages", "write"], ChatMemberAdministrator),
        (["write"], ChatMemberMember),
        ("member", ChatMemberMember),
    ],
)
async def test_the_bot_is_an_administrator_where_it_hears_all(
    bot: MaxBot, stand_in: MaxStandIn, rights: list[str] | str, kind: type[object]
) -> None:
    group = stand_in.add_group("Desk", bot_rights="member" if rights == "member" else rights)
    me = await bot.get_me()
    assert isinstance(await bot.get_chat_member(group.id, me.id), kind)


@pytest.mark.parametrize("told", ["{}", '{"type": "chat", "title": "Desk"}'])
async def test_a_chat_of_which_little_is_told_is_there(
    bot: MaxBot, stand_in: MaxStandIn, group: Group, told: str
) -> None:
    stand_in.faults.add(faults.status(200, told), "getChat")
    assert (await bot.get_chat(group.id)).id == group.id


async def test_members_that_are_not_told_are_none(
    bot: MaxBot, stand_in: MaxStandIn, ann: Person, group: Group
) -> None:
    stand_in.faults.add(faults.status(200, "{}"), ["getAdmins", "getMembers"], times=None)
    assert await bot.get_chat_administrators(group.id) == []
    assert isinstance(await bot.get_chat_member(group.id, ann.id), ChatMemberLeft)


async def test_an_administrator_whose_rights_are_not_told_may_have_them(
    bot: MaxBot, stand_in: MaxStandIn, group: Group
) -> None:
    me = await bot.get_me()
    told = f'{{"user_id": {me.id}, "first_name": "Desk", "is_bot": true, "is_admin": true}}'
    stand_in.faults.add(faults.status(200, told), "getMembership")
    assert isinstance(await bot.get_chat_member(group.id, me.id), ChatMemberAdministrator)


async def test_members_are_told_apart(
    bot: MaxBot, stand_in: MaxStandIn, ann: Person, group: Group
) -> None:
    boss, bob = group.owner, stand_in.add_person("Bob")
    group.members |= {ann.id: ann, bob.id: bob}
    group.promote(bob)
    found = [await bot.get_chat_member(group.id, each.id) for each in (boss, bob, ann)]
    assert [type(each) for each in found] == [
        ChatMemberOwner,
        ChatMemberAdministrator,
        ChatMemberMember,
    ]
    assert isinstance(await bot.get_chat_member(group.id, 4711), ChatMemberLeft)
    admins = await bot.get_chat_administrators(group.id)
    assert {admin.user.id for admin in admins} == {boss.id, bob.id, stand_in.bot.id}


async def test_who_is_in_a_group_is_told_to_administrators_only(
    bot: MaxBot, stand_in: MaxStandIn, ann: Person
) -> None:
    group = stand_in.add_group("Desk", members=[ann], bot_rights="member")
    with pytest.raises(TelegramBadRequest, match="not enough rights"):
        await bot.get_chat_member(group.id, ann.id)


async def test_commands_are_set_once_for_everybody(bot: MaxBot, stand_in: MaxStandIn) -> None:
    await bot.set_my_commands([BotCommand(command="start", description="Menu")])
    await bot.set_my_commands([BotCommand(command="start", description="Меню")], language_code="ru")
    assert stand_in.world.commands == [{"name": "start", "description": "Меню"}]
    assert len(stand_in.calls.of("editMyCommands")) == 1


async def test_a_webhook_is_set_renewed_told_and_removed(bot: MaxBot, stand_in: MaxStandIn) -> None:
    assert (await bot.get_webhook_info()).url == ""
    await bot.set_webhook("https://old.example/webhooks/max", secret_token="secret")
    for _ in range(2):
        await bot.set_webhook("https://desk.example/webhooks/max", secret_token="secret")
    assert (await bot.get_webhook_info()).url == "https://desk.example/webhooks/max"
    [subscription] = stand_in.subscriptions
    assert subscription.secret == "secret"
    await bot.delete_webhook(drop_pending_updates=False)
    assert stand_in.subscriptions == []
