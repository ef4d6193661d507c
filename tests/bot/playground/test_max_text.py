"""Formatting is parsed for real: HTML, Markdown, and markup in UTF-16 units."""

from collections.abc import AsyncIterator
from contextlib import suppress
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.max import ApiError, MaxStandIn, Person
from bot.playground.max.html import parse_html
from bot.playground.max.markdown import parse_markdown
from bot.playground.max.render import to_html
from tests.bot.playground.max_wire import Wire


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(MaxStandIn()) as ready:
        yield ready


@pytest.fixture
def ann(wire: Wire) -> Person:
    person = wire.messenger.add_person("Ann")
    person.open()
    return person


async def test_markup_is_told_in_utf_16_units(wire: Wire, ann: Person) -> None:
    made = await wire.send(ann.chat.id, "😀 <b>bold</b> &lt;i&gt;", format="html")
    assert made["body"]["text"] == "😀 bold <i>"
    assert made["body"]["markup"] == [{"type": "strong", "from": 3, "length": 4}]
    assert ann.chat.messages[-1].html == "😀 <b>bold</b> &lt;i&gt;"


async def test_without_a_format_signs_are_signs(wire: Wire, ann: Person) -> None:
    made = await wire.send(ann.chat.id, "<b>*x*</b>")
    assert made["body"]["text"] == "<b>*x*</b>"
    assert "markup" not in made["body"]


async def test_what_people_format_is_told(wire: Wire, ann: Person) -> None:
    ann.say("bold", entities=[{"type": "strong", "from": 0, "length": 4}])
    told = (await wire.updates())[-1]
    assert told["message"]["body"]["markup"] == [{"type": "strong", "from": 0, "length": 4}]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("<i>x</i>", "emphasized"),
        ("<em>x</em>", "emphasized"),
        ("<b>x</b>", "strong"),
        ("<strong>x</strong>", "strong"),
        ("<s>x</s>", "strikethrough"),
        ("<del>x</del>", "strikethrough"),
        ("<u>x</u>", "underline"),
        ("<ins>x</ins>", "underline"),
        ("<code>x</code>", "monospaced"),
        ("<pre>x</pre>", "monospaced"),
        ("<mark>x</mark>", "highlighted"),
        ("<h1>x</h1>", "heading"),
        ("<blockquote>x</blockquote>", "quote"),
        ("<B>x</B>", "strong"),
    ],
)
def test_tags_max_knows(source: str, kind: str) -> None:
    assert parse_html(source) == ("x", [{"type": kind, "from": 0, "length": 1}])


def test_links_and_mentions() -> None:
    text, markup = parse_html(
        "<a href=\"https://x.y?a=1&amp;b=2\">link</a> <a href='max://user/7'>Ann</a>"
    )
    assert text == "link Ann"
    assert markup == [
        {"type": "link", "from": 0, "length": 4, "url": "https://x.y?a=1&b=2"},
        {"type": "user_mention", "from": 5, "length": 3, "user_id": 7},
    ]


def test_tags_max_does_not_know_are_stripped() -> None:
    source = '<p class="a">one</p><br/><tg-spoiler>two</tg-spoiler><img src="x">'
    assert parse_html(source) == ("onetwo", [])


def test_empty_tags_mark_nothing() -> None:
    assert parse_html("<b></b>x<i><u></u></i>") == ("x", [])


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("a < b", "a sign '<' is not escaped"),
        ("a & b", "a sign '&' is not escaped"),
        ("&nonsense;", "a sign '&' is not escaped"),
        ("<b>x", "the tag 'b' is never closed"),
        ("x</b>", "the end tag 'b' has no start"),
        ("<b><i>x</b></i>", "the end tag 'b' has no start"),
        ("<a>x</a>", "a link has 1 to 2048 characters"),
        (f'<a href="{"x" * 2049}">x</a>', "a link has 1 to 2048 characters"),
    ],
)
def test_html_that_leaves_max_guessing_is_refused(source: str, problem: str) -> None:
    with pytest.raises(ApiError, match=problem) as refused:
        parse_html(source)
    assert refused.value.is_broken_contract


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_escaped_text_comes_out_as_it_went_in(text: str) -> None:
    assert parse_html(escape(text)) == (text, [])


TAGS = ["b", "i", "u", "s", "code", "mark", "h1", "blockquote"]
PLAIN = st.text("ab😀<&>\"' \n", min_size=1, max_size=4).map(escape)


def wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    tagged = st.tuples(st.sampled_from(TAGS), inner).map(
        lambda both: "<{0}>{1}</{0}>".format(*both)
    )
    linked = inner.map(lambda text: f'<a href="https://x.y?a=1&amp;b=2">{text}</a>')
    return st.lists(tagged | linked | PLAIN, min_size=1, max_size=3).map("".join)


@given(st.recursive(PLAIN, wrapped, max_leaves=8))
def test_what_is_rendered_reads_as_the_same(source: str) -> None:
    text, markup = parse_html(source)
    units = len(text.encode("utf-16-le")) // 2
    assert all(0 <= item["from"] < item["from"] + item["length"] <= units for item in markup)
    again = parse_html(to_html(text, markup))
    assert again[0] == text
    assert to_html(*again) == to_html(text, markup)


@given(st.text("<>&/b \"'=a;#1", max_size=12))
def test_any_html_is_parsed_or_refused(source: str) -> None:
    with suppress(ApiError):
        text, markup = parse_html(source)
        assert len(text) <= len(source)
        assert all(item["from"] + item["length"] <= len(text) for item in markup)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("*a* _b_", "<i>a</i> <i>b</i>"),
        ("**a** __b__", "<b>a</b> <b>b</b>"),
        ("~~a~~ ++b++ ^^c^^", "<s>a</s> <u>b</u> <mark>c</mark>"),
        ("`a*b*` ```\nc\n```", "<code>a*b*</code> <code>c\n</code>"),
        ("**a *b* c**", "<b>a <i>b</i> c</b>"),
        ("***a***", "<b><i>a</i></b>"),
        ("[a **b**](https://x.y/c_d)", '<a href="https://x.y/c_d">a <b>b</b></a>'),
        ("[Ann](max://user/7)", '<a href="max://user/7">Ann</a>'),
        ("# Head\nbody", "<h1>Head</h1>\nbody"),
        ("> quote\nbody", "<blockquote>quote</blockquote>\nbody"),
        ("a * b * c", "a * b * c"),
        ("snake_case_name", "snake_case_name"),
        ("**a", "**a"),
        (r"\*a\*", "*a*"),
        ("a <b>", "a &lt;b&gt;"),
        ("```\n# a\n```", "<code># a\n</code>"),
        ("#a", "#a"),
    ],
)
def test_markdown_as_max_has_it(source: str, html: str) -> None:
    assert to_html(*parse_markdown(source)) == html


@given(st.text("*_~+^`[]()# \\\nab😀", max_size=20))
def test_any_markdown_is_parsed(source: str) -> None:
    text, markup = parse_markdown(source)
    units = len(text.encode("utf-16-le")) // 2
    assert all(0 <= item["from"] < item["from"] + item["length"] <= units for item in markup)
    assert set("ab😀") & set(source) == set("ab😀") & (set(text) | _targets(markup))


def _targets(markup: list[dict[str, object]]) -> set[str]:
    return {char for item in markup for char in str(item.get("url", ""))}
