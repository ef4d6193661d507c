"""Commands in a topic or as a reply, and a group that the desk does not serve."""

import pytest

from tests.e2e.case import shown
from tests.e2e.rooms import Room, TelegramRoom, rooms_only
from tests.e2e.vocabulary import Group, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_take_assigns_the_ticket_to_who_sent_it(room: Room) -> None:
    case = await room.case()
    case.answer("/take")
    await case.card_says("Assignee: Bob")
    details = await case.details()
    assert (details["status"], details["assigned_name"]) == ("in_progress", "Bob")
    case.answer("/take", by=room.member("Carol"))
    await case.card_says("Assignee: Carol")


async def test_assign_gives_the_ticket_to_another_agent_by_name(room: Room) -> None:
    case = await room.case()
    dora = room.member("Dora", username=f"dora{abs(room.group.id)}")
    case.answer("// hello", by=dora)
    case.answer(f"/assign @{dora.username}")
    await case.card_says("Assignee: Dora")
    assert (await case.details())["status"] == "in_progress"
    case.answer("/assign -")
    await case.card_says("Assignee: nobody")


async def test_assign_takes_a_member_who_is_mentioned_without_a_user_name(room: Room) -> None:
    case = await room.case()
    mention = {"type": "text_mention", "offset": 8, "length": 6, "user": room.group.owner.to_api()}
    case.answer("/assign @Owner", entities=[room.within.entity(mention)])
    await case.card_says("Assignee: Owner of Agents")


async def test_assign_to_somebody_unknown_says_so(room: Room) -> None:
    case = await room.case()
    command = case.answer("/assign @nobody_<b>here")
    told = await case.tells("@nobody_<b>here")
    assert told.reply_to is command
    assert (await case.details())["assigned_to"] is None


async def test_close_and_reopen(room: Room) -> None:
    case = await room.case()
    case.answer("/close")
    await case.card_says("Status: closed")
    asked = await case.reads("is closed")
    assert asked.labels[:5] == ["1", "2", "3", "4", "5"]
    case.answer("/reopen")
    await case.card_says("Status: new")
    assert (await case.details())["closed_at"] is None


@pytest.mark.parametrize("priority", ["low", "high", "urgent"])
async def test_priority_sets_it(room: Room, priority: str) -> None:
    case = await room.case()
    case.answer(f"/priority {priority}")
    await case.card_says(f"Priority: {priority}")
    assert (await case.details())["priority"] == priority
    case.answer("/priority NORMAL")
    await case.card_says("Priority: normal")


async def test_a_wrong_priority_is_answered_with_those_there_are(room: Room) -> None:
    case = await room.case()
    command = case.answer("/priority highest")
    told = await case.tells("low, normal, high or urgent")
    assert told.reply_to is command
    assert (await case.details())["priority"] == "normal"


async def test_ticket_shows_the_ticket_where_it_is_asked(room: Room) -> None:
    case = await room.case("My parcel & co")
    command = case.answer("/ticket")
    shown_ticket = await case.tells("Assignee: nobody")
    assert shown_ticket.reply_to is command
    assert shown_ticket.text.startswith(f"#{case.number} My parcel & co")


async def test_help_lists_the_commands_in_a_ticket_and_outside(room: Room) -> None:
    case = await room.case()
    case.answer("/help")
    told = await case.tells("internal note")
    outside = await room.answer(room.bob.say("/help", in_=room.group))
    for command in ("/take", "/assign", "/close", "/reopen", "/priority", "/ticket"):
        assert command in told.text
        assert command in outside.text


async def test_commands_take_the_bots_name_and_leave_those_for_other_bots_alone(
    room: Room,
) -> None:
    case = await room.case()
    case.answer("/close@another_bot")
    case.answer(f"/take@{room.inside.bot.username}")
    await case.card_says("Assignee: Bob")
    assert "Status: in progress" in case.card.text


async def test_no_command_reaches_the_customer_an_unknown_one_neither(room: Room) -> None:
    case = await room.case()
    case.answer("/frobnicate them")
    told = await case.tells("nothing was sent to the customer")
    assert "/help" in told.text
    room.bob.send_photo(b"photo", "/close", **case.place)
    for command in ("/take", "/ticket", "/priority high"):
        case.answer(command)
    await case.answered("Good day")
    for word in ("frobnicate", "/take", "/ticket", "/priority", "/close"):
        assert not shown(case.customer, word)
    assert len((await case.details())["messages"]) == 2


async def test_a_text_that_only_looks_like_a_command_is_an_answer(room: Room) -> None:
    case = await room.case()
    case.answer("/etc/hosts is the file")
    await case.reads("/etc/hosts is the file")


async def test_a_command_outside_a_ticket_is_told_where_it_works(room: Room) -> None:
    case = await room.case()
    command = room.bob.say("/close", in_=room.group)
    told = await room.until(
        lambda: next((m for m in room.group.messages if m.reply_to is command), None),
        what="an answer",
    )
    assert "Which ticket?" in told.text
    assert (await case.details())["status"] == "new"


@rooms_only("forum", "plain")
async def test_an_anonymous_admin_takes_answers_notes_and_closes(room: TelegramRoom) -> None:
    case = await room.case()
    hidden = {**case.place, "anonymous": True}
    room.bob.say("/take", **hidden)
    await case.card_says(f"Assignee: {room.group.title}")
    room.bob.say("We are many", **hidden)
    received = await case.reads("We are many")
    assert received.text.startswith(f"#{case.number} · {room.group.title}:")
    room.bob.say("// and secret", **hidden)
    room.bob.say("/close", **hidden)
    await case.card_says("Status: closed")
    assert not shown(case.customer, "secret")


async def test_what_happens_in_the_group_is_nobodys_answer(room: Room) -> None:
    case = await room.case()
    room.group.pin(case.card)
    room.group.rename(room.group.title or "")
    carol = room.member("Carol")
    room.group.remove(carol)
    room.group.add(carol)
    await case.answered("Good day")
    assert len((await case.details())["messages"]) == 2


@rooms_only("forum", "plain")
async def test_topics_that_change_and_channels_are_nobodys_answers(room: TelegramRoom) -> None:
    case = await room.case()
    room.group.post_as_channel("News", "Read all about it", linked=True)
    if case.topic is not None:
        room.group.rename_topic(case.topic, f"#{case.number} renamed", by=room.bob)
        room.group.close_topic(case.topic, by=room.bob)
        room.group.reopen_topic(case.topic, by=room.bob)
    await case.answered("Good day")
    assert not shown(case.customer, "Read all about it")
    assert len((await case.details())["messages"]) == 2


@rooms_only("forum", "max")
async def test_in_a_group_that_is_no_agent_chat_the_bot_is_silent(room: Room) -> None:
    person: Person = room.inside.add_person("Carol")
    group = room.add_group("Elsewhere", owner=person, bot_rights="absent")
    group.add_bot()
    group.set_bot_rights(None)
    group.set_bot_rights(room.within.few_rights)
    group.set_bot_silently(None)
    said = person.say("Hello bot", in_=group)
    for text in ("/start", "/help", "/take", "/connect", "/connect sesame", "// note", "#1"):
        person.say(text, in_=group)
    person.edit(said, "Hello again")
    person.send_photo(b"photo", "Look", in_=group)
    group.pin(said)
    group.rename("Somewhere else")
    group.add(room.inside.add_person("Dora"))
    await only_a_code_is_answered(room, group)


async def test_in_such_a_group_of_telegrams_the_bot_is_silent_about_all_that_telegram_has(
    forum_room: TelegramRoom,
) -> None:
    group = forum_room.messenger.add_group("Elsewhere", forum=True)
    topic = group.open_topic("Anything")
    group.owner.send_poll("Tea?", ["Yes", "No"], in_=group)
    group.owner.send_photo(b"photo", "Look", topic=topic)
    group.owner.say("Anonymously", in_=group, anonymous=True)
    group.post_as_channel("News", "Read all about it", linked=True)
    await only_a_code_is_answered(forum_room, group)


async def only_a_code_is_answered(room: Room, group: Group) -> None:
    """It is answered anywhere, and so shows that all before it was handled."""
    asked = group.owner.say("/connect AAAAAAAAAAAAAAAA", in_=group)
    await room.until(lambda: any(m.from_bot for m in group.messages), "an answer")
    (answer,) = [m for m in group.messages if m.from_bot]
    assert answer.reply_to is asked
    called = [call.method for call in room.inside.calls.of(chat_id=group.id)]
    assert [method for method in called if not method.startswith("get")] == ["sendMessage"]
