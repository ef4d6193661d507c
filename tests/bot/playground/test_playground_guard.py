"""The playground's page is for a browser on this machine, and speaks to nobody else itself."""

import re

import pytest

from tests.bot.playground.playground_page import Page

ADDRESS = re.compile(r"https?://[^\s\"'`)]+")
NOT_CALLED = ("http://www.w3.org/2000/svg",)
"""Names that look like addresses."""


@pytest.mark.parametrize("path", ["/playground", "/playground/feed", "/playground/assets/app.js"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "192.168.1.7:8080",
        "[",
        "",
    ],
)
async def test_another_name_for_this_machine_is_refused(page: Page, path: str, host: str) -> None:
    answer = await page.client.get(path, headers={"Host": host})
    assert answer.status in (400, 403)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
async def test_this_machine_by_its_own_names_is_served(page: Page, host: str) -> None:
    headers = {"Host": f"{host}:8080", "Origin": f"http://{host}:8080"}
    answer = await page.client.get("/playground", headers=headers)
    assert answer.status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_another_page_can_do_nothing(page: Page, origin: str) -> None:
    body = {"person": page.ann}
    act = "/playground/actions/open"
    answer = await page.client.post(act, json=body, headers={"Origin": origin})
    assert answer.status == 403
    assert await page.updates() == []


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
async def test_only_json_is_taken(page: Page, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    act = "/playground/actions/open"
    answer = await page.client.post(act, data=f'{{"person": {page.ann}}}', headers=headers)
    assert answer.status == 415
    assert await page.updates() == []


async def test_nothing_is_done_by_a_get(page: Page) -> None:
    answer = await page.client.get("/playground/actions/open")
    assert answer.status == 405


async def test_the_page_may_load_nothing_but_its_own_files(page: Page) -> None:
    answer = await page.client.get("/playground")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_every_file_that_the_page_names_is_there_and_names_no_outside_host(
    page: Page,
) -> None:
    seen: set[str] = set()
    waiting = ["/playground", "/playground/shop"]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer = await page.client.get(path)
        assert answer.status == 200, path
        text = await answer.text()
        assert [found for found in ADDRESS.findall(text) if found not in NOT_CALLED] == []
        named = re.findall(r'(?:href|src)="(/[^"]+)"', text)
        named += [f"/playground/assets/{name}" for name in re.findall(r'from "\./([^"]+)"', text)]
        # The support button is the API's, which has tests of its own.
        waiting += [path for path in named if path not in {*seen, "/support.js"}]
    assert len(seen) > 25


async def test_files_outside_the_page_are_not_given_out(page: Page) -> None:
    for name in ("..%2Fguard.py", "%2Fetc%2Fpasswd", "guard.py", ""):
        answer = await page.client.get(f"/playground/assets/{name}")
        assert answer.status == 404
