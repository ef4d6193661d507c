"""Runs the measurements and prints them: those of `make bench`, or the parts that are named."""

import argparse
from collections.abc import Callable

from tests.bench import api, day, growth, limiter, messages, million, webhooks

Part = Callable[[], tuple[list[list[str]], str]]

ALWAYS: dict[str, Part] = {
    "api": api.run,
    "limiter": limiter.run,
    "messages": messages.run,
    "webhooks": webhooks.run,
    "growth": growth.run,
}
NAMED: dict[str, Part] = {"million": million.run, "day": day.run}
"""These take minutes, and run only where they are named."""
PARTS = ALWAYS | NAMED


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="part",
        help=f"{', '.join(ALWAYS)}: all of these by default; "
        f"{' and '.join(NAMED)}: only by name, as each takes some minutes",
    )
    for name in _known(parser, parser.parse_args().parts) or ALWAYS:
        table, note = PARTS[name]()
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        print(f"\n{name}")
        for row in table:
            print("  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)))
        print(note)


def _known(parser: argparse.ArgumentParser, parts: list[str]) -> list[str]:
    for name in parts:
        if name not in PARTS:
            parser.error(f"there is no part {name!r}, only {', '.join(PARTS)}")
    return parts


main()
