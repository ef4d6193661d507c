"""Names of any origin in a line of ours."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.formatting import utf16_length
from bot.names import isolate, topic_name, visible

FSI, PDI, PDF, RLO, RLI, RLM = "\u2068", "\u2069", "\u202c", "\u202e", "\u2067", "\u200f"
CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200f\u200e\u061c"

# As lists: an alphabet of `st.text` would hardly ever yield the controls.
names = st.lists(
    st.sampled_from("Anna א 😀\u0301")
    | st.sampled_from(CONTROLS)
    | st.characters(exclude_categories=[]),
    max_size=50,
).map("".join)


def scrambles(text: str) -> bool:
    """Whether a control inside reaches beyond the text: a whole one reduces to nothing.

    The end of an isolate ends the embeddings in it: they are closed first, as UAX 9 does.
    """
    controls = "".join(sign for sign in text if sign in CONTROLS[:9])
    embedding, isolated = (
        re.compile("[\u202a\u202b\u202d\u202e]\u202c"),
        re.compile("[\u2066-\u2068][\u202a\u202b\u202d\u202e]*\u2069"),
    )
    while (rest := isolated.sub("", embedding.sub("", controls))) != controls:
        controls = rest
    return controls != ""


@given(names, st.integers(0, 40))
@settings(max_examples=500)
def test_no_name_reaches_beyond_itself(name: str, limit: int) -> None:
    shown = isolate(name, limit)
    assert utf16_length(shown) <= limit
    assert not scrambles(shown)
    assert not any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in shown)
    if any(unicodedata.bidirectional(sign) in ("R", "AL", "AN") for sign in shown):
        assert shown[0] == FSI
        assert shown[-1] == PDI


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Anna", "Anna"),
        ("Анна-Мария", "Анна-Мария"),
        ("  Anna\n\tMaria\u2028\x00 ", "Anna Maria"),
        ("An\ud800na", "An na"),
        ("אנה", f"{FSI}אנה{PDI}"),
        (f"{RLM}{RLM}Anna", f"{FSI}{RLM}{RLM}Anna{PDI}"),
        (f"{RLO}Anna", f"{FSI}{RLO}Anna{PDF}{PDI}"),
        (f"Anna{PDI}{PDI}{PDF}{RLO}x", f"{FSI}Anna{RLO}x{PDF}{PDI}"),
        (f"{RLI}{RLO}Anna{PDI}", f"{FSI}{RLI}{RLO}Anna{PDI}{PDI}"),
        (f"{RLI}{PDF}Anna", f"{FSI}{RLI}Anna{PDI}{PDI}"),
        (f"{RLI}{RLO}Anna", f"{FSI}{RLI}{RLO}Anna{PDF}{PDI}{PDI}"),
        (f"{RLO}{RLI}{PDF}x{PDI}{PDF}", f"{FSI}{RLO}{RLI}x{PDI}{PDF}{PDI}"),
        (f"Anna{PDF}", f"{FSI}Anna{PDI}"),
        ("٣٤", f"{FSI}٣٤{PDI}"),
        ("x" * 70, "x" * 63 + "…"),
        ("א" * 62, f"{FSI}{'א' * 62}{PDI}"),
        ("א" * 63, f"{FSI}{'א' * 61}…{PDI}"),
        ("א" * 70, f"{FSI}{'א' * 61}…{PDI}"),
    ],
)
def test_a_name_is_shown_on_one_line_and_isolated_where_it_turns_text(
    name: str, shown: str
) -> None:
    assert isolate(name) == shown


@pytest.mark.parametrize(
    "name", ["", "   ", RLM * 9, "\u3164", "\u2800", "\ufe0f", "\n", RLO + PDF]
)
def test_a_name_that_cannot_be_seen_is_no_name(name: str) -> None:
    assert not visible(name)
    assert isolate(name) == ""


@given(names)
def test_what_can_be_seen_stays(name: str) -> None:
    assert bool(isolate(name)) == visible(name)


@pytest.mark.parametrize(
    ("subject", "name", "topic"),
    [
        ("No refund", "Anna", "#42 No refund · Anna"),
        ("No refund", "", "#42 No refund"),
        ("", "Anna", "#42 · Anna"),
        ("", RLM, "#42"),
        ("Two\nlines", "An\nna", "#42 Two lines · An na"),
        ("החזר", "אנה", f"#42 {FSI}החזר{PDI} · {FSI}אנה{PDI}"),
        ("No refund", "n" * 50, "#42 No refund · " + "n" * 39 + "…"),
        ("s" * 200, "Anna", "#42 " + "s" * 116 + "… · Anna"),
    ],
)
def test_a_topic_is_named_by_number_subject_and_name(subject: str, name: str, topic: str) -> None:
    assert topic_name(42, subject, name) == topic


@given(st.integers(1, 10**9), names, names, st.integers(20, 128))
def test_a_topic_name_begins_with_the_number_and_fits(
    number: int, subject: str, name: str, limit: int
) -> None:
    topic = topic_name(number, subject, name, max(limit, 60))
    assert topic.split(" ")[0] == f"#{number}"
    assert utf16_length(topic) <= max(limit, 60)
    assert not scrambles(topic)
