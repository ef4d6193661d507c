"""How the program speaks to the person who started it: lines, and tables in plain text."""

import os
import sys

UNREAD = 141
"""The exit code where nobody reads on: what shells give to a program that SIGPIPE ended."""


def tell(text: str) -> None:
    """To the person at the keyboard, if there is anything; what was asked for is not told here."""
    if text:
        print(text, file=sys.stderr)


def show(text: str) -> None:
    """What was asked for, at once. Who reads no further, as `head`, ends the program quietly:
    raises SystemExit."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Python would try again to write it at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(UNREAD) from None


def listens(host: str, port: int, *, playground: bool) -> None:
    """Where the server can be found."""
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    tell(f"Deskwire listens on {url}")
    if playground:
        tell(f"No messenger token is set, so this is the playground: {url}/playground")


def table(*rows: tuple[str, ...]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)
