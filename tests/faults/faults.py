"""The faults: each strikes for some seconds, alone or beside others, and cleans up behind it."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tests.faults.broken import BrokenPromise
from tests.faults.endpoint import Mood
from tests.faults.evidence import FILE, hold
from tests.faults.network import HOUR, NETWORK, away, hour_away, struck, weather
from tests.faults.strike import Do, Strike, look_at_the_dead, stopped
from tests.faults.town import StandIn
from tests.faults.waiting import Impatient, passed, until

LOCKER = Path(__file__).with_name("locker.py")
FARTHEST = 6 * 3600.0
"""Seconds that the clock is set wrong at most."""

# --- the process ----------------------------------------------------------------------------------


async def kill(strike: Strike, seconds: float) -> None:
    """kill -9 at a moment of chance."""
    for _ in range(strike.chance.choice((1, 1, 2))):
        await _moment(strike, seconds / 2)
        async with strike.town.life:
            await strike.town.kill()
            strike.crashes += 1
            strike.done["kill"] += 1
            look_at_the_dead(strike)
            await strike.town.start()


async def _moment(strike: Strike, seconds: float) -> None:
    """After so many calls, right at one of a kind, as updates are confirmed, or at any time."""
    standin = strike.standin
    seen, confirmed = standin.calls.total, standin.confirmed_offset
    target = seen + strike.chance.randrange(1, 30)
    kind = strike.chance.choice(("send", "createForumTopic", "setMessage", "edit"))
    moments: dict[str, Callable[[], bool]] = {
        "calls": lambda: standin.calls.total >= target,
        "kind": lambda: _newest(standin, seen, kind),
        "confirmed": lambda: standin.confirmed_offset > confirmed,
        "time": lambda: False,
    }
    moment = moments[strike.chance.choice(sorted(moments))]
    with suppress(AssertionError):
        await standin.until(moment, timeout=strike.chance.uniform(0.3, 1) * seconds)


def _newest(standin: StandIn, seen: int, kind: str) -> bool:
    return standin.calls.total > seen and standin.calls[-1].method.startswith(kind)


async def terminate(strike: Strike, seconds: float) -> None:
    """SIGTERM under load: it ends in time, with 0, and leaves nothing in doubt."""
    await passed(strike.chance.uniform(0.2, seconds / 2))
    async with strike.town.life:
        await stopped(strike)
        strike.done["SIGTERM"] += 1
        await strike.town.start(loop=strike.chance.choice(("own", "simulated")))


# --- the disk, the file, the clock ----------------------------------------------------------------


async def disk_full(strike: Strike, seconds: float) -> None:
    """Nothing can be written for some seconds."""
    with suppress(ProcessLookupError):  # another fault may have ended it
        strike.town.fill_disk()
        strike.done["disk full"] += 1
        await passed(strike.chance.uniform(0.5, seconds))
        strike.town.free_disk()


async def bad_disk(strike: Strike, seconds: float) -> None:
    """Some statements fail in the middle of their operation."""
    strike.town.control.stumble(0.03)
    strike.done["bad disk"] += 1
    await passed(seconds)
    strike.town.control.stumble(0.0)


async def locked(strike: Strike, seconds: float) -> None:
    """Another process locks the database, also for longer than the desk waits for it."""
    longest = strike.chance.choice((1.0, seconds, 7.0))
    command = [sys.executable, str(LOCKER), str(strike.town.folder / FILE)]
    locker = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    assert locker.stdout is not None
    try:
        if await locker.stdout.readline():  # else it waited for its turn in vain
            strike.done["database locked"] += 1
            await passed(longest)
    finally:
        await locker.communicate(b"")  # ends its input, and so the lock


async def clock_set(strike: Strike, seconds: float) -> None:
    """The clock jumps, forward or back."""
    await passed(strike.chance.uniform(0.1, seconds))
    by = strike.chance.choice((-1, 1)) * strike.chance.choice((2.0, 90.0, HOUR, 2 * HOUR))
    if abs(strike.set_wrong + by) <= FARTHEST:
        strike.town.control.set_clock(by)
        strike.set_wrong += by
        strike.done["clock set"] += 1


# --- the endpoint ---------------------------------------------------------------------------------


def _lies(name: str, moods: Sequence[Mood]) -> Do:
    async def lie(strike: Strike, seconds: float) -> None:
        """An endpoint that answers so for some seconds, now and then honestly."""
        told = 0

        def mood() -> Mood:
            nonlocal told
            if strike.chance.random() < 0.3:
                return Mood.HONEST
            found = strike.chance.choice(moods)
            if found is Mood.LATE:
                told += 1
                found = found if told < 3 else Mood.BROKEN  # each costs a rest of ten seconds
            strike.done[name] += 1
            return found

        strike.town.endpoint.mood = mood
        await passed(seconds)
        strike.town.endpoint.mood = lambda: Mood.HONEST

    return lie


async def gone(strike: Strike, seconds: float) -> None:
    """An endpoint that says 410 is left alone from then on."""
    await passed(seconds / 4)
    town, before, crashes = strike.town, strike.town.endpoint.gone, strike.crashes
    url = f"{town.endpoint.url}/gone"
    hook = await town.call("POST", "/v1/webhooks", {"url": url}, key="gone")  # always the same one
    path = f"/v1/webhooks/{hook['id']}"
    await town.call("PATCH", path, {"status": "active"})
    with suppress(Impatient):  # where the load ends before an event comes
        await until(lambda: town.endpoint.gone > before, seconds=seconds, what="an event")
        await passed(1.0)
        asked = town.endpoint.gone - before
        if asked > 1 + strike.crashes - crashes:
            raise BrokenPromise("410 disables an endpoint", "one request", asked)
        known = await town.call("GET", "/v1/webhooks")
        [status] = [each["status"] for each in known["webhooks"] if each["id"] == hook["id"]]
        if strike.crashes == crashes:
            hold("410 disables an endpoint", "disabled", status)
        strike.done["410"] += 1
    await town.call("PATCH", path, {"status": "disabled"})


FAMILIES: dict[str, dict[str, Do]] = {
    "process": {"kill": kill, "SIGTERM": terminate},
    "network": {name: struck(name, fault) for name, fault in NETWORK.items()},
    "messenger": {"messenger away": away, "hour away": hour_away},
    "disk": {"disk full": disk_full, "bad disk": bad_disk, "database locked": locked},
    "clock": {"clock set": clock_set},
    "endpoint": {
        "webhooks late": _lies("webhooks late", [Mood.LATE]),
        "webhooks cut": _lies("webhooks cut", [Mood.CUT, Mood.HALF]),
        "webhooks slow": _lies("webhooks slow", [Mood.SLOW]),
        "webhooks refused": _lies("webhooks refused", [Mood.BROKEN, Mood.BUSY, Mood.MOVED]),
        "410": gone,
    },
}
FAULTS: dict[str, Do] = {
    **{name: do for family in FAMILIES.values() for name, do in family.items()},
    "weather": weather,
}
