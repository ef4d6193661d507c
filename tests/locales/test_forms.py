"""Dates, times and lists in the form of each language."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from babel import Locale

from locales.forms import Forms

NOON = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)
MOSCOW = timezone(timedelta(hours=3))


@pytest.mark.parametrize(
    ("locale", "moment", "there", "day", "ago"),
    [
        ("en", "Nov 22, 12:05 UTC", "Nov 22, 15:05", "Nov 22, 2026", "2 hours ago"),
        ("ru", "22 нояб., 12:05 UTC", "22 нояб., 15:05", "22 нояб. 2026\u202fг.", "2 часа назад"),
    ],
)
def test_times_have_the_form_of_the_language(
    locale: str, moment: str, there: str, day: str, ago: str
) -> None:
    forms = Forms(Locale.parse(locale))
    elsewhere = NOON.astimezone(MOSCOW)
    assert forms.moment(NOON) == forms.moment(elsewhere) == moment
    assert forms.moment(NOON, MOSCOW) == there
    assert forms.day(elsewhere) == day
    assert forms.day(datetime(2026, 11, 22, 23, 0, tzinfo=UTC), MOSCOW) != day
    assert forms.ago(NOON, NOON + timedelta(hours=2)) == ago


@pytest.mark.parametrize(
    ("locale", "words"), [("en", "A, &lt;B&gt;, and C"), ("ru", "A, &lt;B&gt; и C")]
)
def test_lists_are_written_out_and_their_items_escaped(locale: str, words: str) -> None:
    assert Forms(Locale.parse(locale)).listed(["A", "<B>", "C"]) == words


@pytest.mark.parametrize(("number", "form"), [(1, "a"), (3, "b"), (5, "c"), (21, "a"), (12, "c")])
def test_a_number_takes_the_form_of_its_class(number: int, form: str) -> None:
    assert Forms(Locale.parse("ru")).plural(number, one="a", few="b", many="c") == form


def test_a_form_that_a_number_needs_and_has_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        Forms(Locale.parse("ru")).plural(2, one="a", many="c")
