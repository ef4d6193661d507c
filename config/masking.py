"""Takes secrets out of a text: those that are known by value, and what looks like one.

Where texts go is others' concern: the log (`config.logging`), an error (`config.load`).
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

HIDDEN = "***"

# What BotFather gives, also inside a URL, and whatever stands behind an HTTP `Bearer`.
_BOT_TOKEN = r"\d{5,}(?::|%3A)[A-Za-z0-9_-]{20,}"
_BEARER = r"(?i:(?<=\bbearer )[^\s\"',;]+)"
_SHORTEST = 4  # a shorter one is hardly secret, and blacking it out would make any text unreadable
_QUOTED = {"\\": r"\\+", '"': r'\\*"', "'": r"\\*'"}  # each repr or JSON puts backslashes before


class Mask:
    """Replaces each secret in a text by `***`."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        worthy = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len)
        known = [form for secret in reversed(worthy) for form in _forms(secret)]
        self._pattern = re.compile("|".join([*known, _BOT_TOKEN, _BEARER]))

    def __call__(self, text: str) -> str:
        return self._pattern.sub(HIDDEN, text)


def _forms(secret: str) -> tuple[str, str]:
    """Patterns of a secret as it stands, however often it was quoted on the way, and in a URL."""
    return (
        "".join(_QUOTED.get(sign, re.escape(sign)) for sign in secret),
        re.escape(quote(secret, safe="")),
    )
