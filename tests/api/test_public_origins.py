"""Which pages may call: those of the project's origins, and their browsers are told exactly so."""

from typing import Any

import pytest

from tests.api.conftest import Answer, Desk
from tests.api.pages import PATH, SHOP, Page, allow

NOT_ADMITTED = [
    None,
    "null",
    "",
    "*",
    "http://shop.example",
    "https://shop.example:8443",
    "https://www.shop.example",
    "https://shop.example.evil.example",
    "https://shop.example/",
    "https://shop.exampl",
    "https://SHOP.example",
    "https://evil.example",
]


def assert_shared_with_nobody(answer: Answer) -> None:
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["Vary"] == "Origin"


async def preflight(page: Page, path: str, method: str) -> Answer:
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "x"}
    return await page.call("OPTIONS", path, headers=asked)


async def test_without_allowed_origins_the_routes_are_off(desk: Desk) -> None:
    answer = await Page(desk).ask()
    assert (answer.status, answer.code) == (404, "not_found")
    assert_shared_with_nobody(answer)


@pytest.mark.parametrize("origin", NOT_ADMITTED)
async def test_other_origins_are_told_nothing(desk: Desk, origin: str | None) -> None:
    await allow(desk.client, SHOP)
    request = await Page(desk).request()
    stranger = Page(desk, origin)
    refused = [
        await stranger.ask(),
        await stranger.about(request),
        await stranger.about(request, "qr", channel="telegram"),
        await preflight(stranger, PATH, "POST"),
    ]
    assert [answer.code for answer in refused] == [
        "not_found",
        "request_not_found",
        "request_not_found",
        "not_found",
    ]
    for answer in refused:
        assert answer.status == 404
        assert_shared_with_nobody(answer)


async def test_a_refusal_does_not_tell_whether_there_is_such_a_project(desk: Desk) -> None:
    await allow(desk.client, SHOP)
    page = Page(desk, "https://evil.example")
    told = [await page.ask(f"/v1/public/{slug}/request") for slug in ("main", "second", "nobody")]
    assert len({answer.body for answer in told}) == 1
    assert {answer.status for answer in told} == {404}


async def test_an_admitted_origin_is_named_exactly(desk: Desk) -> None:
    admitted = (SHOP, "http://localhost:3000", "http://[::1]:3000", "http://my_shop.test")
    await allow(desk.client, "https://other.example", *admitted)
    for origin in admitted:
        page = Page(desk, origin)
        made = await page.ask()
        for answer in (made, await page.about(made.json)):
            assert answer.headers["Access-Control-Allow-Origin"] == origin
            assert answer.headers["Vary"] == "Origin"
            assert "Access-Control-Allow-Credentials" not in answer.headers
            exposed = answer.headers["Access-Control-Expose-Headers"]
            assert {"Retry-After", "X-Request-Id"} <= set(exposed.split(", "))


async def test_errors_can_be_read_by_the_page_too(desk: Desk) -> None:
    await allow(desk.client, SHOP)
    answer = await Page(desk).ask(nonsense=1)
    assert list(answer.wrong) == ["nonsense"]
    packed = {"Content-Encoding": "br", "X-Request-Id": "visit-7"}
    refused = await Page(desk).call("POST", PATH, json={}, headers=packed)
    assert (refused.status, refused.code) == (415, "unsupported_media_type")
    assert refused.headers["X-Request-Id"] == "visit-7"
    for each in (answer, refused):
        assert each.headers["Access-Control-Allow-Origin"] == SHOP


async def test_a_browser_that_asks_first_is_told_what_it_may_send(desk: Desk) -> None:
    await allow(desk.client, SHOP)
    page = Page(desk)
    request = (await page.request())["request_id"]
    for method, path in (
        ("POST", PATH),
        ("GET", f"/v1/public/request/{request}/status"),
        ("GET", f"/v1/public/request/{request}/qr"),
    ):
        answer = await preflight(page, path, method)
        assert (answer.status, answer.body) == (204, b"")
        assert answer.headers["Access-Control-Allow-Origin"] == SHOP
        assert answer.headers["Access-Control-Allow-Methods"] == method
        allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
        assert {"content-type", "idempotency-key"} <= set(allowed)
        assert int(answer.headers["Access-Control-Max-Age"]) > 0
        assert answer.headers["Vary"] == "Origin"


async def test_an_origin_that_is_struck_off_is_refused_at_once(desk: Desk) -> None:
    await allow(desk.client, SHOP)
    request = await Page(desk).request()
    await allow(desk.client)
    assert (await Page(desk).ask()).status == 404
    assert (await Page(desk).about(request)).status == 404


async def test_another_projects_page_learns_nothing_of_a_request(desk: Desk) -> None:
    await allow(desk.client, SHOP)
    await allow(desk.other, "https://second.example")
    request = await Page(desk).request()
    second = Page(desk, "https://second.example")
    for answer in (
        await second.about(request),
        await second.about(request, "qr", channel="telegram"),
    ):
        assert (answer.status, answer.code) == (404, "request_not_found")
    assert (await second.ask()).status == 404
    assert (await second.ask("/v1/public/second/request")).status == 201


@pytest.mark.parametrize("request_id", ["A" * 22, "x", "%00", "%FF", "a" * 500])
async def test_ids_of_nothing_are_404(desk: Desk, request_id: str) -> None:
    await allow(desk.client, SHOP)
    answer = await Page(desk).about({"request_id": request_id})
    assert (answer.status, answer.code) == (404, "request_not_found")


@pytest.mark.parametrize("slug", ["nobody", "%00", "%FF", "ключ", "a" * 500, "main%20", "MAIN"])
async def test_slugs_of_nothing_are_404(desk: Desk, slug: str) -> None:
    await allow(desk.client, SHOP)
    answer = await Page(desk).ask(f"/v1/public/{slug}/request")
    assert (answer.status, answer.code) == (404, "not_found")


async def test_a_page_under_the_desks_own_name_may_be_admitted_too(desk: Desk) -> None:
    own = f"http://127.0.0.1:{desk.port}"
    request = await desk.client.post("/v1/helpdesk/request")
    same = {"Sec-Fetch-Site": "same-origin"}  # such a page sends no Origin with a GET
    nameless = Page(desk, None)

    async def status(headers: dict[str, Any]) -> int:
        path = f"/v1/public/request/{request.json['request_id']}/status"
        return (await nameless.call("GET", path, headers=headers)).status

    await allow(desk.client, SHOP)
    assert await status(same) == 404
    await allow(desk.client, own)
    assert await status(same) == 200
    assert await status({"Sec-Fetch-Site": "cross-site"}) == 404
    assert await status({}) == 404


async def test_answers_are_kept_by_no_cache(desk: Desk) -> None:
    await allow(desk.client, SHOP)
    answer = await Page(desk).about(await Page(desk).request())
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
