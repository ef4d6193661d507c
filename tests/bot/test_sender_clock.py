"""The sender and a clock that is set back: nothing waits for the hour to come again."""

from datetime import timedelta

import pytest

from bot.playground.telegram import faults
from tests.bot.mailroom import Clock, Mailroom

pytestmark = pytest.mark.usefixtures("impatient")


async def test_a_clock_that_is_set_back_holds_nothing_up(mail: Mailroom, clock: Clock) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    refusal = mail.telegram.faults.add(
        faults.status(502), "sendMessage", chat_id=mail.ann.id, times=None
    )
    await mail.answers(ticket, "Refused before")
    await mail.telegram.until(lambda: refusal.struck)
    await mail.answers(ticket, "Written before")
    clock.advance(timedelta(hours=-6))
    mail.telegram.faults.clear()
    await mail.answers(ticket, "Written after")
    await mail.sent()
    said = [text.splitlines()[-1] for text in mail.texts_to_ann()]
    assert said[-3:] == ["Refused before", "Written before", "Written after"]


async def test_a_clock_that_was_set_back_while_the_desk_was_off_holds_nothing_up(
    mail: Mailroom, clock: Clock
) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    await mail.stop()
    await mail.answers(ticket, "Good day")
    clock.advance(timedelta(hours=-6))
    await mail.sent()
    assert mail.texts_to_ann()[-1].splitlines()[-1] == "Good day"
