"""What every fault has in hand, and how the desk's end is looked at."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.faults.broken import BrokenPromise
from tests.faults.evidence import check_always, hold, of_the_dead
from tests.faults.ledger import Ledger
from tests.faults.promises import check_words
from tests.faults.town import GRACE, StandIn, Town


@dataclass
class Strike:
    """What a fault has in hand. `crashes` and `done` count; `ambiguous` are the cuts that happened
    after a message was made, which nobody can know of."""

    town: Town
    ledger: Ledger
    chance: random.Random
    crashes: int = 0
    done: Counter[str] = field(default_factory=Counter)
    set_wrong: float = 0.0

    @property
    def standin(self) -> StandIn:
        return self.chance.choice(list(self.town.standins.values()))


Do = Callable[[Strike, float], Awaitable[None]]


async def stopped(strike: Strike) -> None:
    code, took = await strike.town.stop()
    hold("SIGTERM ends it with 0", 0, code)
    if took > GRACE:
        raise BrokenPromise("SIGTERM ends it within 10 seconds", GRACE, took)
    look_at_the_dead(strike)


def look_at_the_dead(strike: Strike) -> None:
    check_words(strike.town)
    with of_the_dead(strike.town.folder) as evidence:
        check_always(strike.town, strike.ledger, evidence)
