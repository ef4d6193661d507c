"""What the doctor finds out from a messenger: tokens, the way of updates, rights, the clock."""

from datetime import timedelta

import pytest

from bot.doctor import Mark
from bot.playground.telegram import faults
from tests.bot.mailroom import Clock
from tests.bot.visit import Visit

WEBHOOK = "https://desk.example/webhooks/telegram"


async def test_a_refused_token_is_wrong_and_not_shown(visit: Visit) -> None:
    visit.token = "43:" + "B" * 35
    await visit.finds(Mark.WRONG, "DESKWIRE_TELEGRAM_TOKEN is refused", "copy it anew")
    assert not [f for f in await visit.findings() if visit.token in f.text]


async def test_a_messenger_that_cannot_be_reached_is_wrong(visit: Visit) -> None:
    visit.mail.telegram.down()
    await visit.finds(Mark.WRONG, "telegram: the messenger cannot be reached", visit.url)
    visit.mail.telegram.up()


async def test_a_webhook_in_polling_mode_is_odd(visit: Visit) -> None:
    await visit.mail.messenger.bot.set_webhook(WEBHOOK, secret_token="s")
    await visit.finds(Mark.ODD, "a webhook is set, though DESKWIRE_UPDATES is polling")


async def test_updates_that_go_elsewhere_in_webhook_mode_are_wrong(visit: Visit) -> None:
    bot = visit.mail.messenger.bot
    waiting = await bot.get_updates()
    await bot.get_updates(offset=waiting[-1].update_id + 1)
    visit.webhook = WEBHOOK
    await visit.finds(Mark.WRONG, f"updates are not sent to {WEBHOOK}")
    await bot.set_webhook(WEBHOOK, secret_token="s")
    await visit.finds(Mark.WELL, f"updates are sent to {WEBHOOK}")


async def test_a_webhook_that_fails_is_wrong_with_the_messengers_words(visit: Visit) -> None:
    visit.webhook = WEBHOOK
    await visit.mail.messenger.bot.set_webhook(visit.webhook, secret_token="s")
    visit.mail.ann.say("Hello")
    await visit.mail.telegram.until(lambda: visit.mail.telegram.webhook_attempts)
    await visit.finds(Mark.WRONG, "failed lately", "proxy")


async def test_updates_that_pile_up_at_the_messenger_are_odd(visit: Visit) -> None:
    for number in range(120):
        visit.mail.ann.say(f"{number}")
    await visit.finds(Mark.ODD, "of them wait; is Deskwire running?")


async def test_a_missing_right_is_wrong_in_the_words_of_the_bot(visit: Visit) -> None:
    visit.mail.group.set_bot_silently("member")
    await visit.finds(Mark.WRONG, "project main", "the bot has to manage topics")


async def test_a_bot_that_is_out_of_the_agents_chat_is_wrong(visit: Visit) -> None:
    visit.mail.group.set_bot_silently("absent")
    await visit.finds(Mark.WRONG, "project main", "be a member of this group")


async def test_rights_that_cannot_be_looked_up_are_odd(visit: Visit) -> None:
    visit.mail.telegram.faults.add(faults.status(502), "getChat", times=None)
    await visit.finds(Mark.ODD, "rights cannot be looked up")


@pytest.mark.parametrize(
    ("off", "mark", "words"),
    [(0, Mark.WELL, "agrees"), (40, Mark.ODD, "ahead"), (-3600, Mark.WRONG, "behind")],
)
async def test_the_clock_is_compared_with_the_messengers(
    visit: Visit, clock: Clock, off: int, mark: Mark, words: str
) -> None:
    clock.advance(timedelta(seconds=off))
    await visit.finds(mark, "clock", words)
