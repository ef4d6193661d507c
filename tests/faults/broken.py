"""What the laboratory ends with when it finds something."""

LONGEST = 600
"""Signs of what was expected and seen that are told."""


class BrokenPromise(Exception):
    """A promise that did not hold: what it says, what was expected, and what was seen."""

    def __init__(self, promise: str, expected: object, seen: object) -> None:
        self.promise = promise
        self.expected = expected
        self.seen = seen
        super().__init__(f"{promise}\n  expected: {_cut(expected)}\n  seen:     {_cut(seen)}")


def _cut(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … {len(text)} signs"
