"""docs/api.md: its examples are carried out one after another, and come out as the page says."""

import json
import re
from http import HTTPStatus
from pathlib import Path
from typing import Any

from api import public
from api.app import ROUTES
from api.errors import STATUS, status_of
from storage.errors import HelpdeskError
from tests.api.conftest import Answer, Desk
from tests.api.pages import Page

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
BLOCKS = re.findall(r"```http\n(.*?)```", PAGE, re.DOTALL)
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![\w-])[\w-]{22}(?![\w-])")
REST = "…"
"""Stands for fields that are not worth showing again."""


class Reader:
    """Carries out the page's requests; an id on the page stands for the one that came instead."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.ids: dict[str, str] = {}

    def real(self, text: str) -> str:
        for shown, real in self.ids.items():
            text = text.replace(shown, real)
        return text

    async def send(self, block: str) -> Answer:
        head, _, body = block.partition("\n\n")
        method, path = head.splitlines()[0].split(" ")
        origin = re.search(r"Origin: (\S+)", head)
        client = Page(self.desk, origin[1]) if origin else self.desk.client
        return await client.call(
            method, self.real(path), json=json.loads(self.real(body)) if body.strip() else None
        )

    def compare(self, block: str, answer: Answer) -> None:
        head, _, body = block.partition("\n\n")
        status, *headers = head.strip().splitlines()
        assert status == f"{answer.status} {HTTPStatus(answer.status).phrase}", answer.body
        if body.strip():
            self.learn(json.loads(body), answer.json)
            self.equal(json.loads(self.real(body)), answer.json)
        else:
            assert answer.body == b""
        for header in headers:
            name, _, value = header.partition(": ")
            assert answer.headers[name].split(";")[0] == self.real(value)

    def learn(self, shown: Any, real: Any) -> None:
        """Take down which real id each new id of the page stands for."""
        if isinstance(shown, dict):
            for name in shown.keys() & real.keys():
                self.learn(shown[name], real[name])
        elif isinstance(shown, list):
            for one, other in zip(shown, real, strict=True):
                self.learn(one, other)
        elif isinstance(shown, str) and ID.fullmatch(shown):
            assert ID.fullmatch(real)
            self.ids.setdefault(shown, real)

    def equal(self, shown: Any, real: Any) -> None:
        if isinstance(shown, dict):
            if REST not in shown:
                assert list(shown) == list(real)
            for name in shown.keys() - {REST}:
                self.equal(shown[name], real[name])
        elif isinstance(shown, list):
            for one, other in zip(shown, real, strict=True):
                self.equal(one, other)
        else:
            assert shown == real


async def test_the_examples_come_out_as_the_page_says(desk: Desk) -> None:
    reader = Reader(desk)
    assert len(BLOCKS) > 30
    for asked, told in zip(BLOCKS[::2], BLOCKS[1::2], strict=True):
        reader.compare(told, await reader.send(asked))


def ending(path: str) -> str:
    """The last two parts of a path, whatever its ids are."""
    path = re.sub(r"\{\w+\}", "@", ID.sub("@", path.partition("?")[0]))
    return "/".join(path.split("/")[-2:])


def test_every_route_is_on_the_page() -> None:
    named = re.findall(r"[`\n](GET|POST|PUT|PATCH|DELETE) ([^`\s]+)", PAGE)
    shown = {(method, ending(path)) for method, path in named}
    helpdesk = [route for route in ROUTES if route.path.startswith("/v1/helpdesk/")]
    wanted = {(r.method, ending(r.path)) for r in [*helpdesk, *public.ROUTES]}
    assert wanted - shown == set()


def test_every_route_of_webhooks_is_on_theirs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
    routes = [route for route in ROUTES if route.path.startswith("/v1/webhooks")]
    assert len(routes) == 9
    assert [route.path for route in routes if f"`{route.method} {route.path}`" not in page] == []


def kinds(kind: type[HelpdeskError]) -> set[type[HelpdeskError]]:
    return {kind}.union(*(kinds(each) for each in kind.__subclasses__() if is_ours(each)))


def is_ours(kind: type[HelpdeskError]) -> bool:
    return not kind.__module__.startswith("tests.")


def test_every_code_is_on_the_page_with_its_status() -> None:
    for kind in kinds(HelpdeskError):
        if any(base in STATUS for base in kind.__mro__) and kind.code != "internal_error":
            row = rf"\| {status_of(kind)} \|[^|\n]*`{kind.code}`"
            assert re.search(row, PAGE), kind
