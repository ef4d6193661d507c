"""In a group that is no agent chat the bot does nothing and says nothing."""

from collections.abc import Callable

import pytest

from bot.playground.telegram import Group, Person
from tests.bot.agents.office import Office

ACTS: dict[str, Callable[[Person, Group], object]] = {
    "text": lambda anna, group: anna.say("Hello @deskwire_bot", in_=group),
    "start": lambda anna, group: anna.say("/start help_main", in_=group),
    "command": lambda anna, group: anna.say("/take@deskwire_bot", in_=group),
    "help": lambda anna, group: anna.say("/help", in_=group),
    "note": lambda anna, group: anna.say("// hello", in_=group),
    "photo": lambda anna, group: anna.send_photo(b"x", in_=group),
    "poll": lambda anna, group: anna.send_poll("?", ["a", "b"], in_=group),
    "edit": lambda anna, group: anna.edit(anna.say("Hello", in_=group), "Bye"),
    "leave": lambda anna, group: group.remove(anna),
    "title": lambda anna, group: group.rename("Another"),
    "remove": lambda anna, group: group.remove_bot(),
    "rights": lambda anna, group: group.set_bot_rights(None),
}


@pytest.mark.parametrize("act", ACTS)
async def test_bot_is_silent(office: Office, act: str) -> None:
    group = office.telegram.add_group("Friends", members=[office.anna])
    office.telegram.calls.clear()
    ACTS[act](office.anna, group)
    await office.handle()
    assert [call.method for call in office.telegram.calls] == ["getUpdates"]
    assert await office.agents() == {}


@pytest.mark.parametrize("act", ACTS)
async def test_updates_of_groups_reach_no_other_part_of_the_bot(office: Office, act: str) -> None:
    group = office.telegram.add_group("Friends", members=[office.anna])
    ACTS[act](office.anna, group)
    assert await office.handle() == []


async def test_private_chats_are_left_to_the_customers_side(office: Office) -> None:
    office.anna.open()
    office.anna.block_bot()
    assert await office.handle() == ["message", "my_chat_member"]
