"""Checks of keyboards that the schema can't express.

https://dev.max.ru/docs-api, "Клавиатура для чат-бота"
"""

from __future__ import annotations

from ..stand_in.checks import Json
from .errors import bad_request

MOST_ROWS, MOST_IN_A_ROW, MOST_WIDE_IN_A_ROW = 30, 7, 3
WIDE = frozenset({"link", "open_app", "request_contact", "request_geo_location"})


def check(rows: list[list[Json]]) -> list[list[Json]]:
    """The rows. 400 where there are too many buttons, or a button leads nowhere."""
    if not rows or not all(rows):
        raise bad_request("Keyboard has no buttons")
    if len(rows) > MOST_ROWS:
        raise bad_request(f"Keyboard has {len(rows)} rows, must be at most {MOST_ROWS}")
    for row in rows:
        most = MOST_WIDE_IN_A_ROW if any(key["type"] in WIDE for key in row) else MOST_IN_A_ROW
        if len(row) > most:
            raise bad_request(f"Row has {len(row)} buttons, must be at most {most}")
        for key in row:
            _check_key(key)
    return rows


def _check_key(key: Json) -> None:
    if key["type"] == "link" and not key["url"].startswith(("http://", "https://")):
        raise bad_request("Must have only http/https links format in buttons")
    if key["type"] == "open_app" and not key.get("web_app"):
        raise bad_request("Field 'webApp' cannot be null")
