"""Runs the measurements and prints them: all, or the parts that are named."""

import sys

from tests.bench import api, growth, limiter, messages, webhooks

PARTS = {
    "api": api.run,
    "limiter": limiter.run,
    "messages": messages.run,
    "webhooks": webhooks.run,
    "growth": growth.run,
}


def main() -> None:
    for name in sys.argv[1:] or PARTS:
        table, note = PARTS[name]()
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        print(f"\n{name}")
        for row in table:
            print("  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)))
        print(note)


main()
