"""Links that work no more, and /start with nothing: one sentence and the way on, never a leak."""

from datetime import timedelta

import pytest

from tests.e2e.acme import CONSENT, MENU, Acme, labels_of, screens
from tests.e2e.vocabulary import Message, Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIFE = timedelta(minutes=15)
NOBODYS = "hd_" + "A" * 22
WRONG_CODE = "ABCDEFGH23456789"
SENTENCES = {
    "expired": "This link has expired: it works for 15 minutes.",
    "cancelled": "This link was cancelled.",
    "unknown": "This link does not work here.",
}


def news_of(screen: Message) -> str:
    """The line above a screen: what became of the link."""
    return screen.text.split("\n\n")[0]


async def way_on(acme: Acme, person: Person, payload: str | None = None) -> Message:
    """The screen that a link led to; there is no other."""
    before = len(screens(person))
    screen = await acme.answer(acme.open(person, payload))
    assert len(screens(person)) == before + 1
    return screen


async def test_permanent_deeplink_asks_a_stranger_for_consent_and_opens_a_subscribers_menu(
    acme: Acme,
) -> None:
    ann = acme.stranger()
    screen = await acme.answer(acme.open(ann, "help_main"), "We mend things.", *CONSENT)
    await acme.press(screen, "Subscribe")
    assert labels_of(screen) == list(MENU)
    menu = await acme.answer(acme.open(ann, "help_main"))
    assert labels_of(menu) == list(MENU)


async def test_cancel_on_a_permanent_deeplink_says_how_to_come_back(acme: Acme) -> None:
    ann = acme.stranger()
    screen = await acme.answer(acme.open(ann, "help_main"))
    await acme.press(screen, "Cancel")
    assert "/start" in screen.text
    assert screen.labels == []
    assert await acme.tickets_of(ann) == []


async def test_expired_request_leads_a_stranger_to_consent_and_a_subscriber_to_the_menu(
    acme: Acme,
) -> None:
    for person, labels in ((acme.stranger(), CONSENT), (await acme.subscriber(), MENU)):
        request = await acme.request()
        acme.earlier("requests", "expires_at", request["request_id"], LIFE)
        screen = await way_on(acme, person, f"hd_{request['request_id']}")
        assert news_of(screen).startswith(SENTENCES["expired"])
        assert labels_of(screen) == list(labels)
        assert (await acme.status_of(request))["status"] == "expired"


async def test_consent_after_the_15_minutes_comes_too_late_for_the_request_alone(
    acme: Acme,
) -> None:
    ann = acme.stranger()
    request = await acme.request()
    screen = await acme.answer(acme.open(ann, f"hd_{request['request_id']}"))
    acme.earlier("requests", "expires_at", request["request_id"], LIFE)
    await acme.press(screen, "Subscribe")
    assert news_of(screen).startswith(SENTENCES["expired"])
    assert (await acme.status_of(request))["status"] == "expired"
    await acme.press(screen, "Subscribe")
    assert labels_of(screen) == list(MENU)
    assert (await acme.status_of(request))["status"] == "expired"


async def test_cancelled_request_stays_cancelled_and_leads_on(acme: Acme) -> None:
    ann = acme.stranger()
    request = await acme.request()
    await acme.press(await acme.answer(acme.open(ann, f"hd_{request['request_id']}")), "Cancel")
    screen = await way_on(acme, ann, f"hd_{request['request_id']}")
    assert news_of(screen).startswith(SENTENCES["cancelled"])
    assert labels_of(screen) == list(CONSENT)
    await acme.press(screen, "Subscribe")
    assert labels_of(screen) == list(MENU)
    assert (await acme.status_of(request))["status"] == "cancelled"


async def test_somebody_elses_request_looks_like_one_that_never_was(acme: Acme) -> None:
    vera = acme.stranger("Vera", username="vera_the_owner")
    request = await acme.request(context={"order": "secret order"})
    payload = f"hd_{request['request_id']}"
    own = await acme.answer(acme.open(vera, payload))
    for make, labels in ((acme.stranger, CONSENT), (None, MENU)):
        seen = []
        for link in (payload, NOBODYS):
            ann = make("Ann") if make else await acme.subscriber("Ann")
            screen = await way_on(acme, ann, link)
            assert news_of(screen).startswith(SENTENCES["unknown"])
            assert labels_of(screen) == list(labels)
            seen.append(screen.text)
        assert seen[0] == seen[1]
        assert "Vera" not in seen[0]
        assert "vera_the_owner" not in seen[0]
        assert "secret" not in seen[0]
    assert (await acme.status_of(request))["status"] == "pending"
    await acme.press(own, "Subscribe")
    assert (await acme.status_of(request))["status"] == "accepted"


async def test_of_two_who_open_a_request_at_once_one_owns_it(acme: Acme) -> None:
    request = await acme.request()
    people = [acme.stranger("Ann"), acme.stranger("Vera")]
    acme.messenger.hold()
    said = [acme.open(person, f"hd_{request['request_id']}") for person in people]
    acme.messenger.release()
    seen = [await acme.answer(message, "", *CONSENT) for message in said]
    strangers = [screen for screen in seen if news_of(screen).startswith(SENTENCES["unknown"])]
    assert len(strangers) == 1
    await acme.press(strangers[0], "Subscribe")
    assert (await acme.status_of(request))["status"] == "pending"
    (owners,) = (screen for screen in seen if screen is not strangers[0])
    await acme.press(owners, "Subscribe")
    status = await acme.status_of(request)
    owner = await acme.call("GET", f"subscribers/{status['subscriber_id']}")
    assert owner["chat_id"] == owners.chat.id


async def test_consent_after_somebody_elses_request_leaves_that_request_alone(acme: Acme) -> None:
    vera, ann = acme.stranger("Vera"), acme.stranger("Ann")
    request = await acme.request(context={"order": "secret order"})
    await acme.answer(acme.open(vera, f"hd_{request['request_id']}"))
    screen = await acme.answer(acme.open(ann, f"hd_{request['request_id']}"))
    await acme.press(screen, "Subscribe")
    assert labels_of(screen) == list(MENU)
    assert (await acme.status_of(request))["status"] == "pending"
    number = await acme.number_told(ann.say("Hello"))
    assert (await acme.ticket(number))["context"] == {}


@pytest.mark.parametrize(
    "payload", ["hd_short", "hd_" + "A" * 40, "help_nobody", "help_", "promo-2024", "A" * 64]
)
async def test_unknown_payload_gets_one_sentence_and_the_way_on(acme: Acme, payload: str) -> None:
    ann = acme.stranger()
    screen = await way_on(acme, ann, payload)
    assert news_of(screen).startswith(SENTENCES["unknown"])
    assert labels_of(screen) == list(CONSENT)


async def test_start_with_nothing_is_consent_for_a_stranger_and_the_menu_for_a_subscriber(
    acme: Acme,
) -> None:
    screen = await way_on(acme, acme.stranger())
    assert "We mend things." in screen.text
    assert labels_of(screen) == list(CONSENT)
    menu = await way_on(acme, await acme.subscriber())
    assert labels_of(menu) == list(MENU)


async def test_message_of_a_stranger_leads_to_consent_and_is_not_taken_for_sent(
    acme: Acme,
) -> None:
    ann = acme.stranger()
    screen = await acme.answer(ann.say("Where is my parcel?"), "not been passed on")
    assert labels_of(screen) == list(CONSENT)
    await acme.press(screen, "Subscribe")
    assert await acme.tickets_of(ann) == []
    number = await acme.number_told(ann.say("Where is my parcel?"))
    assert await acme.texts(number) == ["Where is my parcel?"]


async def test_buttons_of_old_messages_go_on_working(acme: Acme) -> None:
    ann = await acme.subscriber()
    old = await acme.answer(acme.open(ann), "", *MENU)
    number = await acme.opens_ticket(ann, "Something else meanwhile")
    await acme.press(old, "Active tickets")
    assert f"#{number} Something else meanwhile" in old.text
    await acme.press(old, "Back")
    assert labels_of(old) == list(MENU)


async def test_a_button_whose_message_the_bot_can_not_read_any_more_answers_below(
    acme: Acme,
) -> None:
    ann = await acme.subscriber()
    old = await acme.answer(acme.open(ann), "", *MENU)
    ann.delete(old)
    tap = ann.press(old, "Active tickets", inaccessible=True)
    await tap.answered()
    fresh = await acme.sees(ann, "no open tickets")
    assert fresh.id > old.id


async def test_a_forged_button_leads_to_what_holds_and_shows_nothing_of_others(
    acme: Acme,
) -> None:
    vera = await acme.subscriber("Vera")
    number = await acme.opens_ticket(vera, "Secret of Vera")
    secret = (await acme.ticket(number))["id"].replace("-", "")
    ann = await acme.subscriber("Ann")
    for data in (f"ticket:open:{secret}:0", f"ticket:close:{secret}:0", f"rate:{secret}:5", "x:y"):
        menu = await acme.answer(acme.open(ann), "", *MENU)
        menu.keys[0][0][acme.side.button_data] = data
        await acme.press(menu, "Create ticket")
        assert "Secret" not in menu.text
        assert labels_of(menu) == list(MENU)
    ticket = await acme.ticket(number)
    assert (ticket["status"], ticket["rating"]) == ("new", None)


async def test_in_a_group_that_is_no_agent_chat_the_bot_is_silent(acme: Acme) -> None:
    ann = await acme.subscriber()
    boss = acme.stranger("Boss")
    group = acme.messenger.add_group("Friends", owner=boss, members=[ann, boss])
    bot = f"@{acme.messenger.bot.username}"
    for text in ("/start", f"/start{bot} help_main", "/help", "/stop", f"{bot} help me", "Hello"):
        ann.say(text, in_=group)
    ann.send_photo(b"picture", "look", in_=group)
    acme.messenger.inject(acme.side.update(acme.side.unknown(ann, group)))
    # Updates of one chat are handled in order: after these words all the others were.
    boss.say(f"/connect {WRONG_CODE}", in_=group)
    words = await acme.messenger.until(lambda: [m for m in group.messages if m.from_bot])
    assert len(words) == 1
    assert "code does not work" in words[0].text
    assert await acme.tickets_of(ann) == []
    assert labels_of(await way_on(acme, ann)) == list(MENU)
