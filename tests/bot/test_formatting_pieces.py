"""Long text in pieces: each fits, nothing is lost, and the cuts are where a reader would cut."""

from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.formatting import Entity, split, utf16_length
from tests.bot.formatted_texts import FAMILY, entity, formatted, holding


@given(formatted(), st.integers(2, 30), st.none() | st.integers(2, 30))
@settings(max_examples=700, deadline=None)
def test_pieces_fit_follow_each_other_and_lose_only_whitespace(
    message: tuple[str, list[Entity]], limit: int, first_limit: int | None
) -> None:
    text, entities = message
    expected = holding(text, entities)

    pieces = split(text, entities, limit, first_limit)

    at = 0
    for index, (piece, carried) in enumerate(pieces):
        assert piece.strip()
        assert utf16_length(piece) <= ((first_limit or limit) if index == 0 else limit)
        found = text.index(piece.lstrip(), at)
        start = found - (len(piece) - len(piece.lstrip()))
        assert start >= at
        assert not text[at:start].strip()
        at = start + len(piece)
        assert holding(piece, carried) == expected[start:at]
        assert all(one["offset"] >= 0 and one["length"] > 0 for one in carried)
    assert not text[at:].strip()


@given(formatted(), st.integers(0, 5))
def test_a_text_that_fits_is_left_as_it_is(message: tuple[str, list[Entity]], spare: int) -> None:
    text, entities = message
    assume(text.strip())
    ((piece, carried),) = split(text, entities, max(utf16_length(text) + spare, 2))
    assert piece == text
    assert holding(piece, carried) == holding(text, entities)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60), st.integers(2, 9))
def test_pieces_of_any_unicode_fit(text: str, limit: int) -> None:
    pieces = [piece for piece, _ in split(text, [], limit)]
    assert all(utf16_length(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("one.\n\ntwo three four five six", 24, ["one.\n\ntwo three four", "five six"]),
        ("one two three\n\nfour five six", 24, ["one two three", "four five six"]),
        ("one two three\n\nfour\nfive six", 24, ["one two three", "four\nfive six"]),
        ("one two three\nfour five six", 24, ["one two three", "four five six"]),
        ("One two three. Four five six", 24, ["One two three.", "Four five six"]),
        ('He said "one two." And left', 24, ['He said "one two."', "And left"]),
        ("one, two three four fivesix", 24, ["one, two three four", "fivesix"]),
        ("a\n\n" + "b" * 30, 24, ["a", "b" * 24, "b" * 6]),
        ("x" * 30, 24, ["x" * 24, "x" * 6]),
        ("one two   ", 7, ["one two"]),
        ("def f():\n    return 1\n    pass", 22, ["def f():\n    return 1", "    pass"]),
        ("word " + " " * 50 + "\n\n  \n  indented", 20, ["word", "  indented"]),
        (" " * 50 + "word", 20, ["word"]),
        ("    " + "x" * 30, 24, ["x" * 24, "x" * 6]),
        ("", 20, []),
        (" \n ", 20, []),
    ],
)
def test_a_piece_ends_at_the_best_place(text: str, limit: int, pieces: list[str]) -> None:
    assert [piece for piece, _ in split(text, [], limit)] == pieces


def test_the_first_piece_leaves_room_for_a_header() -> None:
    pieces = [piece for piece, _ in split("one two three four", [], 100, 8)]
    assert pieces == ["one two", "three four"]


def test_a_link_goes_on_in_the_next_piece() -> None:
    pieces = split("see 😀 this page now", [entity("text_link", 4, 12)], 11)
    assert pieces == [
        ("see 😀 this", [entity("text_link", 4, 7)]),
        ("page now", [entity("text_link", 0, 4)]),
    ]


@pytest.mark.parametrize("sign", [FAMILY, "👍🏽", "🇷🇺", "e\u0301", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
@pytest.mark.parametrize("limit", range(15, 30))
def test_a_sign_of_several_characters_is_never_torn(sign: str, limit: int) -> None:
    pieces = [piece for piece, _ in split(f"a{sign}" * 20, [], limit)]
    assert all(piece.replace(sign, "").strip("a") == "" for piece in pieces)
    assert "".join(pieces) == f"a{sign}" * 20


def test_flags_are_cut_between_each_other() -> None:
    assert [piece for piece, _ in split("🇷🇺🇫🇷" * 3, [], 10)] == ["🇷🇺🇫🇷", "🇷🇺🇫🇷", "🇷🇺🇫🇷"]


def test_a_sign_longer_than_a_piece_is_cut_all_the_same() -> None:
    pieces = [piece for piece, _ in split("e" + "\u0301" * 20, [], 8)]
    assert "".join(pieces) == "e" + "\u0301" * 20
    assert max(map(len, pieces)) == 8


@pytest.mark.parametrize(("limit", "first_limit"), [(1, None), (0, None), (10, 1), (10, -3)])
def test_a_limit_without_room_is_refused(limit: int, first_limit: int | None) -> None:
    with pytest.raises(ValueError, match="room"):
        split("text", [], limit, first_limit)


def test_a_huge_text_is_cut_at_once() -> None:
    text = ("word " * 40 + "\n") * 500
    pieces = [piece for piece, _ in split(text, [], 4096)]
    assert all(len(one) + len(other) > 4096 for one, other in pairwise(pieces))
