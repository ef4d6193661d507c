"""The forms that a language gives to numbers, dates and lists, as the Unicode CLDR has them.

Owns the filters of the language files. What is said is in the files themselves.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.lists import format_list
from markupsafe import Markup, escape


class Forms:
    """The forms of one language. Times are shown in UTC unless another time zone is given."""

    def __init__(self, locale: Locale) -> None:
        self._locale = locale

    def plural(self, number: int, **forms: str) -> str:
        """`{{ n | plural(one="ticket", other="tickets") }}`: the form that goes with the number."""
        return forms[self._locale.plural_form(number)]

    def day(self, value: datetime, tz: tzinfo = UTC) -> str:
        return format_date(value.astimezone(tz), "medium", self._locale)

    def moment(self, value: datetime, tz: tzinfo = UTC) -> str:
        """Day and time, with `UTC` behind it where it is that."""
        day, time = (
            format_skeleton(skeleton, value, tz, locale=self._locale) for skeleton in ("MMMd", "Hm")
        )
        return f"{day}, {time} UTC" if tz is UTC else f"{day}, {time}"

    def ago(self, value: datetime, now: datetime) -> str:
        return format_timedelta(value - now, add_direction=True, locale=self._locale)

    def listed(self, items: Iterable[str]) -> Markup:
        """`A, B and C`."""
        escaped = [str(escape(item)) for item in items]
        return Markup(format_list(escaped, locale=self._locale))  # noqa: S704 - each is escaped
