"""All words that people read in the bot and on pages: one file a language, `<language>.jinja`.

Owns the wording. When a text is shown, and to whom, is decided elsewhere; `forms` has the grammar.
"""

import html
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from locales.forms import Forms

_HERE = Path(__file__).parent
_TAG = re.compile(r"<[^>]*>")

LOCALES = tuple(sorted(path.stem for path in _HERE.glob("*.jinja")))
"""The languages that ship."""


def render(name: str, locale: str, /, **values: object) -> str:
    """The text as HTML for a messenger: b, i, u, s, code and a at most, values escaped.

    Raises LookupError for a name or language that is not there, TypeError for a value that the
    text does not take, jinja2.UndefinedError for one that it misses.
    """
    return str(_texts(locale)[name](**values)).strip()


def render_plain(name: str, locale: str, /, **values: object) -> str:
    """The same text without markup, for what takes none. Raises as `render` does."""
    return html.unescape(_TAG.sub("", render(name, locale, **values)))


def label(name: str, locale: str) -> str:
    """The words on a button, or in the note that a press of it brings up, as plain text.

    Raises LookupError.
    """
    words: str = _texts(locale)["labels"][name]
    return words


def words(name: str, locale: str) -> Mapping[str, str]:
    """One of a language's lists of words, plain text by name. Raises LookupError."""
    found: Mapping[str, str] = _texts(locale)[name]
    return found


def pick(language: str | None, default: str) -> str:
    """The language to write in to somebody whose messenger tells an IETF tag, or None."""
    spoken = re.split("[-_]", language or "")[0].lower()
    return spoken if spoken in LOCALES else default


@cache
def _texts(locale: str) -> Mapping[str, Any]:
    """What a language's file defines, by name: its texts, and its lists of words."""
    if locale not in LOCALES:
        raise LookupError(f"there is no language {locale!r}")
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    forms = Forms(Locale.parse(locale))
    environment.filters |= {
        "plural": forms.plural,
        "date": forms.day,
        "datetime": forms.moment,
        "ago": forms.ago,
        "listed": forms.listed,
    }
    return vars(environment.get_template(f"{locale}.jinja").module)
