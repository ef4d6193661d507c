"""What the language files define, and what the code asks of them, read from their sources."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, nodes

ROOT = Path(__file__).parent.parent.parent

# Where a text's name stands among the arguments; what else a call takes by name is for the text.
NAME_AT = {
    "render": 0,
    "render_plain": 0,
    "label": 0,
    "reply": 2,
    "notify_agents": 3,
    "notify_customer": 3,
}
NOT_FOR_THE_TEXT = {"notify_customer": {"reply_to", "buttons"}}


class Text(NamedTuple):
    """The parameters of a text, and how many of them, the first ones, have no default."""

    parameters: tuple[str, ...]
    needed: int

    @property
    def required(self) -> set[str]:
        return set(self.parameters[: self.needed])


class Use(NamedTuple):
    """A call that names a text. `values` is None where it passes some that its source hides."""

    function: str
    name: str
    values: set[str] | None
    place: str


def texts(locale: str) -> dict[str, Text]:
    source = (ROOT / "locales" / f"{locale}.jinja").read_text()
    return {
        macro.name: Text(
            tuple(argument.name for argument in macro.args), len(macro.args) - len(macro.defaults)
        )
        for macro in Environment(autoescape=True).parse(source).find_all(nodes.Macro)
    }


def words(locale: str) -> dict[str, set[str]]:
    """The keys of every list of words, by its name."""
    source = (ROOT / "locales" / f"{locale}.jinja").read_text()
    return {
        assign.target.name: set(assign.node.as_const())
        for assign in Environment(autoescape=True).parse(source).find_all(nodes.Assign)
        if isinstance(assign.target, nodes.Name) and isinstance(assign.node, nodes.Dict)
    }


def uses_in(source: str, place: str) -> Iterator[Use]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _uses_in_call(node, f"{place}:{node.lineno}")


def uses_in_code() -> list[Use]:
    paths = [path for room in ("bot", "storage") for path in (ROOT / room).rglob("*.py")]
    return [use for path in paths for use in uses_in(path.read_text(), str(path.relative_to(ROOT)))]


def _uses_in_call(call: ast.Call, place: str) -> Iterator[Use]:
    function = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    function = call.func.id if isinstance(call.func, ast.Name) else function
    at = NAME_AT.get(function)
    if at is None or len(call.args) <= at:
        return
    named = call.args[at]
    options = [named.body, named.orelse] if isinstance(named, ast.IfExp) else [named]
    given = {keyword.arg for keyword in call.keywords}
    known = {name for name in given if name} - NOT_FOR_THE_TEXT.get(function, set())
    for option in options:
        if isinstance(option, ast.Constant) and isinstance(option.value, str):
            yield Use(function, option.value, None if None in given else known, place)
