"""The guide to messengers names what is there: methods the desk calls, fields of a messenger."""

import re
from dataclasses import fields
from pathlib import Path

import aiogram.methods
import pytest

from bot.messengers import Messenger

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "messengers.md").read_text()
CALLED = re.compile(r"\bbot\.((?:send|edit|delete|answer|get|set|create|reopen)_\w+)\(")


def called() -> set[str]:
    """The methods that the desk's own code calls by name, as aiogram's classes are called."""
    code = [
        path.read_text()
        for path in (ROOT / "bot").rglob("*.py")
        if "playground" not in path.parts and "messengers" not in path.parts
    ]
    names = {name for text in code for name in CALLED.findall(text)}
    return {"".join(part.title() for part in name.split("_")) for name in names}


def test_every_method_that_the_desk_calls_is_in_the_guide() -> None:
    assert called()
    assert [name for name in sorted(called()) if f"`{name}`" not in GUIDE] == []


def test_the_guide_names_methods_that_there_are() -> None:
    rows = GUIDE.partition("| For | Methods |")[2].partition("\n\n")[0]
    named = re.findall(r"`([A-Z]\w+)`", rows)
    assert len(named) > 15
    assert [name for name in named if not hasattr(aiogram.methods, name)] == []


@pytest.mark.parametrize("field", [field.name for field in fields(Messenger)])
def test_the_guide_explains_every_field(field: str) -> None:
    assert field == "username" or f"| `{field}` |" in GUIDE


def test_the_files_that_the_guide_names_are_there() -> None:
    named = set(re.findall(r"`((?:bot|storage|config|api)/[\w/]+\.py)`", GUIDE))
    assert len(named) > 4
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
