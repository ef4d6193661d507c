"""Cursors of lists: where a page ended, as something that only we read."""

import base64
import binascii
import re

from storage.errors import ValidationFailed


def after(number: int) -> str:
    """The cursor behind the entry with this number."""
    return base64.urlsafe_b64encode(str(number).encode()).decode().rstrip("=")


def number_in(cursor: str) -> int:
    """Raises ValidationFailed for what `after` did not make."""
    try:
        number = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        number = b""
    if not re.fullmatch(rb"[0-9]{1,18}", number):
        raise ValidationFailed("cursor", "must be the next_cursor of an earlier answer")
    return int(number)
