"""Cursors of lists: where a page ended. Callers pass them on and look no closer."""

PATTERN = r"^p[0-9]{1,18}$"


def after(number: int) -> str:
    """The cursor behind the entry with this number."""
    return f"p{number}"


def number_in(cursor: str) -> int:
    """The number behind a cursor that fits PATTERN."""
    return int(cursor[1:])
