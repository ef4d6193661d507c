"""Webhook mode: updates come in behind a secret, and are confirmed once they are committed."""

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from tests.e2e.acme import CONSENT, MENU, PUBLIC_URL, Acme, labels_of
from tests.e2e.companies import SECRET, WEBHOOK, Companies

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def companies(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Companies]:
    """Updates come by webhook."""
    async with Companies(tmp_path_factory.mktemp("webhook"), **WEBHOOK) as running:
        yield running


HEADER = "the messenger's header for it"


async def post(acme: Acme, body: bytes, headers: dict[str, str]) -> int:
    url = f"{acme.desk.url}/webhooks/{acme.channel}"
    sent = {acme.side.secret_header if key == HEADER else key: headers[key] for key in headers}
    async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=sent) as answer:
        return answer.status


async def test_webhook_is_set_with_its_secret_and_without_dropping_what_waits(acme: Acme) -> None:
    (call,) = acme.messenger.calls.of("setWebhook", "subscribe")
    assert call.params["url"] == f"{PUBLIC_URL}/webhooks/{acme.channel}"
    assert SECRET in call.params.values()
    assert not call.params.get("drop_pending_updates")
    assert acme.messenger.calls.of("getUpdates") == []


async def test_customers_are_served_by_webhook(acme: Acme) -> None:
    ann = acme.stranger()
    request = await acme.request()
    screen = await acme.answer(acme.follow(ann, request), "", *CONSENT)
    await acme.press(screen, "Subscribe")
    assert labels_of(screen) == list(MENU)
    number = await acme.number_told(ann.say("Shoes broke"))
    await acme.answers(number, "Send them in")
    await acme.sees(ann, "Send them in")
    assert {attempt.status for attempt in acme.messenger.webhook_attempts} == {200}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {HEADER: ""},
        {HEADER: "wrong"},
        {HEADER: SECRET + "x"},
        {HEADER: "ё"},
        {"Authorization": f"Bearer {SECRET}"},
    ],
    ids=["none", "empty", "wrong", "longer", "not ascii", "elsewhere"],
)
async def test_an_update_without_the_secret_is_401_and_nothing_happens(
    acme: Acme, headers: dict[str, str]
) -> None:
    ann = await acme.subscriber()
    acme.messenger.hold()
    said = ann.say("Only if it is you")
    forged = json.dumps({"update_id": 1, **acme.side.update(said.to_api())}).encode()
    assert await post(acme, forged, headers) == 401
    assert await acme.tickets_of(ann) == []
    acme.messenger.release()
    number = await acme.number_told(said)
    assert await acme.texts(number) == ["Only if it is you"]


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"null", b"{}", b'{"update_id": "x"}'])
async def test_what_is_no_update_is_400_and_stops_nothing(acme: Acme, body: bytes) -> None:
    assert await post(acme, body, {HEADER: SECRET}) == 400
    assert labels_of(await acme.answer(acme.open(acme.stranger()))) == list(CONSENT)


async def test_an_update_delivered_twice_has_one_effect(acme: Acme) -> None:
    ann = await acme.subscriber()
    said = ann.say("Only once")
    acme.messenger.repeat_update()
    number = await acme.number_told(said)
    assert await acme.number_told(ann.say("The end")) == number
    assert await acme.texts(number) == ["Only once", "The end"]


async def test_what_came_while_the_desk_was_down_is_handled_in_order(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Hello"))
    assert await acme.desk.stop() == 0
    for n in range(10):
        ann.say(f"line {n}")
    await acme.start()
    await acme.agents_see(number, "line 9")
    assert await acme.texts(number) == ["Hello", *(f"line {n}" for n in range(10))]
    assert (await acme.desk.call("GET", "/readyz"))[0] == 200
