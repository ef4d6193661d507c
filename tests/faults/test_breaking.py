"""A promise that is broken on purpose is seen by the laboratory within a minute."""

from pathlib import Path

import pytest

from tests.faults.breaking import BREAKS
from tests.faults.broken import BrokenPromise
from tests.faults.laboratory import run

SECONDS = 60.0
SHOWN_BY = {
    "savepoint": ("bad disk", None),
    "confirm": ("disk full", "what was acknowledged is not lost"),
    "source": ("kill", None),
    "retry_after": ("429", "retry_after is waited for"),
}
"""The fault under which each break shows, and the promise, where one alone is broken by it. That
nothing shows without a break, the runs of `test_faults.py` tell."""


@pytest.mark.parametrize("broken", BREAKS)
async def test_a_broken_promise_is_found(tmp_path: Path, broken: str) -> None:
    fault, promise = SHOWN_BY[broken]
    with pytest.raises(BrokenPromise, match=promise):
        await run(
            tmp_path,
            seed="4",
            seconds=SECONDS,
            scene="telegram",
            broken=broken,
            only=[fault],
        )
