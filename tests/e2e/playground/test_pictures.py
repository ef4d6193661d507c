"""The documentation's pictures are there, small, and none is left over."""

import re

import pytest

from tests.e2e.desk import ROOT

DOCUMENTS = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
LARGEST = 150_000


def shown() -> set[str]:
    text = "".join(document.read_text() for document in DOCUMENTS)
    return set(re.findall(r"pictures/([\w-]+\.png)", text))


def test_every_picture_is_shown_somewhere() -> None:
    assert {path.name for path in (ROOT / "docs" / "pictures").iterdir()} == shown()


@pytest.mark.parametrize("name", sorted(shown()))
def test_a_picture_is_small(name: str) -> None:
    picture = (ROOT / "docs" / "pictures" / name).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < LARGEST
