"""Markdown as MAX has it: parsed to text and markup.

https://dev.max.ru/docs-api, "Max flavored Markdown". A sign without its partner is plain text,
a backslash makes the next sign plain.
"""

from __future__ import annotations

import re

from ..stand_in.checks import Json
from .marking import Marked

# Longer signs first: "**" is not two "*".
SIGNS = {
    "```": "monospaced",
    "**": "strong",
    "__": "strong",
    "~~": "strikethrough",
    "++": "underline",
    "^^": "highlighted",
    "`": "monospaced",
    "*": "emphasized",
    "_": "emphasized",
}
LINK = re.compile(r"\[((?:\\.|[^\[\]\\])+)\]\(([^\s()]+(?:\([^\s()]*\)[^\s()]*)*)\)")
LINE = re.compile(r"(# +|> ?)(.*)")
ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!~^>|])")


def parse_markdown(source: str) -> tuple[str, list[Json]]:
    """Text and markup."""
    made = Marked()
    _blocks(made, source)
    return made.done()


def _blocks(made: Marked, source: str) -> None:
    lines = source.split("\n")
    plain: list[str] = []
    for number, line in enumerate(lines):
        match = LINE.fullmatch(line)
        # Inside a fence nothing is a header.
        if match is None or "\n".join(plain).count("```") % 2:
            plain.append(line)
            continue
        if plain:
            _inline(made, "\n".join(plain) + "\n")
            plain = []
        start = made.offset
        _inline(made, match[2])
        made.mark("heading" if match[1][0] == "#" else "quote", start)
        if number + 1 < len(lines):
            made.add("\n")
    _inline(made, "\n".join(plain))


def _inline(made: Marked, source: str) -> None:
    at = 0
    while at < len(source):
        step = _escape(made, source, at) or _linked(made, source, at) or _signed(made, source, at)
        if step:
            at += step
        else:
            made.add(source[at])
            at += 1


def _escape(made: Marked, source: str, at: int) -> int:
    match = ESCAPED.match(source, at)
    if match is None:
        return 0
    made.add(match[1])
    return 2


def _linked(made: Marked, source: str, at: int) -> int:
    match = LINK.match(source, at)
    if match is None:
        return 0
    start = made.offset
    _inline(made, match[1])
    made.link(match[2], start)
    return len(match[0])


def _signed(made: Marked, source: str, at: int) -> int:
    """How much of the source the signs here and their partner take; 0 where there is none."""
    for sign, kind in SIGNS.items():
        if not source.startswith(sign, at):
            continue
        begin = at + len(sign)
        end = _partner(source, sign, begin)
        if end < 0:
            continue
        start = made.offset
        if kind == "monospaced":
            made.add(source[begin:end].removeprefix("\n") if sign == "```" else source[begin:end])
        else:
            _inline(made, source[begin:end])
        made.mark(kind, start)
        return end + len(sign) - at
    return 0


def _partner(source: str, sign: str, begin: int) -> int:
    """Where the closing sign is; -1 where white space or a word next to a sign keeps it plain."""
    verbatim = sign[0] == "`"
    if not verbatim and (source[begin : begin + 1].isspace() or begin >= len(source)):
        return -1
    if sign[0] == "_" and begin - len(sign) > 0 and source[begin - len(sign) - 1].isalnum():
        return -1
    end = begin
    while (end := source.find(sign, end + (end == begin))) >= 0:
        if verbatim:
            return end
        after = source[end + len(sign) : end + len(sign) + 1]
        inside_a_word = sign[0] == "_" and after.isalnum()
        escaped = source[end - 1] == "\\"
        longer = len(sign) == 1 and (after == sign or source[end - 1] == sign)
        if not (source[end - 1].isspace() or inside_a_word or escaped or longer):
            # "***x***": the outer sign closes after the inner one.
            while len(sign) == 2 and source.startswith(sign, end + 1):
                end += 1
            return end
        end += 1
    return -1
