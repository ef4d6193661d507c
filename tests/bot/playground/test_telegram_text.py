"""Formatting: HTML as Telegram parses it, entities, and lengths in UTF-16 code units."""

from collections.abc import AsyncIterator
from contextlib import suppress
from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.stand_in.checks import utf16_length
from bot.playground.telegram import Person, TelegramStandIn
from bot.playground.telegram.errors import ApiError
from bot.playground.telegram.html import parse_html
from bot.playground.telegram.render import to_html
from bot.playground.telegram.text import detect, formatted, trim
from tests.bot.playground.telegram_wire import Wire

SHOWN = st.text(st.characters(exclude_categories=("Cs", "Cc")))


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(TelegramStandIn()) as ready:
        yield ready


@pytest.fixture
def ann(wire: Wire) -> Person:
    person = wire.messenger.add_person("Ann")
    person.open()
    return person


def span(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


# Texts and offsets of tdlib's own tests, test/message_entities.cpp.
@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("🏟 🏟&lt;<abacaba", "Unclosed start tag at byte offset 13"),
        ("🏟 🏟&lt;<abac aba>", 'Unsupported start tag "abac" at byte offset 13'),
        ("🏟 🏟&lt;<i   =aba>", 'Empty attribute name in the tag "i" at byte offset 13'),
        (
            "🏟 🏟&lt;<i    aba>",
            'Expected equal sign in declaration of an attribute of the tag "i" at byte offset 13',
        ),
        ("🏟 🏟&lt;<i    aba  =  ", 'Unclosed start tag "i" at byte offset 13'),
        ("🏟 🏟&lt;<i    aba  =  190azAz-.,", "Unexpected end of name token at byte offset 27"),
        ('🏟 🏟&lt;<i    aba  =  "&lt;&gt;&quot;>', "Unclosed start tag at byte offset 13"),
        ("🏟 🏟&lt;</", "Unexpected end tag at byte offset 13"),
        ("🏟 🏟&lt;<b></b></", "Unexpected end tag at byte offset 20"),
        ("🏟 🏟&lt;<i>a</i   ", "Unclosed end tag at byte offset 17"),
        (
            "🏟 🏟&lt;<i>a</em   >",
            'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"',
        ),
        ("<b>bold", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        (
            "&#57311;<b>x</b>",
            "Text contains invalid Unicode characters after decoding HTML entities",
        ),
    ],
)
def test_broken_html_is_refused_in_telegrams_words(source: str, problem: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_html(source)
    assert refused.value.status == 400
    assert str(refused.value).startswith(f"Bad Request: can't parse entities: {problem}")


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("", "", []),
        ("&lt;&gt;&amp;&quot;&laquo;&#12345678;", '<>&"&laquo;&#12345678;', []),
        ("&#65;&#x42;", "AB", []),
        ("➡️ ➡️<i>➡️ ➡️</i>", "➡️ ➡️➡️ ➡️", [span("italic", 5, 5)]),
        ("<i>1</i><b>2</b>", "12", [span("italic", 0, 1), span("bold", 1, 1)]),
        ("🏟 🏟<i>🏟 &lt🏟</i>", "🏟 🏟🏟 <🏟", [span("italic", 5, 6)]),
        (
            "🏟 🏟<i>🏟 &gt;<b aba   =   caba>&lt🏟</b></i>",
            "🏟 🏟🏟 ><🏟",
            [span("bold", 9, 3), span("italic", 5, 7)],
        ),
        ("<i    aba  =  '&lt;&gt;&quot;'>a</>", "a", [span("italic", 0, 1)]),
        ("🏟 🏟&lt;<b></b>", "🏟 🏟<", []),
        ("<u>1</u><s>2</s>", "12", [span("underline", 0, 1), span("strikethrough", 1, 1)]),
        ("<strong>1</strong><em>2</em>", "12", [span("bold", 0, 1), span("italic", 1, 1)]),
        ("<del>1</del><ins>2</ins>", "12", [span("strikethrough", 0, 1), span("underline", 1, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [span("spoiler", 0, 1)]),
        ("<tg-spoiler>x</tg-spoiler>", "x", [span("spoiler", 0, 1)]),
        (
            "<tg-emoji emoji-id='5'>👍</tg-emoji>",
            "👍",
            [span("custom_emoji", 0, 2, custom_emoji_id="5")],
        ),
        ("<tg-time unix='9'>x</tg-time>", "x", [span("date_time", 0, 1, unix_time=9)]),
        ("<blockquote>x</blockquote>", "x", [span("blockquote", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [span("expandable_blockquote", 0, 1)]),
        ("<a href=telegram.org>x</a>", "x", [span("text_link", 0, 1, url="http://telegram.org/")]),
        (
            "<a href='telegram.org?&lt;'>x</a>",
            "x",
            [span("text_link", 0, 1, url="http://telegram.org?<")],
        ),
        ("<a> </a>", " ", []),
        (
            "<a>telegram.org</a>",
            "telegram.org",
            [span("text_link", 0, 12, url="http://telegram.org/")],
        ),
        ("<pre>x</pre>", "x", [span("pre", 0, 1)]),
        ("<pre><code class='language-go'>x</code></pre>", "x", [span("pre", 0, 1, language="go")]),
        ("<code class='language-go'>x</code>", "x", [span("code", 0, 1)]),
    ],
)
def test_html_is_parsed(source: str, text: str, entities: list[dict[str, Any]]) -> None:
    assert parse_html(source) == (text, entities)


@given(SHOWN)
def test_escaped_text_survives_parsing(text: str) -> None:
    assert parse_html(escape(text, quote=False)) == (text, [])
    assert parse_html(f"<b>{escape(text)}</b>") in (
        (text, [span("bold", 0, utf16_length(text))]),
        (text, []),
    )


@given(SHOWN, SHOWN, SHOWN)
def test_formatting_survives_the_way_to_html_and_back(before: str, inner: str, after: str) -> None:
    source = f"{escape(before)}<b>{escape(inner)}<i>{escape(after)}</i></b>"
    text, entities = parse_html(source)
    again = parse_html(to_html(text, entities))
    assert (again[0], sorted(map(str, again[1]))) == (text, sorted(map(str, entities)))


@given(st.text(alphabet="<>/&;=\"' abi#x1\n😀"))
def test_entities_of_whatever_is_accepted_lie_in_the_text(source: str) -> None:
    with suppress(ApiError):
        text, entities = parse_html(source)
        assert all(item["offset"] + item["length"] <= utf16_length(text) for item in entities)


def test_outer_white_space_goes_and_entities_follow() -> None:
    assert trim(" \n a ", []) == ("a", [])
    assert trim("  a b  ", [span("bold", 4, 3)]) == ("a b", [span("bold", 2, 1)])
    assert trim("  a", [span("bold", 1, 2)]) == (" a", [span("bold", 0, 2)])
    assert trim("a\r\nb", [span("bold", 3, 1)]) == ("a\nb", [span("bold", 2, 1)])


def test_verbatim_text_shares_its_place_with_nothing() -> None:
    text, entities = formatted("<b>a<code>b</code>c</b>", "HTML", None)
    assert text == "abc"
    assert entities == [span("bold", 0, 1), span("code", 1, 1), span("bold", 2, 1)]
    inner = formatted("<pre><b>a</b> <i>b</i></pre>", "HTML", None)
    assert inner.entities == [span("pre", 0, 3)]


def test_telegram_finds_links_commands_and_mentions_by_itself() -> None:
    value = formatted(
        "/start see https://a.example/b, @support #42 #bug or a@b.example", None, None
    )
    assert [(item["type"], item["offset"]) for item in detect(value).entities] == [
        ("bot_command", 0),
        ("url", 11),
        ("mention", 32),
        ("hashtag", 45),
        ("email", 53),
    ]
    code = formatted("<code>/start</code>", "HTML", None)
    assert detect(code).entities == [span("code", 0, 6)]


@pytest.mark.parametrize(
    ("text", "accepted"),
    [("x" * 4096, True), ("x" * 4097, False), ("😀" * 2048, True), ("😀" * 2048 + "x", False)],
)
async def test_text_is_measured_in_utf16(
    wire: Wire, ann: Person, text: str, accepted: bool
) -> None:
    answer = await wire.call("sendMessage", chat_id=ann.id, text=text)
    assert answer["ok"] is accepted
    if not accepted:
        assert answer["description"] == "Bad Request: message is too long"


async def test_text_is_measured_after_parsing_and_trimming(wire: Wire, ann: Person) -> None:
    source = "  <b>" + "&lt;" * 4096 + "</b>  "
    sent = await wire.ok("sendMessage", chat_id=ann.id, text=source, parse_mode="HTML")
    assert sent["text"] == "<" * 4096
    assert sent["entities"] == [span("bold", 0, 4096)]
    assert ann.chat.messages[-1].html == "<b>" + "&lt;" * 4096 + "</b>"


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x", "parse_mode": "RTF"}, "unsupported parse_mode"),
        ({"text": "x", "entities": [span("shiny", 0, 1)]}, "unsupported type"),
        ({"text": "x", "entities": [span("text_link", 0, 1)]}, "text_link lacks url"),
        ({"text": "x", "entities": [span("bold", 0, 2)]}, "ends after the end of the text"),
        ({"text": "😀", "entities": [span("bold", 1, 1)]}, "in a middle of a symbol"),
        ({"text": "x", "entities": [span("bold", 0, 0)]}, "ENTITY_BOUNDS_INVALID"),
        ({"text": "x", "parse_mode": "HTML", "entities": [span("bold", 0, 1)]}, "not with it"),
    ],
)
async def test_texts_that_telegram_refuses(
    wire: Wire, ann: Person, params: dict[str, Any], problem: str
) -> None:
    assert problem in await wire.error("sendMessage", chat_id=ann.id, **params)


async def test_captions_are_shorter(wire: Wire, ann: Person) -> None:
    fits = await wire.upload("sendPhoto", {"photo": b"p"}, chat_id=str(ann.id), caption="x" * 1024)
    assert fits["ok"]
    long = await wire.upload("sendPhoto", {"photo": b"p"}, chat_id=str(ann.id), caption="x" * 1025)
    assert long["description"] == "Bad Request: message caption is too long"
