"""What keeps the desk from being ready, in words, by part: the source of `/readyz`."""


class Health:
    """Each part of the desk says here what is wrong with it; nothing said is nothing wrong."""

    def __init__(self) -> None:
        self._reasons: dict[str, str] = {}

    def bad(self, part: str, reason: str) -> bool:
        """`part` does not work because of `reason`; whether that is news."""
        news = self._reasons.get(part) != reason
        self._reasons[part] = reason
        return news

    def good(self, part: str) -> bool:
        """`part` works; whether that is news."""
        return self._reasons.pop(part, None) is not None

    def reasons(self) -> list[str]:
        return [f"{part}: {reason}" for part, reason in sorted(self._reasons.items())]
