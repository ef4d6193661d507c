"""A desk under faults for a minute in all: seeds that once found something, and one of chance."""

import random
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.faults import promises
from tests.faults.laboratory import run
from tests.faults.town import Message

SEEDS = Path(__file__).with_name("seeds.txt")
FIXED, CHANCE = 8.0, 20.0
"""Seconds of faults for each seed that is kept, and for the one of chance."""


def kept() -> list[tuple[str, str]]:
    """Scene and seed, line by line; what stands behind them is for people."""
    lines = [line.partition("#")[0].split() for line in SEEDS.read_text().splitlines()]
    return [(scene, seed) for scene, seed in filter(None, lines)]


@pytest.mark.parametrize(("scene", "seed"), kept())
async def test_what_a_seed_once_found_stays_mended(tmp_path: Path, scene: str, seed: str) -> None:
    report = await run(tmp_path, seed=seed, seconds=FIXED, scene=scene)
    assert report.rounds


async def test_every_promise_holds_under_faults_of_chance(tmp_path: Path) -> None:
    report = await run(tmp_path, seed=str(random.randrange(10**9)), seconds=CHANCE)
    assert report.rounds


@pytest.mark.parametrize(
    ("said", "repeats"),
    [
        (["[c1]", "[c2] [c3]"], 0),
        (["[c1]", "[c2]", "[c1]"], 1),
        (["[c1] [c2] [c3]", "[c1]", "[c2]", "[c3]"], 1),
        (["[c1] [c2]", "[c1] [c2] [c3]", "[c1]", "[c2]", "[c3]"], 2),
        (["[c1] [c2]", "[c2]"], 1),
    ],
)
def test_repeats_are_counted_by_messages_that_were_made_in_vain(
    said: list[str], repeats: int
) -> None:
    assert promises._said_again([shown(text) for text in said]) == repeats


def test_an_album_that_is_sent_twice_is_one_repeat() -> None:
    parts = ["[c1]", "", ""]
    twice = [
        shown(text, media=SimpleNamespace(data=number), album=album)
        for album in ("first", "second")
        for number, text in enumerate(parts)
    ]
    assert promises._said_again(twice) == 1


def shown(text: str, **more: object) -> Message:
    """A message of the bot's, as a stand-in has it."""
    said = {
        "from_bot": True,
        "is_service": False,
        "text": text,
        "media": None,
        "reply_to": None,
        "album": None,
    }
    return cast("Message", SimpleNamespace(**{**said, **more}))
