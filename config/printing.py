"""How the program speaks to the person who started it: lines, and tables in plain text."""

import sys


def tell(text: str) -> None:
    """To the person at the keyboard, if there is anything; what was asked for is not told here."""
    if text:
        print(text, file=sys.stderr)


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
