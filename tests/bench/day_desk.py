"""Starts the desk as run.py does, in simulated time, its jobs included: `day_desk.py <page>`.

The page of memory with the time, the clock and the loop are the fault laboratory's.
"""

import sys
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import apscheduler.executors.base
import apscheduler.schedulers.base
import apscheduler.triggers.interval
from apscheduler.schedulers.asyncio import AsyncIOScheduler

import run
from bot import jobs
from tests.faults.control import Control
from tests.faults.launcher import take_the_clock


def take_the_jobs(control: Control) -> None:
    """The scheduler's time of day too; and as a moment of the machine is a simulated second, no
    job counts as missed that is late by more than that."""

    class Simulated(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return control.now().astimezone(tz)

    for module in (
        apscheduler.executors.base,
        apscheduler.schedulers.base,
        apscheduler.triggers.interval,
        jobs,
    ):
        _replace(module, "datetime", Simulated)
    patient = partial(AsyncIOScheduler, job_defaults={"misfire_grace_time": None})
    _replace(jobs, "AsyncIOScheduler", patient)


def _replace(module: Any, name: str, value: object) -> None:
    """AttributeError where there is no such name any more: then nothing would be simulated."""
    getattr(module, name)
    setattr(module, name, value)


if __name__ == "__main__":
    page = Control(Path(sys.argv[1]))
    take_the_clock(page, loop="simulated")
    take_the_jobs(page)
    sys.exit(run.main(sys.argv[2:]))
