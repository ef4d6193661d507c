"""No regular expression of ours can be made to run for ages by the text that it is given."""

import ast
import re
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parser  # type: ignore[import-not-found]
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("api", "bot", "config", "locales", "storage")
FUNCTIONS = {"compile", "fullmatch", "match", "search", "sub", "split", "findall", "finditer"}
LONGEST_TEXT = 4096
"""What a messenger lets anybody write in one message."""
MATCHING, SEARCHING = 0.1, 1.0
"""Seconds of work; those that strangers' texts are searched for stay far below."""


def sources() -> Iterator[Path]:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            if "playground" not in path.parts:
                yield path


def patterns() -> dict[str, str]:
    """Every pattern that stands in the code, by where it stands."""
    found: dict[str, str] = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _is_of_re(node.func) and node.args:
                pattern = node.args[0]
                if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str):
                    found[f"{path.relative_to(ROOT)}:{node.lineno}"] = pattern.value
    return found


def _is_of_re(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "re"
        and function.attr in FUNCTIONS
    )


def nested(tree: Any, *, inside: bool = False) -> bool:
    """Whether something repeats without end inside of what does so itself: that can take ages."""
    for operation, argument in tree:
        if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            _, most, body = argument
            endless = most == sre.MAXREPEAT
            if endless and (inside or nested(body, inside=True)):
                return True
            if nested(body, inside=inside):
                return True
        elif operation is sre.SUBPATTERN:
            if nested(argument[-1], inside=inside):
                return True
        elif operation is sre.BRANCH:
            if any(nested(branch, inside=inside) for branch in argument[1]):
                return True
        elif operation in (sre.ASSERT, sre.ASSERT_NOT) and nested(argument[1], inside=inside):
            return True
    return False


def unkind_texts(pattern: str) -> Iterator[str]:
    """Texts that are long in what the pattern is about and end in what it does not want."""
    signs = sorted({*re.sub(r"\\.|[\[\](){}|^$*+?]", "", pattern), *'aZ0_-./:\n <"[]'})
    for sign in signs:
        yield sign * (LONGEST_TEXT - 1) + "\x00"
    for first, second in (("a", "."), (" ", "\n"), (".", " "), ("\n", " "), ("?start=", "a")):
        yield (first + second) * (LONGEST_TEXT // len(first + second)) + "\x00"


PATTERNS = patterns()


def test_patterns_are_found() -> None:
    assert len(PATTERNS) >= 20


def test_a_pattern_that_can_take_ages_would_be_found() -> None:
    for bad in (r"(a+)+b", r"(?:\w*\s?)*$", r"((ab)*c?)+d", r"(?=(x+)*y)"):
        assert nested(sre_parser.parse(bad)), bad
    assert not nested(sre_parser.parse(r"(ab){1,3}\w+(@\w+)?"))


@pytest.mark.parametrize("place", PATTERNS)
def test_nothing_repeats_without_end_inside_of_what_does(place: str) -> None:
    assert not nested(sre_parser.parse(PATTERNS[place])), PATTERNS[place]


@pytest.mark.parametrize("place", PATTERNS)
def test_the_longest_unkind_text_takes_no_time(place: str) -> None:
    pattern = re.compile(PATTERNS[place])
    for text in unkind_texts(PATTERNS[place]):
        began = time.process_time()
        pattern.fullmatch(text)
        matched = time.process_time()
        for _ in pattern.finditer(text):
            continue
        assert matched - began < MATCHING, text[:10]
        assert time.process_time() - matched < SEARCHING, text[:10]
