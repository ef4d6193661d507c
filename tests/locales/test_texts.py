"""The words of every language: whole, alike, safe to send, and right in number and date."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import UndefinedError

from locales import LOCALES, label, pick, render, render_plain
from storage.model import Channel, Priority, Status
from tests.locales.reading import texts, words

ENGLISH = texts("en")
WILD = '<b>A & "B"</b>'
SAMPLES: dict[str, Any] = {
    "number": 42,
    "previous": 17,
    "count": 3,
    "page": 2,
    "pages": 3,
    "rating": 4,
    "megabytes": 20,
    "context_left_out": 2,
    "enabled": True,
    "takes_tickets": True,
    "gone": True,
    "status": "waiting",
    "priority": "high",
    "channel": "max",
    "kind": "poll",
    "projects": [WILD, "C"],
    "types": [{"name": WILD, "description": WILD}],
    "messages": [{"name": WILD, "text": WILD, "at": datetime(2026, 3, 1, 9, 5, tzinfo=UTC)}],
    "context": [["page", WILD]],
    "rights": ["right_topics", "right_read"],
}
ALLOWED_TAGS = {"b", "i", "u", "s", "code", "a"}
SAME_IN_ALL_LANGUAGES = {"answer_header", "agent_reply"}


def sample(name: str) -> dict[str, Any]:
    return {value: SAMPLES.get(value, WILD) for value in ENGLISH[name].parameters}


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


# --- all languages are alike ---------------------------------------------------------------------


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_has_the_same_texts_with_the_same_values(locale: str) -> None:
    assert texts(locale) == ENGLISH


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_has_the_same_lists_of_words(locale: str) -> None:
    assert words(locale) == words("en")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", ENGLISH)
def test_every_text_is_well_formed_and_lets_no_value_become_markup(name: str, locale: str) -> None:
    html = render(name, locale, **sample(name))
    tags = Tags(html)
    assert html == html.strip() != ""
    assert "\n\n\n" not in html
    assert tags.open == []
    assert tags.seen <= ALLOWED_TAGS
    assert WILD not in html
    assert "None" not in html


@pytest.mark.parametrize("name", ENGLISH)
def test_every_text_is_translated(name: str) -> None:
    said = {render(name, locale, **sample(name)) for locale in LOCALES}
    assert len(said) == (1 if name in SAME_IN_ALL_LANGUAGES else len(LOCALES))
    assert not re.search("[а-яё]", render(name, "en", **sample(name)), re.IGNORECASE)


@pytest.mark.parametrize("name", ENGLISH)
def test_every_text_goes_without_what_has_a_default(name: str) -> None:
    needed = {value: SAMPLES.get(value, WILD) for value in ENGLISH[name].required}
    assert all(render(name, locale, **needed) for locale in LOCALES)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("priority", Priority)
@pytest.mark.parametrize("channel", Channel)
def test_a_card_has_words_for_every_state(
    locale: str, status: Status, priority: Priority, channel: Channel
) -> None:
    state = {"status": status, "priority": priority, "channel": channel}
    assert render("card", locale, number=42, subject="Refund", **state)
    assert render("ticket_line", locale, number=42, subject="Refund", status=status)
    assert label(priority, locale)


# --- what is promised word by word ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("subscribe", "Subscribe"),
        ("cancel", "Cancel"),
        ("create_ticket", "Create ticket"),
        ("active_tickets", "Active tickets"),
        ("unsubscribe", "Unsubscribe"),
        ("back", "Back"),
        ("skip", "Skip"),
        ("close_ticket", "Close ticket"),
        ("reopen", "Reopen"),
        ("take", "Take"),
        ("close", "Close"),
        ("priority", "Priority"),
    ],
)
def test_buttons_are_labelled_as_promised(name: str, words: str) -> None:
    assert label(name, "en") == words


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    "name",
    [
        "ticket_created",
        "added_to_ticket",
        "writes_fast",
        "reopened_ticket",
        "new_ticket_after_closed",
        "ticket_closed_rate",
        "answer_header",
        "card",
    ],
)
def test_the_ticket_is_named(name: str, locale: str) -> None:
    assert "#42" in render_plain(name, locale, **sample(name))


def test_a_new_ticket_names_the_old() -> None:
    assert "#17" in render("new_ticket_after_closed", "en", number=42, previous=17)


def test_an_answer_names_ticket_and_agent() -> None:
    assert render("answer_header", "en", number=42, name="Anna") == "#42 · Anna:"
    assert render("answer_header", "en", number=42, name="Anna", project="A") == "A · #42 · Anna:"


def test_a_blocked_bot_is_told_in_the_promised_words() -> None:
    assert render_plain("reason_blocked", "en") == "The customer blocked the bot"
    assert "The customer blocked the bot" in render(
        "undelivered", "en", reason=render_plain("reason_blocked", "en")
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_the_consent_screen_names_project_description_and_button(locale: str) -> None:
    screen = render_plain("consent", locale, project="Shop", description="We sell & ship")
    assert screen.startswith("Shop\nWe sell & ship\n\n")
    assert label("subscribe", locale) in screen


@pytest.mark.parametrize("locale", LOCALES)
def test_a_kind_without_a_word_is_a_message_of_an_unknown_kind(locale: str) -> None:
    unknown = render("placeholder", locale, kind="hologram")
    assert unknown == render("placeholder", locale, kind="message")
    assert unknown != render("placeholder", locale, kind="poll")


def test_an_unsupported_kind_has_a_placeholder() -> None:
    assert render("placeholder", "en", kind="poll") == "[poll]"


def test_a_list_of_tickets_counts_pages_where_there_are_several() -> None:
    assert render("active_tickets", "en", count=3) == "You have 3 open tickets."
    assert "Page 2 of 5" in render("active_tickets", "en", count=45, page=2, pages=5)


# --- values --------------------------------------------------------------------------------------


def test_values_are_escaped_once_and_plain_text_is_not() -> None:
    assert "A &amp; &lt;B&gt;" in render("helpdesk_disabled", "en", project="A & <B>")
    assert "A & <B>" in render_plain("helpdesk_disabled", "en", project="A & <B>")
    assert "<b>" not in render_plain("helpdesk_disabled", "en", project="A & <B>")
    assert "&amp;" in render_plain("helpdesk_disabled", "en", project="&amp;")


@pytest.mark.parametrize("locale", LOCALES)
def test_lists_of_names_are_escaped(locale: str) -> None:
    html = render("unsubscribed", locale, projects=["<A>", "B&C"])
    assert "&lt;A&gt;" in html
    assert "B&amp;C" in html


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("ticket_created", "en")


def test_a_value_that_a_text_does_not_take_is_an_error() -> None:
    with pytest.raises(TypeError):
        render("ticket_created", "en", number=1, colour="red")


@pytest.mark.parametrize(("name", "locale"), [("no_such_text", "en"), ("consent", "xx")])
def test_a_text_or_language_that_is_not_there_is_an_error(name: str, locale: str) -> None:
    with pytest.raises(LookupError):
        render(name, locale)
    with pytest.raises(LookupError):
        label(name, locale)


@pytest.mark.parametrize(
    ("count", "english", "russian"),
    [
        (0, "0 open tickets", "0 открытых обращений"),
        (1, "1 open ticket.", "1 открытое обращение"),
        (2, "2 open tickets", "2 открытых обращения"),
        (5, "5 open tickets", "5 открытых обращений"),
        (11, "11 open tickets", "11 открытых обращений"),
        (21, "21 open tickets", "21 открытое обращение"),
        (112, "112 open tickets", "112 открытых обращений"),
    ],
)
def test_numbers_take_the_right_words(count: int, english: str, russian: str) -> None:
    assert english in render("active_tickets", "en", count=count)
    assert russian in render("active_tickets", "ru", count=count)


# --- which language ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "picked"),
    [
        ("ru", "ru"),
        ("ru-RU", "ru"),
        ("RU_ru", "ru"),
        ("en", "en"),
        ("en-GB", "en"),
        ("rue", "ru-default"),
        ("uk", "ru-default"),
        ("de-AT", "ru-default"),
        ("", "ru-default"),
        (None, "ru-default"),
    ],
)
def test_the_language_is_the_persons_own_where_it_ships(language: str | None, picked: str) -> None:
    assert pick(language, "ru-default") == picked
