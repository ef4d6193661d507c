"""Customers in MAX: every way to follow a link, edits, leaving, and what is said while the desk is
away."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.playground.max import Group, MaxStandIn, Message, Person
from tests.e2e.desk import Desk
from tests.e2e.max_people import (
    card_of,
    marked,
    open_ticket,
    request,
    settings_of,
    shown,
    status_of,
    subscribe,
    told,
)

PUBLIC_URL = "https://desk.example"
SECRET = "only-the-messenger-knows"


@pytest.mark.parametrize("again", ["bot_started", "text"])
async def test_a_subscribers_link_is_followed_however_max_tells_of_it(
    max_: MaxStandIn, max_desk: Desk, vera: Person, again: Any
) -> None:
    await subscribe(max_, max_desk, vera)
    vera.again = again
    made = await request(max_desk)
    shown_before = len(vera.chat.messages)
    vera.follow(made["max_link"])
    await max_.until(
        lambda: "Create ticket" in str([m.buttons for m in vera.chat.messages[shown_before:]]),
        what="the menu again",
    )
    assert await status_of(max_desk, made) == "accepted"


async def test_a_link_that_max_keeps_to_itself_may_be_pasted_or_its_code_alone(
    max_: MaxStandIn, max_desk: Desk, vera: Person
) -> None:
    vera.open()
    await max_.until(lambda: shown(vera, "We mend things."), what="consent")
    vera.again = "nothing"
    for whole in (True, False):
        made = await request(max_desk)
        assert vera.follow(made["max_link"]) is None
        vera.say(made["max_link"] if whole else f"hd_{made['request_id']}")
        consent = await max_.until(lambda: _asked(vera), what="consent")
        vera.press(consent, "Cancel")
        await max_.until(lambda: _asked(vera) is None, what="the way back")
        assert await status_of(max_desk, made) == "cancelled"


def _asked(person: Person) -> Message | None:
    """The consent screen, where it is the last that the bot showed."""
    last = person.chat.messages[-1]
    return last if "Subscribe" in last.labels else None


async def test_edits_reach_the_other_side_both_ways(
    max_: MaxStandIn, max_desk: Desk, max_group: Group, vera: Person, boris: Person
) -> None:
    await subscribe(max_, max_desk, vera)
    card = await open_ticket(max_, vera, max_group, "My parcel is lost")
    more = vera.say("It is gren")
    await max_.until(lambda: told(max_group, "It is gren"), what="more words")
    vera.edit(more, "It is green")
    edited = await max_.until(lambda: told(max_group, "It is green"), what="the edit")
    assert "It is gren" in edited.text
    answer = boris.say("Found", reply_to=card)
    received = await max_.until(lambda: shown(vera, "Found"), what="the answer")
    boris.edit(answer, "Found it")
    await max_.until(lambda: "Found it" in received.text, what="the edited answer")


async def test_notes_are_for_agents_alone_and_an_album_of_theirs_is_one_message(
    max_: MaxStandIn, max_desk: Desk, max_group: Group, vera: Person, boris: Person
) -> None:
    await subscribe(max_, max_desk, vera)
    card = await open_ticket(max_, vera, max_group, "My parcel is lost")
    boris.say("// a difficult one", reply_to=card)
    [album] = boris.send_album([b"front", b"back"], "Is it this?", reply_to=card)
    received = await max_.until(lambda: shown(vera, "Is it this?"), what="the album")
    assert [file.data for file in received.files] == [b"front", b"back"]
    await marked(max_, album)
    assert "difficult" not in str([m.text for m in vera.chat.messages])
    said = boris.send_document(b"%PDF", "The form", name="form.pdf", reply_to=album)
    form = await max_.until(lambda: shown(vera, "The form"), what="the document")
    assert [(file.name, file.data) for file in form.files] == [("form.pdf", b"%PDF")]
    await marked(max_, said)


async def test_who_stops_the_bot_has_left_and_comes_back_by_consent(
    max_: MaxStandIn, max_desk: Desk, max_group: Group, vera: Person, boris: Person
) -> None:
    await subscribe(max_, max_desk, vera)
    card = await open_ticket(max_, vera, max_group, "My parcel is lost")
    vera.remove_dialog()
    await max_.until(lambda: told(max_group, "blocked the bot"), what="word of it")
    answer = boris.say("Are you there?", reply_to=card)
    undelivered = await max_.until(
        lambda: next((m for m in max_group.messages if m.reply_to is answer), None),
        what="why it cannot be delivered",
    )
    assert "blocked" in undelivered.text
    vera.open()
    consent = await max_.until(lambda: shown(vera, "We mend things."), what="consent")
    vera.press(consent, "Subscribe")
    await max_.until(lambda: "Create ticket" in str(consent.buttons), what="the menu")
    boris.say("Welcome back", reply_to=card)
    await max_.until(lambda: shown(vera, "Welcome back"), what="the answer")


async def test_a_card_that_is_gone_is_made_anew(
    max_: MaxStandIn, max_desk: Desk, max_group: Group, vera: Person, boris: Person
) -> None:
    await subscribe(max_, max_desk, vera)
    card = await open_ticket(max_, vera, max_group, "My parcel is lost")
    boris.delete(card)
    vera.say("Hello?")
    again = await max_.until(lambda: card_of(max_group, 1), what="the card")
    word = await max_.until(lambda: told(max_group, "Hello?"), what="the word")
    assert word is again or word.reply_to is again


async def test_what_is_said_while_the_desk_is_away_is_handled_in_order(
    max_: MaxStandIn, max_desk: Desk, max_group: Group, vera: Person
) -> None:
    await subscribe(max_, max_desk, vera)
    await open_ticket(max_, vera, max_group, "Hello")
    await max_desk.kill()
    for number in range(5):
        vera.say(f"line {number}")
    await max_desk.start()
    await max_.until(lambda: told(max_group, "line 4"), what="the last line")
    (ticket,) = (await max_desk.get("/v1/helpdesk/tickets"))["tickets"]
    messages = (await max_desk.get(f"/v1/helpdesk/tickets/{ticket['id']}"))["messages"]
    assert [message["text"] for message in messages] == [
        "Hello",
        *(f"line {number}" for number in range(5)),
    ]


@pytest.fixture
async def hooked(tmp_path: Path, max_: MaxStandIn, max_group: Group) -> AsyncIterator[Desk]:
    """A desk that MAX sends its updates to."""
    webhook = {"updates": "webhook", "public_url": PUBLIC_URL, "webhook_secret": SECRET}
    settings = settings_of(max_, agent_chat=f"max:{max_group.id}", **webhook)
    async with Desk(tmp_path, **settings) as running:
        max_.route_webhook(PUBLIC_URL, running.url)
        yield running
        sys.stdout.write(running.output)


async def test_customers_and_agents_are_served_by_webhook_and_repeats_change_nothing(
    max_: MaxStandIn, hooked: Desk, max_group: Group, vera: Person, boris: Person
) -> None:
    [subscription] = max_.subscriptions
    assert (subscription.url, subscription.secret) == (f"{PUBLIC_URL}/webhooks/max", SECRET)
    await subscribe(max_, hooked, vera)
    card = await open_ticket(max_, vera, max_group, "Only once")
    max_.repeat_update()
    answer = boris.say("Once too", reply_to=card)
    max_.repeat_update()
    await max_.until(lambda: shown(vera, "Once too"), what="the answer")
    await marked(max_, answer)
    boris.say("The end", reply_to=card)
    await max_.until(lambda: shown(vera, "The end"), what="the last answer")
    (ticket,) = (await hooked.get("/v1/helpdesk/tickets"))["tickets"]
    messages = (await hooked.get(f"/v1/helpdesk/tickets/{ticket['id']}"))["messages"]
    assert [message["text"] for message in messages] == ["Only once", "Once too", "The end"]
    assert {attempt.status for attempt in max_.webhook_attempts} == {200}
    assert max_.calls.of("getUpdates") == []
