"""Formatted text: what may be sent again, as HTML, and how long it is."""

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.formatting import Entity, sanitize, shorten, to_html, utf16_length
from tests.bot.formatted_texts import FAMILY, KINDS, LINK, entity, formatted, holding, texts

TAGS = dict(
    zip(
        KINDS,
        (
            "blockquote",
            "blockquote expandable",
            "pre",
            "code",
            "a",
            "b",
            "i",
            "u",
            "s",
            "tg-spoiler",
        ),
        strict=True,
    )
)
QUOTES = {"blockquote", "expandable_blockquote"}
CODES = {"pre", "code"}


class Reader(HTMLParser):
    """Every character with the tags around it; tags must be nested well."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.urls: set[str | None] = set()
        self.read: list[tuple[str, frozenset[str]]] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(" ".join([tag, *(name for name, _ in attrs if name == "expandable")]))
        self.urls |= {value for name, value in attrs if name == "href"}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().split()[0] == tag

    def handle_data(self, data: str) -> None:
        self.read += [(sign, frozenset(self.open)) for sign in data]


def allowed(kinds: frozenset[str]) -> bool:
    """Whether the kinds may lie over one character, by Telegram's rules."""
    return len(kinds & QUOTES) <= 1 and not (kinds & CODES and len(kinds - QUOTES) > 1)


# --- what may be sent again ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_formatting_is_kept(kind: str) -> None:
    assert sanitize("hello", [entity(kind, 1, 3)]) == [entity(kind, 1, 3)]


@pytest.mark.parametrize(
    "kind",
    [
        "mention",
        "text_mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "custom_emoji",
        "date_time",
        "something_new",
    ],
)
def test_mentions_and_what_a_bot_may_not_send_become_plain_text(kind: str) -> None:
    assert sanitize("hello", [entity(kind, 0, 5, user="1", custom_emoji_id="1")]) == []


def test_a_link_to_a_person_is_a_mention_and_becomes_plain_text() -> None:
    assert sanitize("Anna", [entity("text_link", 0, 4, url="tg://user?id=1")]) == []


def test_a_link_to_nowhere_becomes_plain_text() -> None:
    assert sanitize("Anna", [{"type": "text_link", "offset": 0, "length": 4}]) == []


def test_only_known_fields_are_kept() -> None:
    known = [entity("code", 0, 2), entity("pre", 3, 2, language="python")]
    more = {"user": {"id": 1}, "url": "x"}
    assert sanitize("ab cd", [known[0] | more | {"language": "c"}, known[1] | more]) == known


def test_entities_are_cut_to_the_text_and_put_in_order() -> None:
    wild = [entity("bold", 3, 99), entity("italic", -2, 4), entity("code", 9, 1)]
    wild += [entity("bold", 1, 0), entity("bold", 1, -1)]
    assert sanitize("hello", wild) == [entity("italic", 0, 2), entity("bold", 3, 2)]


def test_an_entity_that_begins_inside_a_character_covers_it_whole() -> None:
    assert sanitize("a😀b", [entity("bold", 2, 2)]) == [entity("bold", 1, 3)]
    assert sanitize("a😀b", [entity("bold", 2, 0)]) == []


# --- HTML ----------------------------------------------------------------------------------------


@given(formatted())
@settings(max_examples=500, deadline=None)
def test_html_says_what_the_entities_say_however_they_overlap(
    message: tuple[str, list[Entity]],
) -> None:
    text, entities = message
    expected = holding(text, entities)
    assume(all(allowed(kinds) for _, kinds in expected))

    read = Reader(to_html(text, entities)).read

    assert read == [(sign, frozenset(TAGS[kind] for kind in kinds)) for sign, kinds in expected]


@given(formatted())
@settings(max_examples=500, deadline=None)
def test_html_nests_only_what_telegram_lets_nest(message: tuple[str, list[Entity]]) -> None:
    text, entities = message

    reader = Reader(to_html(text, entities))

    assert "".join(sign for sign, _ in reader.read) == text
    assert reader.urls <= {LINK}
    kinds = {tag: kind for kind, tag in TAGS.items()}
    for (_, tags), (_, wanted) in zip(reader.read, holding(text, entities), strict=True):
        got = frozenset(kinds[tag] for tag in tags)
        assert allowed(got)
        assert got <= wanted
        assert bool(got & QUOTES) == bool(wanted & QUOTES)
        assert bool(got & CODES) == bool(wanted & CODES)


@pytest.mark.parametrize(
    ("entities", "html"),
    [
        ([], "ab😀&lt;cd"),
        ([entity("bold", 0, 3)], "<b>ab😀</b>&lt;cd"),
        (
            [entity("bold", 0, 4), entity("italic", 2, 4)],
            "<b>ab<i>😀</i></b><i>&lt;c</i>d",
        ),
        ([entity("bold", 0, 2), entity("italic", 0, 4)], "<i><b>ab</b>😀</i>&lt;cd"),
        (
            [entity("bold", 0, 4), entity("blockquote", 2, 5)],
            "<b>ab</b><blockquote><b>😀</b>&lt;cd</blockquote>",
        ),
        (
            [entity("expandable_blockquote", 0, 2)],
            '<blockquote expandable="">ab</blockquote>😀&lt;cd',
        ),
        (
            [entity("pre", 0, 2, language='c"')],
            '<pre><code class="language-c&quot;">ab</code></pre>😀&lt;cd',
        ),
        (
            [entity("text_link", 0, 2)],
            '<a href="https://example.com/?a=1&amp;b=&quot;&lt;2&gt;&quot;">ab</a>😀&lt;cd',
        ),
    ],
)
def test_html_is_as_telegram_parses_it(entities: list[Entity], html: str) -> None:
    assert to_html("ab😀<cd", entities) == html


def test_html_of_one_link_inside_another_has_one_link() -> None:
    links = [entity("text_link", 0, 4), entity("text_link", 1, 2, url="https://other.example")]
    assert to_html("abcd", links).count("<a ") == 1


# --- lengths -------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from("\uffff\U00010000") | st.characters(codec="utf-16")).map("".join))
def test_length_is_counted_in_utf16_units(text: str) -> None:
    assert utf16_length(text) == len(text.encode("utf-16-le")) // 2


@given(texts, st.integers(0, 30))
def test_a_shortened_text_fits_and_says_so(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert utf16_length(short) <= limit
    if utf16_length(text) <= limit:
        assert short == text
    elif limit:
        assert short.endswith("…")
        assert text.startswith(short[:-1])


def test_shortening_tears_no_emoji_and_leaves_no_space_before_the_ellipsis() -> None:
    assert shorten(f"ab {FAMILY}cd", 9) == "ab…"


def test_any_mapping_serves_as_an_entity() -> None:
    frozen: tuple[dict[str, Any], ...] = (entity("bold", 0, 1),)
    assert to_html("a", frozen) == "<b>a</b>"
