"""A message as the calls that carry it: everything once, in order, and within the limits."""

from collections.abc import Sequence
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.files import Files
from bot.messengers import Messenger
from bot.messengers.max import CAPABILITIES as MAX_CAPABILITIES
from bot.messengers.telegram import CAPABILITIES
from bot.outgoing.formatted import Formatted, styled
from bot.outgoing.parts import FILES, Part, Place, parts_of, send
from bot.playground.telegram import Person, TelegramStandIn
from storage.model import Attachment, Channel

HEADER = styled("#1 · Bob:\n", "bold")
KINDS = ("photo", "video", "document", "audio", "animation", "voice", "sticker", "video_note")


def file(kind: str, file_id: str = "x", name: str | None = None) -> Attachment:
    return Attachment(uuid4(), kind, name, None, None, Channel.TELEGRAM, file_id)


def files(*kinds: str) -> list[Attachment]:
    return [file(kind) for kind in kinds]


def shape(parts: Sequence[Part]) -> list[tuple[bool, list[str]]]:
    """Of each part: whether it has words, and the kinds of its files."""
    return [(bool(part.text.text), [each.kind for each in part.files]) for part in parts]


def parts(text: str, *kinds: str) -> list[tuple[bool, list[str]]]:
    return shape(parts_of(HEADER, Formatted(text), files(*kinds), CAPABILITIES))


def test_a_text_that_fits_is_one_part() -> None:
    assert parts("Hello") == [(True, [])]


def test_a_long_text_is_several() -> None:
    assert parts("word " * 2000) == [(True, [])] * 3


def test_a_text_is_the_caption_of_what_comes_with_it() -> None:
    assert parts("Look", "photo") == [(True, ["photo"])]


def test_a_text_too_long_for_a_caption_comes_before_the_files() -> None:
    assert parts("word " * 300, "photo") == [(True, []), (False, ["photo"])]


@pytest.mark.parametrize("kind", ["sticker", "video_note"])
def test_what_has_no_caption_comes_after_its_text(kind: str) -> None:
    assert parts("Look", kind) == [(True, []), (False, [kind])]


def test_an_album_mixes_photos_and_videos_alone_and_is_ten_at_most() -> None:
    kinds = ["photo", "video"] * 6 + ["document"] * 2 + ["audio", "voice", "voice"]
    albums = [found for _, found in parts("", *kinds)]
    assert albums == [
        ["photo", "video"] * 5,
        ["photo", "video"],
        ["document"] * 2,
        ["audio"],
        ["voice"],
        ["voice"],
    ]


@given(
    text=st.text(
        st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=6000
    ),
    kinds=st.lists(st.sampled_from(KINDS), max_size=25),
)
def test_everything_goes_once_in_order_and_within_the_limits(text: str, kinds: list[str]) -> None:
    sent = files(*kinds)
    made = parts_of(HEADER, Formatted(text), sent, CAPABILITIES)
    assert [each for part in made for each in part.files] == sent
    said = "".join(part.text.text for part in made)
    assert "".join(said.split()) == "".join((HEADER.text + text).split())
    for part in made:
        limit = CAPABILITIES.caption_limit if part.files else CAPABILITIES.text_limit
        assert len(part.text) <= limit
        assert part.text.text or part.files
    with_words = [bool(part.text.text) for part in made]
    assert with_words == sorted(with_words, reverse=True)


def test_the_number_of_a_part_tells_texts_from_files() -> None:
    made = parts_of(HEADER, Formatted("word " * 300), files("photo", "voice"), CAPABILITIES)
    assert [part.number(place) for place, part in enumerate(made)] == [0, FILES + 1, FILES + 2]


def test_files_in_words_are_named_below_the_text() -> None:
    part = Part(Formatted("Look"), (file("photo"), file("document", name="invoice.pdf")))
    assert part.in_words() == Part(Formatted("Look\n[photo]\n[document] invoice.pdf"))
    assert Part(Formatted("Look")).in_words() == Part(Formatted("Look"))


def test_files_with_endless_names_fit_in_a_message() -> None:
    part = Part(Formatted("c" * 1024), tuple(file("document", name="n" * 5000) for _ in range(10)))
    assert len(part.in_words().text) <= CAPABILITIES.text_limit


# --- sent ---------------------------------------------------------------------------------------


@pytest.fixture
def ann(telegram: TelegramStandIn) -> Person:
    person = telegram.add_person("Ann")
    person.say("/start")
    return person


def test_a_messenger_says_itself_what_may_share_an_album() -> None:
    files_of_max = files("photo", "video", "document", "document", "audio")
    found = parts_of(HEADER, Formatted("Look"), files_of_max, MAX_CAPABILITIES)
    assert shape(found) == [
        (True, ["photo", "video"]),
        (False, ["document"]),
        (False, ["document"]),
        (False, ["audio"]),
    ]


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_arrives_as_it_is(
    telegram: TelegramStandIn, messenger: Messenger, ann: Person, kind: str
) -> None:
    known = telegram.world.files.add(kind, b"x")
    part = Part(Formatted("Look"), (file(kind, known.id),))
    if kind in ("sticker", "video_note"):
        part = Part(Formatted(), part.files)
    (made,) = await send(messenger.bot, Place(ann.id), part, Files({Channel.TELEGRAM: messenger}))
    shown = ann.chat.by_id[made]
    assert shown.kind == kind
    assert shown.media is known
    assert shown.text == part.text.text


async def test_an_album_arrives_as_one_with_the_caption_on_its_first(
    telegram: TelegramStandIn, messenger: Messenger, ann: Person
) -> None:
    known = [telegram.world.files.add("photo", bytes([number])) for number in range(3)]
    part = Part(Formatted("Look"), tuple(file("photo", each.id) for each in known))
    made = await send(messenger.bot, Place(ann.id), part, Files({Channel.TELEGRAM: messenger}))
    shown = [ann.chat.by_id[each] for each in made]
    assert [each.media for each in shown] == known
    assert len({each.album for each in shown}) == 1
    assert [each.text for each in shown] == ["Look", "", ""]
