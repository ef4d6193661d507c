"""What is told to who watches the desk, in docs/operation.md and in Grafana, is what it shows."""

import json
import re
from pathlib import Path

import pytest

from bot.playground.telegram import Group, TelegramStandIn
from tests.e2e.conftest import settings_for
from tests.e2e.desk import ROOT, Desk

PAGE = (ROOT / "docs" / "operation.md").read_text()
DASHBOARD = json.loads((ROOT / "docs" / "operation" / "grafana.json").read_text())
ENDINGS = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("",), "gauge": ("",)}


@pytest.fixture
async def metrics(tmp_path: Path, messenger: TelegramStandIn, forum: Group) -> dict[str, str]:
    """Every metric that a desk shows, with its kind."""
    settings = {**settings_for(messenger, forum), "backup_dir": tmp_path}
    async with Desk(tmp_path, **settings) as desk:
        assert (await desk.call("POST", "/v1/helpdesk/tickets", {"text": "Hello"}))[0] == 201
        text = await desk.text("/metrics")
        assert await desk.stop() == 0
    return dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))


def series(metrics: dict[str, str]) -> set[str]:
    return {name + ending for name, kind in metrics.items() for ending in ENDINGS[kind]}


def named_in(text: str) -> set[str]:
    return set(re.findall(r"\b(?:deskwire|process)_[a-z_]+\b", text))


def queries() -> list[str]:
    return [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


async def test_every_metric_of_ours_is_explained_and_no_other(metrics: dict[str, str]) -> None:
    table = re.findall(r"^\| (`deskwire_[^|]+) \|", PAGE, re.MULTILINE)
    explained = {name for cell in table for name in named_in(cell)}
    shown = {name for name in metrics if name.startswith("deskwire_")}
    assert explained == {name for name in shown if not name.endswith("_created")}


async def test_every_query_of_the_dashboard_and_every_alert_asks_for_what_there_is(
    metrics: dict[str, str],
) -> None:
    alerts = re.findall(r"^ +expr: (.+)$", PAGE, re.MULTILINE)
    assert len(queries()) > 15
    assert len(alerts) >= 5
    for query in (*queries(), *alerts):
        assert named_in(query), query
        assert named_in(query) <= series(metrics), query
        assert query.count("(") == query.count(")")


def test_the_dashboard_shows_every_metric_that_is_explained() -> None:
    table = re.findall(r"^\| (`deskwire_[^|]+) \|", PAGE, re.MULTILINE)
    asked = named_in(" ".join(queries()))
    for name in (name for cell in table for name in named_in(cell)):
        assert {name, f"{name}_bucket"} & asked, name


def test_the_panels_of_the_dashboard_stand_beside_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert place["x"] + place["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
