"""When the row that is first in a lane of the outbox is due, by a clock that nobody sets.

The time of day is asked once a row: a clock that is set back holds nothing up for as long.
"""

import asyncio
import math
from datetime import datetime

from bot.failures import LONGEST_WAIT
from storage.outbox import OutboxRow


class Due:
    """Of one lane, inside a running event loop."""

    def __init__(self) -> None:
        self._row = 0
        self._made = self._at = -math.inf

    def wait(self, row: OutboxRow, gathers: float, time_of_day: datetime) -> float:
        """Seconds until a row is due; `gathers` are those from its making that it waits for others.

        A row that another process postponed is tried a minute from now at the latest.
        """
        now = asyncio.get_running_loop().time()
        if row.id != self._row:
            left = (row.due_at - time_of_day).total_seconds() if row.attempts else 0.0
            self._row, self._at = row.id, now + min(left, LONGEST_WAIT)
            self._made = now - max((time_of_day - row.created_at).total_seconds(), 0.0)
        return max(self._at, self._made + gathers) - now

    def later(self, seconds: float) -> None:
        """The row that is first is due again after so many seconds."""
        self._at = asyncio.get_running_loop().time() + seconds
