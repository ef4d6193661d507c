"""Who somebody is, in any messenger."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class AnyUser:
    """Somebody with an identifier: a person or a bot."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language: str | None = None
    is_bot: bool = False

    @property
    def name(self) -> str:
        """First and last name as shown in chats."""
        return f"{self.first_name} {self.last_name}" if self.last_name else self.first_name
