"""The laboratory: rounds of load under faults, each followed by rest and a look at promises."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from storage.model import Channel
from tests.faults import patience, promises, webhook_promises
from tests.faults.broken import BrokenPromise
from tests.faults.faults import FAMILIES, FAULTS
from tests.faults.ledger import Kind, Ledger
from tests.faults.load import Load
from tests.faults.network import ambiguous
from tests.faults.strike import Strike
from tests.faults.town import NARROW, WIDE, Customer, Town
from tests.faults.waiting import Impatient, until

SCENES: dict[str, tuple[Channel, ...]] = {
    "telegram": (Channel.TELEGRAM,),
    "max": (Channel.MAX,),
    "mixed": (Channel.TELEGRAM, Channel.MAX),
}
"""Where customers are; the agents are in the first of them."""
STRIKES_LAST = (3.0, 5.0)
"""Seconds of a round's load, at least and at most."""
REST = 100.0
"""Seconds for everything to be delivered once no fault strikes any more."""
ALONE = 0.5
"""The part of the mixed rounds that one with a fault alone follows."""
KILLS = 0.6
"""The part of the mixed rounds that have a kill in any case."""
NEVER_MIXED = ("network", "hour away")
"""The weather has all of the network; an hour takes too long."""


@dataclass
class Report:
    """What was done and seen. `longest_rest`: seconds until everything was delivered."""

    seed: str
    scene: str
    rounds: int = 0
    done: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    crashes: int = 0
    ambiguous: int = 0
    repeats: int = 0
    webhooks: int = 0
    longest_rest: float = 0.0
    step: str = "start"


Say = Callable[[str], None]


class Laboratory:
    def __init__(
        self,
        town: Town,
        chance: random.Random,
        report: Report,
        say: Say = print,
        only: Sequence[str] = (),
    ) -> None:
        """`only` names the faults of every round; without it they are chosen by chance."""
        self._only = list(only)
        self._town = town
        self._chance = chance
        self._report = report
        self._say = say
        self._ledger = Ledger()
        self._alone = list(FAULTS)
        chance.shuffle(self._alone)
        self._families = [each for each in FAMILIES if each not in NEVER_MIXED]
        chance.shuffle(self._families)
        self._mixed = False
        self._strike = Strike(town, self._ledger, chance)

    async def run(self, seconds: float) -> None:
        """Rounds until so many seconds are over. Raises BrokenPromise."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await self._round()

    def _choose(self) -> list[str]:
        """The weather, perhaps a kill, and one of each of two families, which take turns; or, after
        such a round, one fault alone, each in its turn."""
        if self._only:
            return self._only
        if self._mixed and self._chance.random() < ALONE:
            self._mixed = False
            self._alone.append(self._alone.pop(0))
            return self._alone[-1:]
        if not self._report.rounds:
            return ["weather", "kill"]
        self._mixed = True
        chosen = ["weather", *(["kill"] if self._chance.random() < KILLS else [])]
        for _ in range(2):
            self._families.append(self._families.pop(0))
            members = [each for each in FAMILIES[self._families[-1]] if each not in NEVER_MIXED]
            chosen.append(self._chance.choice(members))
        return chosen

    async def _round(self) -> None:
        report, chosen = self._report, self._choose()
        report.rounds += 1
        report.step = f"round {report.rounds}: {', '.join(chosen)}"
        lasts = self._chance.uniform(*STRIKES_LAST)
        crashes, unknown = self._strike.crashes, ambiguous(self._town)
        newcomers = await self._newcomers()
        load = Load(self._town, self._ledger, self._chance)
        try:
            async with asyncio.TaskGroup() as group:
                for newcomer in newcomers:
                    for _ in range(2):  # two first messages at once make one ticket
                        load.says(newcomer)
                group.create_task(load.run(lasts))
                for name in chosen:
                    group.create_task(_strike(FAULTS[name](self._strike, lasts)))
        except BaseExceptionGroup as group_of_errors:
            raise _first(group_of_errors) from None
        rest = await self._rest()
        report.crashes = self._strike.crashes
        report.ambiguous = ambiguous(self._town)
        self._look(report.crashes - crashes, report.ambiguous - unknown)
        self._say(f"{report.step}; {len(self._ledger.entries)} said, at rest in {rest:.1f} s")

    async def _newcomers(self) -> list[Customer]:
        number = 4 if not self._town.customers else self._chance.choice((0, 1, 1))
        return [
            await self._town.newcomer(
                self._chance.choice(self._town.channels), form=self._chance.random() < 0.5
            )
            for _ in range(number)
        ]

    async def _rest(self) -> float:
        """Wait until everything is delivered; how many seconds that took."""
        begun = time.monotonic()
        try:
            await until(lambda: not promises.pending(self._town), seconds=REST)
        except Impatient:
            waits = promises.pending(self._town)
            raise BrokenPromise(
                "everything is delivered in the end", f"nothing after {REST:g} s", waits
            ) from None
        took = time.monotonic() - begun
        self._report.longest_rest = max(self._report.longest_rest, took)
        return took

    def _look(self, crashes: int, unknown: int) -> None:
        """Compare what is there with what was promised, and count."""
        report, town = self._report, self._town
        promises.check_words(town)
        repeats = promises.check_at_rest(town, self._ledger)
        patience.check(town)
        allowed = crashes * len(town.channels) + unknown
        if repeats - report.repeats > allowed:
            raise BrokenPromise(
                "a crash, or an answer that was lost, repeats one message at most",
                f"{allowed} in this round at most",
                repeats - report.repeats,
            )
        again = webhook_promises.repeats(town)
        if again and max(again.values()) > report.crashes:
            raise BrokenPromise(
                "a webhook is repeated once a crash at most", report.crashes, again.most_common(1)
            )
        report.repeats = repeats
        report.webhooks = len(town.endpoint.taken)
        report.done = Counter(self._strike.done)
        report.said = Counter(entry.kind.name.lower() for entry in self._ledger.entries.values())


def _first(error: BaseException) -> BaseException:
    """What broke first: the others are of those who were stopped by it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def _strike(work: "object") -> None:
    await work  # type: ignore[misc]


async def run(
    folder: Path,
    *,
    seed: str,
    seconds: float,
    scene: str = "",
    broken: str = "",
    only: Sequence[str] = (),
    say: Say = print,
) -> Report:
    """Build a town and torment it. Raises BrokenPromise with what the desk said last."""
    chance = random.Random(seed)
    chosen = chance.choice(sorted(SCENES))
    pace = chance.choice((WIDE, NARROW))
    report = Report(seed, scene or chosen)
    say(f"seed {seed}: {report.scene}, {'narrow' if pace is NARROW else 'wide'} limits")
    try:
        async with Town(folder, SCENES[report.scene], pace, seed, broken) as town:
            try:
                await Laboratory(town, chance, report, say, only).run(seconds)
            except Exception:
                say("the desk said last:\n" + "\n".join(town.desk.lines[-30:]))
                raise
    except BrokenPromise as error:
        error.add_note(f"seed {seed}, {report.scene}, {report.step}")
        raise
    return report


def table(report: Report) -> str:
    """What was done and seen, for people."""
    said = sum(report.said.values())
    rows = [
        *((name, str(report.done[name])) for name in FAULTS if report.done[name]),
        ("", ""),
        *((f"said by {name}", str(report.said[name.lower()])) for name in _names()),
        ("said in all, and lost", f"{said}, 0"),
        ("webhooks taken", str(report.webhooks)),
        ("crashes, and answers that were lost", f"{report.crashes}, {report.ambiguous}"),
        ("messages repeated", str(report.repeats)),
        ("longest wait for rest", f"{report.longest_rest:.1f} s"),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:<{width}}  {value}".rstrip() for name, value in rows]
    return "\n".join([f"seed {report.seed}, {report.scene}, {report.rounds} rounds", *lines])


def _names() -> list[str]:
    return [kind.name.lower() for kind in Kind]
