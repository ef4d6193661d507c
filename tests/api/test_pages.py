"""The desk's own pages: what they say, to whom in which language, and what they may load."""

import re
from html import unescape

import pytest

from api.pages import preferred
from storage import projects
from storage.model import Channel
from tests.api.conftest import Answer, Desk, Serve
from tests.api.scanning import scan_path

PATHS = ("/", "/help/main")


async def read(desk: Desk, path: str, language: str = "en") -> Answer:
    return await desk.stranger.call("GET", path, headers={"Accept-Language": language})


def links(page: Answer) -> list[str]:
    return [unescape(link) for link in re.findall(r'<a[^>]* href="([^"]+)"', page.body.decode())]


def codes(page: Answer) -> list[str]:
    found = re.findall(r'viewBox="0 0 (\d+) \d+"[^>]*><path d="([^"]+)"', page.body.decode())
    return [scan_path(int(size), path) for size, path in found]


async def test_the_front_page_says_what_runs_here_and_where_to_go_on(desk: Desk) -> None:
    page = await read(desk, "/")
    assert page.status == 200
    assert "A helpdesk runs here." in page.body.decode()
    assert links(page) == ["/docs", "/v1/openapi.json", "/readyz"]
    for link in links(page):
        assert (await desk.stranger.get(link)).status == 200


async def test_the_front_page_leads_to_the_playground_where_there_is_one(serve: Serve) -> None:
    page = await read(await serve(playground=True), "/")
    assert "/playground" in links(page)


async def test_the_front_page_tells_whether_the_desk_is_ready(desk: Desk) -> None:
    assert ">Ready<" in (await read(desk, "/")).body.decode()
    desk.reasons.append("telegram: not connected yet")
    page = (await read(desk, "/")).body.decode()
    assert ">Not ready yet<" in page
    assert "not connected" not in page


async def test_a_projects_page_has_both_permanent_links_and_their_codes(desk: Desk) -> None:
    page = await read(desk, "/help/main")
    permanent = ["https://t.me/desk_bot?start=help_main", "https://max.ru/desk_max?start=help_main"]
    assert page.status == 200
    assert "<h1>Shop</h1>" in page.body.decode()
    assert links(page) == permanent
    assert codes(page) == permanent


async def test_a_projects_page_shows_the_messengers_that_are_there(serve: Serve) -> None:
    desk = await serve(channels=(Channel.MAX,))
    assert links(await read(desk, "/help/main")) == ["https://max.ru/desk_max?start=help_main"]
    desk.links.bots.clear()
    page = await read(desk, "/help/main")
    assert (page.status, links(page)) == (200, [])
    assert "No messenger can be reached" in page.body.decode()


async def test_a_project_that_takes_no_messages_shows_no_links(desk: Desk) -> None:
    await desk.client.patch("/v1/helpdesk/settings", {"helpdesk_enabled": False})
    page = await read(desk, "/help/main")
    assert (page.status, links(page)) == (200, [])
    assert "do not take messages" in page.body.decode()


async def test_names_and_descriptions_are_text(desk: Desk) -> None:
    wild = {"name": "<b>A & B</b>", "description": '"><script>alert(1)</script>'}
    await desk.client.patch("/v1/helpdesk/settings", wild)
    page = (await read(desk, "/help/main")).body.decode()
    assert "<script" not in page
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in page


@pytest.mark.parametrize("slug", ["nobody", "%00", "%FF", "MAIN", "..%2F..%2Frun.py"])
async def test_an_unknown_project_is_the_problem_that_every_error_is(desk: Desk, slug: str) -> None:
    answer = await desk.stranger.get(f"/help/{slug}")
    assert (answer.status, answer.code) == (404, "not_found")


async def test_pages_speak_the_browsers_language_else_the_projects(desk: Desk) -> None:
    await desk.db.write(projects.update, desk.project.id, locale="ru")
    for accepted, locale in (("en-GB,ru;q=0.5", "en"), ("ru", "ru"), ("de", "ru"), ("", "ru")):
        page = await read(desk, "/help/main", accepted)
        assert page.headers["Content-Language"] == locale
        assert f'<html lang="{locale}">' in page.body.decode()
        assert page.headers["Vary"] == "Accept-Language"
    assert "Здесь работает" in (await read(desk, "/", "ru-RU,ru;q=0.9")).body.decode()
    assert "A helpdesk" in (await read(desk, "/", "de")).body.decode()


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en;q=0.3, ru;q=0.7", "ru"),
        ("de, en;q=0.1", "en"),
        ("ru;q=0, en;q=0.1", "en"),
        ("de", "default"),
        ("*", "default"),
        ("ru;q=much", "default"),
        (",,;q=1,", "default"),
        ("x" * 5000, "default"),
    ],
)
def test_the_language_is_the_one_that_is_liked_best(accepted: str, language: str) -> None:
    assert preferred(accepted, "default") == language


@pytest.mark.parametrize("path", PATHS)
async def test_pages_load_nothing_but_the_desks_own_files_and_run_nothing(
    desk: Desk, path: str
) -> None:
    page = await read(desk, path)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    html = page.body.decode()
    assert not re.search(r"<script|<style| style=| on\w+=|javascript:", html)
    parts = re.findall(r'(?:src|<link[^>]* href)="([^"]+)"', html)
    assert len(parts) >= 2
    for part in parts:
        assert part.startswith("/pages/")
        loaded = await desk.stranger.get(part)
        assert loaded.status == 200
        assert loaded.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["help.jinja", "support.js", "..%2Fpages.py", "nothing", "%FF"])
async def test_only_the_pages_own_files_are_given_out(desk: Desk, name: str) -> None:
    answer = await desk.stranger.get(f"/pages/{name}")
    assert (answer.status, answer.code) == (404, "not_found")


async def test_the_script_loads_on_any_site_and_is_kept_for_minutes(desk: Desk) -> None:
    script = await desk.stranger.get("/support.js")
    assert script.status == 200
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert script.headers["Access-Control-Allow-Origin"] == "*"
    assert script.headers["X-Content-Type-Options"] == "nosniff"
    assert script.headers["Cache-Control"] == "public, max-age=300"
    known = {"If-None-Match": script.headers["ETag"]}
    again = await desk.stranger.call("GET", "/support.js", headers=known)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == script.headers["ETag"]
    stale = await desk.stranger.call("GET", "/support.js", headers={"If-None-Match": '"old"'})
    assert (stale.status, stale.body) == (200, script.body)
    head = await desk.stranger.call("HEAD", "/support.js")
    assert (head.status, head.body) == (200, b"")


async def test_the_script_is_small_and_keeps_nothing(desk: Desk) -> None:
    script = (await desk.stranger.get("/support.js")).body
    assert len(script) < 10_000
    for sign in (b"cookie", b"Storage", b"indexedDB", b"innerHTML", b"eval", b"LOOKS", b"WORDS"):
        assert sign not in script
    named = set(re.findall(rb"https?://[^/\"]+", script))
    assert named == {b"http://www.w3.org"}  # the names of HTML and SVG, which nobody calls
