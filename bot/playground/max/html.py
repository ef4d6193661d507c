"""HTML of the MAX Bot API: parsed to text and markup.

https://dev.max.ru/docs-api, "HTML support". Tags that MAX does not know are stripped, as there.
What MAX would guess about is refused on purpose: tags that don't match, "<" and "&" as they are.
"""

from __future__ import annotations

import re
from html import unescape

from ..stand_in.checks import Json
from .errors import broken_contract
from .marking import Marked

TAGS = {
    "i": "emphasized",
    "em": "emphasized",
    "b": "strong",
    "strong": "strong",
    "del": "strikethrough",
    "s": "strikethrough",
    "ins": "underline",
    "u": "underline",
    "a": "link",
    "pre": "monospaced",
    "code": "monospaced",
    "mark": "highlighted",
    "h1": "heading",
    "blockquote": "quote",
}
TOKEN = re.compile(
    r"<(?P<end>/?)(?P<tag>[A-Za-z][\w-]*)(?P<rest>(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*)>"
    r"|&(?:#\d+|#[xX][0-9a-fA-F]+|lt|gt|amp|quot|apos|nbsp);"
    r"|(?P<stray>[<&])"
)
HREF = re.compile(r"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
VOID = frozenset({"br", "hr", "img"})


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Text and markup. ContractError where tags don't match or a sign is not escaped."""
    made = Marked()
    stack: list[tuple[str, int, str]] = []
    at = 0
    for token in TOKEN.finditer(source):
        made.add(source[at : token.start()])
        at = token.end()
        if token["stray"]:
            raise broken_contract(f"HTML: a sign {token['stray']!r} is not escaped in {source!r}")
        if token["tag"] is None:
            made.add(unescape(token[0]))
        elif token["end"]:
            _close(made, stack, token["tag"].lower())
        elif not token["rest"].endswith("/") and token["tag"].lower() not in VOID:
            stack.append((token["tag"].lower(), made.offset, _target(token["rest"])))
    made.add(source[at:])
    if stack:
        raise broken_contract(f"HTML: the tag {stack[-1][0]!r} is never closed")
    return made.done()


def _target(rest: str) -> str:
    found = HREF.search(rest)
    return unescape(found[found.lastindex]) if found and found.lastindex else ""


def _close(made: Marked, stack: list[tuple[str, int, str]], tag: str) -> None:
    if not stack or stack[-1][0] != tag:
        raise broken_contract(f"HTML: the end tag {tag!r} has no start")
    _, start, target = stack.pop()
    kind = TAGS.get(tag)
    if kind == "link":
        made.link(target, start)
    elif kind is not None:
        made.mark(kind, start)
