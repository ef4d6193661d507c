"""A call refused, as the messenger would refuse it: the root of each stand-in's errors."""

from __future__ import annotations

from collections.abc import Mapping

from .checks import Json


class Refusal(Exception):
    """The call is refused: the answer has this HTTP status, body and headers.

    `is_broken_contract`: the caller broke the schema or used what is not simulated. That is a
    fault of the caller's code, which the stand-in remembers even where the messenger lets it pass.
    """

    is_broken_contract = False

    def __init__(
        self, status: int, text: str, body: Json, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.body = body
        self.headers = headers
