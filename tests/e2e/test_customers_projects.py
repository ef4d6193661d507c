"""Several projects in one installation: who is led where, and that none learns of another."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.acme import CONSENT, MENU, Acme, Json, labels_of, screens
from tests.e2e.companies import Companies
from tests.e2e.vocabulary import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def companies(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Companies]:
    """The installation has the project Shop too, made while the desk runs."""
    async with Companies(tmp_path_factory.mktemp("projects"), add_shop) as running:
        yield running


async def add_shop(acme: Acme) -> None:
    made = await acme.desk.command("project", "create", "--name", "Shop", "--slug", "shop")
    assert made[0] == 0
    code, printed = await acme.desk.command("key", "create", "--project", "shop")
    assert code == 0
    acme.keys["shop"] = printed.splitlines()[-1]


@pytest.fixture
def shops_key(acme: Acme) -> str:
    return acme.keys["shop"]


async def subscriber_of_both(acme: Acme) -> Person:
    person = await acme.subscriber()
    await acme.consent(person, "help_shop")
    return person


async def listed(acme: Acme, key: str, person: Person) -> list[Json]:
    """A person's tickets in the project of that key."""
    _, page = await acme.desk.call("GET", "/v1/helpdesk/tickets?limit=100", key=key)
    return [t for t in page["tickets"] if t["customer"]["chat_id"] == person.chat.id]


async def subjects(acme: Acme, key: str, person: Person) -> list[str]:
    """The subjects of those."""
    return [ticket["subject"] for ticket in await listed(acme, key, person)]


async def test_each_permanent_deeplink_asks_for_its_own_project(acme: Acme) -> None:
    ann = acme.stranger()
    for slug, name, other in (("main", "Acme", "Shop"), ("shop", "Shop", "Acme")):
        screen = await acme.answer(acme.open(ann, f"help_{slug}"), "", *CONSENT)
        assert name in screen.text
        assert other not in screen.text


async def test_consent_to_one_project_is_none_to_another(acme: Acme) -> None:
    ann = await acme.subscriber()
    screen = await acme.answer(acme.open(ann, "help_shop"))
    assert labels_of(screen) == list(CONSENT)
    await acme.press(screen, "Cancel")
    menu = await acme.answer(acme.open(ann))
    assert "Acme" in menu.text
    assert labels_of(menu) == list(MENU)


async def test_start_with_nothing_is_a_choice_for_a_subscriber_of_several_projects(
    acme: Acme, shops_key: str
) -> None:
    ann = await subscriber_of_both(acme)
    choice = await acme.answer(acme.open(ann))
    assert sorted(labels_of(choice)) == ["Acme", "Shop"]
    await acme.press(choice, "Shop")
    assert labels_of(choice) == list(MENU)
    assert "Shop" in choice.text
    await acme.press(choice, "Create ticket")
    await acme.number_told(ann.say("A question to the shop"))
    assert await subjects(acme, shops_key, ann) == ["A question to the shop"]
    assert await acme.tickets_of(ann) == []


async def test_somebody_without_a_subscription_is_told_how_to_reach_a_project(acme: Acme) -> None:
    ann = acme.stranger()
    for text in ("", "Hello?", "/start promo", "/start hd_" + "A" * 22):
        screen = await acme.answer(ann.say(text) if text else acme.open(ann))
        assert "open the link or the support button on their website" in screen.text
        assert screen.labels == []
        assert "Acme" not in screen.text
        assert "Shop" not in screen.text
    assert len(screens(ann)) == 4


async def test_a_request_of_another_project_is_not_found_by_its_key(
    acme: Acme, shops_key: str
) -> None:
    request = await acme.request()
    path = f"/v1/helpdesk/request/{request['request_id']}/status"
    status, problem = await acme.desk.call("GET", path, key=shops_key)
    assert (status, problem["code"]) == (404, "request_not_found")


async def test_plain_message_goes_to_the_project_last_used(acme: Acme, shops_key: str) -> None:
    ann = await subscriber_of_both(acme)
    menu = await acme.answer(acme.open(ann, "help_main"))
    await acme.press(menu, "Create ticket")
    await acme.number_told(ann.say("To Acme"))
    menu = await acme.answer(acme.open(ann, "help_shop"))
    await acme.press(menu, "Create ticket")
    shops = await acme.number_told(ann.say("To the shop"))
    assert await acme.number_told(ann.say("One more word")) == shops
    (ticket,) = await acme.tickets_of(ann)
    assert [message["text"] for message in ticket["messages"]] == ["To Acme"]
    assert await subjects(acme, shops_key, ann) == ["To the shop"]


async def test_the_menu_that_is_open_tells_which_project_a_plain_message_is_for(
    acme: Acme, shops_key: str
) -> None:
    ann = await subscriber_of_both(acme)
    await acme.answer(acme.open(ann, "help_main"), "Acme", *MENU)
    await acme.number_told(ann.say("It is about Acme"))
    assert [t["subject"] for t in await acme.tickets_of(ann)] == ["It is about Acme"]
    assert await subjects(acme, shops_key, ann) == []


async def test_the_bot_names_the_project_where_two_have_a_ticket_of_the_same_number(
    acme: Acme, shops_key: str
) -> None:
    ann = await acme.subscriber()
    said = ann.say("To Acme")
    number = await acme.number_told(said)
    (confirmed,) = [m for m in ann.chat.messages if m.reply_to is said]
    await acme.answers(number, "Hello")
    assert (await acme.sees(ann, "Hello")).text == f"#{number} · Bob:\nHello"
    assert "Acme" not in confirmed.text
    menu = await acme.consent(ann, "help_shop")
    await acme.press(menu, "Create ticket")
    said = ann.say("To the shop")
    shops = await acme.number_told(said)
    (confirmed,) = [m for m in ann.chat.messages if m.reply_to is said]
    assert confirmed.text.startswith("Shop\n")
    (ticket,) = await listed(acme, shops_key, ann)
    await acme.desk.call(
        "POST", f"/v1/helpdesk/tickets/{ticket['id']}/reply", {"text": "Good day"}, key=shops_key
    )
    assert (await acme.sees(ann, "Good day")).text == f"Shop · #{shops} · Shop:\nGood day"
    await acme.answers(number, "Still here?")
    assert (await acme.sees(ann, "Still here?")).text == f"Acme · #{number} · Bob:\nStill here?"


async def test_start_is_the_way_back_only_where_it_leads_there(acme: Acme) -> None:
    ann = await acme.subscriber()
    screen = await acme.answer(acme.open(ann, "help_shop"))
    await acme.press(screen, "Cancel")
    assert "Shop" in screen.text
    gone = await acme.answer(ann.say("/stop"))
    for told in (screen.text, gone.text, (await acme.answer(ann.say("/stop"))).text):
        assert "/start" not in told
        assert "open the link" in told


async def test_unsubscribe_leaves_that_project_and_stop_leaves_all(acme: Acme) -> None:
    ann = await subscriber_of_both(acme)
    menu = await acme.answer(acme.open(ann, "help_main"), "", *MENU)
    await acme.press(menu, "Unsubscribe")
    assert "Acme" in menu.text
    assert "Shop" not in menu.text
    rest = await acme.answer(acme.open(ann))
    assert "Shop" in rest.text
    assert labels_of(rest) == list(MENU)
    await acme.consent(ann)
    gone = await acme.answer(ann.say("/stop"))
    assert "Acme" in gone.text
    assert "Shop" in gone.text
    last = await acme.answer(acme.open(ann))
    assert last.labels == []
