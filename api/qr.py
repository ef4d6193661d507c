"""QR codes of deeplinks, as paths that SVG draws; the code itself is segno's."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import segno

QUIET_ZONE = 4
"""Modules of white on each side: ISO/IEC 18004, 6.3.8."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """`path` fills the dark modules of a square of `size` modules, its quiet zone included."""

    size: int
    path: str


@lru_cache(maxsize=256)
def code(link: str) -> QrCode:
    """The QR code of a link; at most 15 per cent of it may be damaged (error correction M)."""
    made = segno.make(link, error="m", micro=False)
    rows = enumerate(made.matrix, QUIET_ZONE)
    path = "".join(_runs(row, y) for y, row in rows)
    return QrCode(len(made.matrix) + 2 * QUIET_ZONE, path)


def _runs(row: bytearray, y: int) -> str:
    """A rectangle for each run of dark modules."""
    drawn, x = "", QUIET_ZONE
    for dark, run in groupby(row):
        length = len(list(run))
        drawn += f"M{x} {y}h{length}v1h-{length}z" if dark else ""
        x += length
    return drawn
