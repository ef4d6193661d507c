"""Torments a desk for so many seconds and prints what came of it; 1 where a promise is broken."""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.breaking import BREAKS
from tests.faults.broken import BrokenPromise
from tests.faults.faults import FAULTS
from tests.faults.laboratory import SCENES, run, table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", default="", help="what the faults and the load are chosen by")
    parser.add_argument("--scene", choices=sorted(SCENES), default="", help="else by the seed")
    parser.add_argument("--break", dest="broken", choices=sorted(BREAKS), default="")
    parser.add_argument(
        "--only", choices=sorted(FAULTS), action="append", default=[], help="else by chance"
    )
    asked = parser.parse_args()
    seed = asked.seed or str(random.randrange(10**9))
    begun = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    try:
        report = asyncio.run(
            run(
                folder,
                seed=seed,
                seconds=asked.seconds,
                scene=asked.scene,
                broken=asked.broken,
                only=asked.only,
            )
        )
    except BrokenPromise as error:
        print(f"BROKEN after {time.monotonic() - begun:.0f} s: {error}")
        print("\n".join(error.__notes__))
        print(f"its files: {folder}")
        return 1
    shutil.rmtree(folder)
    print(table(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
