"""The truth about delivery: sent is what the messenger took, all else is said in words."""

import pytest

from bot.playground.stand_in import faults
from tests.e2e.case import Case, mark_below, shown
from tests.e2e.messengers import MARK
from tests.e2e.rooms import Room, TelegramRoom, rooms_only

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def delivery_of(case: Case) -> tuple[str, str | None]:
    """How the last message of the ticket fared."""
    last = (await case.details())["messages"][-1]
    return last["delivery"], last["delivery_error"]


async def test_the_mark_comes_only_after_the_messenger_took_the_answer(room: Room) -> None:
    case = await room.case()
    refusal = room.outside.faults.add(
        faults.status(502), method="sendMessage", chat_id=case.customer.chat.id
    )
    answer = case.answer("Good day")
    await room.until(lambda: refusal.struck, what="the refusal")
    assert not case.is_marked(answer)
    assert (await delivery_of(case))[0] == "pending"
    await case.reads("Good day")
    await case.marked(answer)
    assert answer.emojis == ["👍"] or mark_below(answer)
    assert await delivery_of(case) == ("sent", None)


async def test_an_answer_to_who_blocked_the_bot_fails_and_the_agent_reads_why(room: Room) -> None:
    case = await room.case()
    case.customer.block_bot()
    await case.tells("The customer blocked the bot")
    answer = case.answer("Are you there?")
    told = await case.tells("Not delivered")
    assert "The customer blocked the bot" in told.text
    assert told.reply_to is answer
    assert not case.is_marked(answer)
    assert (await delivery_of(case))[0] == "failed"


async def test_a_block_that_only_the_refusal_tells_of_is_told_in_the_same_words(
    room: Room,
) -> None:
    case = await room.case()
    case.block_unheard()  # the messenger never told
    first, second = case.answer("Are you there?"), case.answer("Hello?")
    await room.until(
        lambda: sum("Not delivered" in m.text for m in case.told) == 2, what="both failures"
    )
    refusals = [m for m in case.told if "Not delivered" in m.text]
    assert [m.reply_to for m in refusals] == [first, second]
    assert all("The customer blocked the bot" in m.text for m in refusals)
    assert not case.is_marked(first)
    assert not case.is_marked(second)
    assert (await delivery_of(case))[0] == "failed"


async def test_who_comes_back_is_answered_again(room: Room) -> None:
    case = await room.case()
    case.customer.block_bot()
    await case.tells("The customer blocked the bot")
    case.customer.follow(await room.request())
    consent = await room.until(
        lambda: next((m for m in case.customer.chat.messages if "Subscribe" in m.labels), None),
        what="the consent screen",
    )
    await case.customer.press(consent, "Subscribe").answered()
    await case.answered("Welcome back")


async def test_an_answer_to_a_deleted_account_fails_with_its_own_words(room: Room) -> None:
    case = await room.case()
    case.customer.delete_account()
    case.answer("Are you there?")
    assert room.without.reason_of_deletion in (await case.tells("Not delivered")).text
    assert (await delivery_of(case))[0] == "failed"


async def test_an_answer_to_a_chat_that_is_gone_fails_with_its_own_words(room: Room) -> None:
    case = await room.case()
    gone = room.without.chat_is_gone
    room.outside.faults.add(gone, method="sendMessage", chat_id=case.customer.chat.id)
    answer = case.answer("Are you there?")
    told = await case.tells("Not delivered")
    assert "The customer's chat is gone" in told.text
    assert told.reply_to is answer
    assert (await delivery_of(case))[0] == "failed"


async def test_an_answer_to_who_unsubscribed_fails_with_its_own_words(room: Room) -> None:
    case = await room.case()
    case.customer.say("/stop")
    await case.tells("unsubscribed")
    case.answer("Are you there?")
    assert "The customer unsubscribed" in (await case.tells("Not delivered")).text
    assert (await delivery_of(case))[0] == "failed"


async def test_a_reply_of_the_api_that_fails_is_told_to_the_agents_too(room: Room) -> None:
    case = await room.case()
    case.block_unheard()
    await case.reply("From the back-end")
    assert "The customer blocked the bot" in (await case.tells("Not delivered")).text
    assert (await delivery_of(case))[0] == "failed"


@rooms_only("plain", "max", "mixed")
async def test_an_album_that_fails_is_told_once_as_a_reply_to_it(room: Room) -> None:
    case = await room.case()
    case.block_unheard()
    parts = room.bob.send_album([b"1", b"2"], "Two", **case.place)
    assert (await case.tells("Not delivered")).reply_to is parts[0]
    case.answer("/ticket")
    await case.tells("Assignee: Bob")
    assert sum("Not delivered" in message.text for message in case.told) == 1


@pytest.mark.parametrize("allowed", [[], ["🔥"]])
@rooms_only("forum", "plain")
async def test_where_reactions_are_forbidden_the_mark_is_a_reply(
    room: TelegramRoom, allowed: list[str]
) -> None:
    case = await room.case()
    room.group.allow_reactions(allowed)
    answer = case.answer("Good day")
    await case.reads("Good day")
    mark = await room.until(lambda: mark_below(answer), "the mark")
    room.group.allow_reactions(None)
    assert mark.topic is case.topic
    assert answer.emojis == []
    assert (await delivery_of(case))[0] == "sent"


async def test_a_deleted_answer_is_delivered_and_marked_nowhere(room: Room) -> None:
    case = await room.case()
    room.inside.hold()
    gone = case.answer("Quickly deleted")
    room.bob.delete(gone)
    room.inside.release()
    await case.reads("Quickly deleted")
    await case.answered("The next one")
    assert not any(m.text == MARK and m.reply_to is None for m in room.group.messages)
    assert len(case.cards) == 1


@rooms_only("forum", "max")
async def test_no_answer_is_lost_where_the_bot_was_thrown_out_and_let_in_again(
    room: Room,
) -> None:
    case = await room.case()
    room.group.bot_status = room.within.thrown_out
    refusals = len(room.inside.calls.errors)
    case.customer.say("Is anybody there?")
    await room.until(lambda: len(room.inside.calls.errors) > refusals, "a refusal")
    room.group.set_bot_silently(None)
    await case.tells("Is anybody there?")
    assert not shown(case.customer, "Not delivered")


async def test_an_answer_to_who_was_erased_fails_in_words_and_the_card_keeps_none_of_theirs(
    room: Room,
) -> None:
    case = await room.case("My secret matter")
    subscriber_id = (await case.details())["customer"]["subscriber_id"]
    await room.call("DELETE", f"/v1/helpdesk/subscribers/{subscriber_id}")
    await case.card_says("Customer")
    assert "secret" not in case.card.text
    assert case.customer.first_name not in case.card.text
    answer = case.answer("Are you there?")
    told = await case.tells("The customer's data was erased")
    assert told.reply_to is answer
    assert len(case.cards) == 1
