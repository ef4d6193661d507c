"""What goes wrong at MAX, in aiogram's words: the sender and the lanes know what follows."""

import random
from collections.abc import Awaitable

import pytest
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import GetMe, SendMessage

from bot.failures import PASSING, REFUSED, understood, words
from bot.messengers.max.errors import refusal
from bot.messengers.max.session import MaxBot
from bot.playground.max import Fault, Group, MaxStandIn, Person, faults
from bot.sender import MISSING_RIGHT, final_reason
from storage.database import Database


async def failure(call: Awaitable[object]) -> Exception:
    with pytest.raises((TelegramAPIError, ClientDecodeError)) as caught:
        await call
    return caught.value


async def test_who_blocked_the_bot_is_told_as_such(bot: MaxBot, ann: Person) -> None:
    ann.block_bot()
    error = await failure(bot.send_message(ann.chat.id, "x"))
    assert isinstance(error, TelegramForbiddenError)
    assert final_reason(error) == "blocked"


@pytest.mark.parametrize("gone", ["account", "stranger", "nobody"])
async def test_a_chat_that_is_not_there_is_told_as_such(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn, gone: str
) -> None:
    ann.delete_account()
    stranger = stand_in.add_person("Eve")
    chat_id = {"account": ann.chat.id, "stranger": stranger.chat.id, "nobody": 4711}[gone]
    error = await failure(bot.send_message(chat_id, "x"))
    assert isinstance(error, REFUSED)
    assert final_reason(error) == "chat_not_found"


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (403, "chat.denied", "blocked"),
        (403, "access.denied", "blocked"),
        (404, "not.found", "chat_not_found"),
    ],
)
async def test_a_dialog_that_is_refused_in_other_words_has_the_same_reason(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn, status: int, code: str, reason: str
) -> None:
    stand_in.faults.add(faults.reject(status, code), "sendMessage")
    error = await failure(bot.send_message(ann.chat.id, "x"))
    assert final_reason(error) == reason


@pytest.mark.parametrize(
    "fault",
    [faults.reject(403, "verify.token", "Invalid access_token"), faults.status(403, "<html>no")],
)
async def test_not_every_403_is_a_customers_word(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn, fault: Fault
) -> None:
    """The desk's own token may be refused, or a proxy stand in the way."""
    stand_in.faults.add(fault, "sendMessage")
    error = await failure(bot.send_message(ann.chat.id, "x"))
    assert not isinstance(error, REFUSED)
    assert final_reason(error) == "rejected"


async def test_a_group_without_the_bot_forbids_it(bot: MaxBot, group: Group) -> None:
    group.remove_bot()
    error = await failure(bot.send_message(group.id, "x"))
    assert isinstance(error, TelegramForbiddenError)


async def test_a_group_where_only_admins_write_lacks_a_right(bot: MaxBot, group: Group) -> None:
    group.admins_only = True
    group.set_bot_rights(None)
    error = await failure(bot.send_message(group.id, "x"))
    assert isinstance(error, TelegramBadRequest)
    assert any(sign in error.message for sign in MISSING_RIGHT)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (faults.status(500), TelegramServerError),
        (faults.status(502), TelegramServerError),
        (faults.status(503), TelegramServerError),
        (faults.status(200), TelegramServerError),
        (faults.status(302), TelegramServerError),
        (faults.reject(500, "internal.error"), TelegramServerError),
        (faults.cut_before(), TelegramNetworkError),
        (faults.cut_after(), TelegramNetworkError),
        (faults.too_many_requests(), TelegramRetryAfter),
    ],
)
async def test_what_passes_is_told_as_passing(
    bot: MaxBot, stand_in: MaxStandIn, fault: Fault, kind: type[Exception]
) -> None:
    stand_in.faults.add(fault, "getUploadUrl")
    error = await failure(bot.max.call("POST", "/uploads", query={"type": "image"}))
    assert isinstance(error, kind)
    assert isinstance(error, PASSING)
    assert not isinstance(error, REFUSED)
    assert await bot.max.call("POST", "/uploads", query={"type": "image"})


@pytest.mark.parametrize(
    "fault",
    [faults.status(502), faults.status(504), faults.cut_before(), faults.cut_after()],
)
async def test_no_send_is_tried_again_by_itself(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn, fault: Fault
) -> None:
    await bot.send_message(ann.chat.id, "the connection is there")
    stand_in.faults.add(fault, "sendMessage")
    await failure(bot.send_message(ann.chat.id, "x"))
    assert len(stand_in.calls.of("sendMessage")) == 2
    # What was done all the same is not known, and the outbox sends it once more.
    assert len(ann.chat.messages) == (2 if fault == faults.cut_after() else 1)


async def test_silence_is_a_broken_connection(bot: MaxBot, stand_in: MaxStandIn) -> None:
    stand_in.faults.add(faults.hang(), "getMyInfo")
    error = await failure(bot.max.call("GET", "/me", seconds=0.05))
    assert isinstance(error, TelegramNetworkError)


async def test_a_messenger_that_is_down_is_a_broken_connection(
    bot: MaxBot, stand_in: MaxStandIn
) -> None:
    stand_in.down()
    error = await failure(bot.get_me())
    assert isinstance(error, TelegramNetworkError)
    assert words(error).startswith("the messenger cannot be reached")
    stand_in.up()
    assert (await bot.get_me()).username == stand_in.bot.username


async def test_a_wrong_token_is_told_as_such(stand_in: MaxStandIn, db: Database) -> None:
    bot = MaxBot("wrong", stand_in.url, db, {})
    error = await failure(bot.get_me())
    assert isinstance(error, TelegramUnauthorizedError)
    await bot.session.close()


async def test_limits_that_go_on_are_waited_for_longer(bot: MaxBot, stand_in: MaxStandIn) -> None:
    stand_in.faults.add(faults.too_many_requests(), "getMyInfo", times=8)
    waits = []
    for _ in range(8):
        error = await failure(bot.get_me())
        assert isinstance(error, TelegramRetryAfter)
        waits.append(error.retry_after)
    assert waits == [1, 2, 4, 8, 16, 32, 32, 32]
    await bot.get_me()
    stand_in.faults.add(faults.too_many_requests(), "getMyInfo")
    error = await failure(bot.get_me())
    assert isinstance(error, TelegramRetryAfter)
    assert error.retry_after == 1


async def test_polling_beside_a_webhook_is_a_conflict(bot: MaxBot) -> None:
    await bot.set_webhook("https://desk.example/webhooks/max", secret_token="secret")
    error = await failure(bot.max.call("GET", "/updates"))
    assert isinstance(error, TelegramConflictError)


async def test_a_success_in_unknown_words_is_not_done_again(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn
) -> None:
    stand_in.faults.add(faults.status(200, '{"message": {}}'), "sendMessage")
    error = await failure(bot.send_message(ann.chat.id, "x"))
    assert isinstance(error, ClientDecodeError)
    assert not understood(error)


async def test_the_name_of_a_message_is_all_that_its_answer_has_to_tell(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn
) -> None:
    bare = faults.status(200, '{"message": {"body": {"mid": "mid.1"}}}')
    stand_in.faults.add(bare, "sendMessage")
    sent = await bot.send_message(ann.chat.id, "x")
    assert sent.message_id


async def test_an_edit_that_fails_with_200_fails(
    bot: MaxBot, ann: Person, stand_in: MaxStandIn
) -> None:
    sent = await bot.send_message(ann.chat.id, "x")
    no = '{"success": false, "message": "error.edit.invalid.message"}'
    stand_in.faults.add(faults.status(200, no), "editMessage")
    error = await failure(sent.edit_text("y"))
    assert isinstance(error, TelegramBadRequest)
    assert "message can't be edited" in error.message


async def test_what_max_has_nothing_like_is_refused(bot: MaxBot, group: Group) -> None:
    error = await failure(bot.edit_forum_topic(group.id, 1, "x"))
    assert isinstance(error, TelegramBadRequest)
    assert "editForumTopic" in error.message


def test_no_secret_is_in_the_words_of_an_error() -> None:
    token = "f9LHodD0cOI" + "".join(random.Random(1).choices("abcDEF123_-", k=40))
    said = {"code": "proto.payload", "message": f"Invalid photo token provided: {token}"}
    assert token not in str(refusal(SendMessage(chat_id=1, text="x"), 400, said))
    said = {"code": "x", "message": "see https://x.y/upload?sig=1"}
    assert "sig" not in str(refusal(GetMe(), 400, said))


@pytest.mark.parametrize("said", ["", "<html>", "[]", "null", {}, [], {"code": None}, None])
@pytest.mark.parametrize("status", [302, 400, 403, 404, 405, 413, 418, 500])
def test_any_answer_is_some_error(status: int, said: object) -> None:
    error = refusal(GetMe(), status, said)
    assert isinstance(error, TelegramAPIError)
    assert words(error)


async def test_no_call_is_made_again_by_itself_where_its_connection_is_cut(
    bot: MaxBot, stand_in: MaxStandIn
) -> None:
    await bot(GetMe())  # the connection is kept from now on
    rule = stand_in.faults.add(faults.cut_after(), times=None)
    error = await failure(bot.get_me())
    assert isinstance(error, TelegramNetworkError)
    assert rule.struck == 1
