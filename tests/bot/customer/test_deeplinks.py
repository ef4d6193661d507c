"""Deeplinks and /start: whatever somebody arrives with, there is a way on, and no leak."""

from bot.playground.telegram import Person, TelegramStandIn
from storage.model import Channel
from tests.bot.customer.front import Front

MENU = ("Create ticket", "Active tickets", "Unsubscribe")
NOBODYS = "hd_" + "A" * 22


async def test_subscriber_needs_no_consent_and_the_request_is_accepted_at_once(
    front: Front, vera: Person
) -> None:
    request = await front.request()
    vera.open(f"hd_{request.id}")
    assert (await front.latest(vera)).labels == list(MENU)
    assert await front.status_of(request) == "accepted"


async def test_subscribers_request_with_a_type_lands_on_the_form(
    front: Front, vera: Person
) -> None:
    kind = await front.add_type("Returns")
    request = await front.request(ticket_type_id=kind.id)
    vera.open(f"hd_{request.id}")
    await front.sees(vera, "Returns", "Back", "Cancel")
    vera.say("Too big")
    await front.sees(vera, "#1")
    assert [t.ticket_type_name for t in await front.tickets()] == ["Returns"]


async def test_request_for_a_type_that_is_gone_lands_on_the_menu(
    front: Front, vera: Person
) -> None:
    kind = await front.add_type("Returns")
    request = await front.request(ticket_type_id=kind.id)
    await front.retire(kind)
    vera.open(f"hd_{request.id}")
    assert (await front.latest(vera)).labels == list(MENU)


async def test_context_of_the_request_goes_with_the_ticket(front: Front, vera: Person) -> None:
    request = await front.request(context={"page": "/cart", "order": "17"})
    vera.open(f"hd_{request.id}")
    vera.say("Where is it?")
    await front.sees(vera, "#1")
    assert [dict(t.context) for t in await front.tickets()] == [{"page": "/cart", "order": "17"}]


async def test_permanent_link_opens_a_subscribers_menu(front: Front, vera: Person) -> None:
    for payload in ("help_main", "HELP_Main"):
        vera.open(payload)
        assert (await front.latest(vera)).labels == list(MENU)


async def test_expired_request_gives_one_sentence_and_the_way_on(
    front: Front, ann: Person, vera: Person
) -> None:
    requests = [await front.request() for _ in range(2)]
    front.clock.move(minutes=15, seconds=1)
    ann.open(f"hd_{requests[0].id}")
    await front.sees(ann, "expired", "Subscribe", "Cancel")
    vera.open(f"hd_{requests[1].id}")
    await front.sees(vera, "expired", *MENU)
    assert [await front.status_of(r) for r in requests] == ["expired", "expired"]


async def test_somebody_elses_request_is_like_one_that_never_was(
    front: Front, messenger: TelegramStandIn, vera: Person
) -> None:
    request = await front.request()
    vera.open(f"hd_{request.id}")
    await front.settled()
    texts = []
    for payload in (f"hd_{request.id}", NOBODYS):
        other = messenger.add_person("Bob")
        other.open(payload)
        await front.sees(other, "does not work", "Subscribe")
        await front.settled()
        texts.append(other.chat.messages[-1].text)
    assert texts[0] == texts[1]
    assert "Vera" not in texts[0]
    assert await front.status_of(request) == "accepted"


async def test_first_to_open_owns_the_request_even_before_consent(
    front: Front, messenger: TelegramStandIn, ann: Person
) -> None:
    request = await front.request()
    ann.open(f"hd_{request.id}")
    await front.settled()
    other = messenger.add_person("Bob")
    other.open(f"hd_{request.id}")
    await front.press(other, "Subscribe", "does not work")
    assert await front.status_of(request) == "pending"
    await front.press(ann, "Subscribe")
    assert await front.status_of(request) == "accepted"


async def test_request_for_another_messenger_does_not_work_here(front: Front, ann: Person) -> None:
    request = await front.request(channel=Channel.MAX)
    ann.open(f"hd_{request.id}")
    await front.sees(ann, "does not work", "Subscribe")
    assert await front.status_of(request) == "pending"


async def test_code_can_be_pasted_alone_or_as_a_link(front: Front, ann: Person) -> None:
    for pasted in ("hd_{}", "  Hd_{} \n", "https://t.me/deskwire_bot?start=hd_{}"):
        request = await front.request()
        ann.say(pasted.format(request.id))
        await front.press(ann, "Cancel")
        assert await front.status_of(request) == "cancelled"
    assert await front.tickets() == []


async def test_words_that_only_look_like_a_code_are_a_message(front: Front, vera: Person) -> None:
    vera.say("hd_ready is broken")
    await front.sees(vera, "#1")
    assert [t.subject for t in await front.tickets()] == ["hd_ready is broken"]


async def test_unknown_payload_leads_where_start_does(front: Front, ann: Person) -> None:
    for payload in ("hd_short", "help_nobody", "promo-2024"):
        ann.open(payload)
        assert "does not work" in (await front.latest(ann)).text
        assert ann.chat.messages[-1].labels == ["Subscribe", "Cancel"]


async def test_link_opened_again_after_leaving_asks_for_consent_again(
    front: Front, vera: Person
) -> None:
    request = await front.request()
    vera.open(f"hd_{request.id}")
    vera.say("/stop")
    await front.sees(vera, "unsubscribed")
    vera.open(f"hd_{request.id}")
    assert (await front.latest(vera)).labels == ["Subscribe", "Cancel"]


async def test_start_with_nothing_shows_the_menu_or_asks_for_consent(
    front: Front, ann: Person, vera: Person
) -> None:
    ann.open()
    vera.open()
    assert (await front.latest(ann)).labels == ["Subscribe", "Cancel"]
    assert vera.chat.messages[-1].labels == list(MENU)


async def test_customer_of_several_projects_chooses(front: Front, vera: Person) -> None:
    shop = await front.add_project("shop", "Shop")
    vera.open("help_shop")
    await front.press(vera, "Subscribe", "Shop")
    vera.open()
    screen = await front.sees(vera, "Whom", "Acme", "Shop")
    await front.press(vera, "Shop", "Whom")
    assert screen.labels == list(MENU)
    await front.press(vera, "Create ticket", "Shop")
    vera.say("A question to the shop")
    await front.sees(vera, "#1")
    assert [t.subject for t in await front.tickets(shop)] == ["A question to the shop"]
    assert await front.tickets() == []


async def test_stranger_is_told_how_to_reach_one_of_several_projects(
    front: Front, ann: Person
) -> None:
    await front.add_project("shop", "Shop")
    for words in ("/start", "Hello?"):
        ann.say(words)
        last = await front.latest(ann)
        assert "website" in last.text
        assert last.labels == []
        assert "Acme" not in last.text
    assert "not been passed on" in ann.chat.messages[-1].text
