"""An edit reaches the other side, whatever became of the text: longer, shorter, no caption now."""

from collections.abc import Sequence

import pytest

from bot.playground.telegram import faults
from storage.model import Delivery, Message, Source, Ticket
from storage.outbox import Audience, Kind
from tests.bot.mailroom import Mailroom

pytestmark = pytest.mark.usefixtures("impatient")

SHORT = "We found it"
CAPTION = "caption " * 70
LONG = "long " * 400
VERY_LONG = "very long " * 900


@pytest.fixture
async def ticket(mail: Mailroom) -> Ticket:
    ticket = await mail.ticket("The lamp is broken")
    await mail.sent()
    return ticket


# --- the customer's copy -------------------------------------------------------------------------


def shown(mail: Mailroom) -> str:
    """All that Ann sees of the answer, without the lines that name ticket and agent."""
    lines = [line for text in mail.texts_to_ann()[1:] for line in text.splitlines()]
    return " ".join(" ".join(line for line in lines if not line.startswith("#1 ·")).split())


def words(text: str) -> str:
    return " ".join(text.split())


async def edited(mail: Mailroom, source: Source, text: str) -> None:
    await mail.edits(source, text)
    await mail.sent()
    assert shown(mail) == words(text)
    assert [row["kind"] for row in await mail.rows(status="failed")] == []


@pytest.mark.parametrize(
    "texts",
    [
        (SHORT, "We lost it"),
        (SHORT, VERY_LONG, SHORT, VERY_LONG, LONG),
        (VERY_LONG, SHORT, VERY_LONG + VERY_LONG, VERY_LONG),
    ],
    ids=["same size", "grows and shrinks", "shrinks and grows"],
)
async def test_a_text_that_grows_and_shrinks(
    mail: Mailroom, ticket: Ticket, texts: Sequence[str]
) -> None:
    first, *later = texts
    _, source = await mail.answers(ticket, first)
    await mail.sent()
    for text in later:
        await edited(mail, source, text)


@pytest.mark.parametrize(
    "texts",
    [
        ("", SHORT, "", CAPTION),
        (SHORT, CAPTION, SHORT),
        (SHORT, LONG, SHORT, LONG),
        (CAPTION, VERY_LONG, CAPTION, VERY_LONG, LONG),
        (LONG, SHORT, VERY_LONG, CAPTION),
    ],
    ids=["no caption at first", "fits", "outgrows", "outgrows by far", "never fitted"],
)
@pytest.mark.parametrize("kinds", [("photo",), ("photo", "video", "document"), ("sticker",)])
async def test_a_text_with_files_that_grows_and_shrinks(
    mail: Mailroom, ticket: Ticket, texts: Sequence[str], kinds: Sequence[str]
) -> None:
    first, *later = texts
    _, source = await mail.answers(ticket, first, [mail.file(kind) for kind in kinds])
    await mail.sent()
    for text in later:
        await edited(mail, source, text)
    files = [message.kind for message in mail.to_ann() if message.media]
    assert files == list(kinds)


async def test_an_edit_to_what_it_was_already_is_no_failure(mail: Mailroom, ticket: Ticket) -> None:
    _, source = await mail.answers(ticket, SHORT)
    await mail.sent()
    await mail.stop()
    await mail.edits(source, "We lost it")
    await mail.edits(source, SHORT)
    await edited(mail, source, SHORT)


async def test_an_edit_during_an_outage_of_a_long_answer(mail: Mailroom, ticket: Ticket) -> None:
    """Its first piece is out, the second is on its way when it becomes too short for a second."""
    outage = mail.telegram.faults.add(
        faults.status(502), "sendMessage", times=None, when=lambda _, call: "last" in call["text"]
    )
    answer, source = await mail.answers(ticket, VERY_LONG + "last")
    await mail.telegram.until(lambda: outage.struck)
    await edited(mail, source, SHORT)
    assert (await mail.message(answer)).delivery is Delivery.SENT


async def test_an_edit_of_what_the_customer_deleted_is_told_to_the_agents(
    mail: Mailroom, ticket: Ticket
) -> None:
    answer, source = await mail.answers(ticket, SHORT)
    await mail.sent()
    mail.ann.delete(mail.to_ann()[-1])
    await mail.edits(source, "We lost it")
    await mail.sent()
    told = mail.topic().messages[-1]
    assert "This edit stays here" in told.text
    assert told.reply_to is mail.group.by_id[source.native_ids[0]]
    assert (await mail.message(answer)).delivery is Delivery.SENT


async def test_an_edit_costs_no_message(mail: Mailroom, ticket: Ticket) -> None:
    _, source = await mail.answers(ticket, SHORT)
    await mail.sent()
    before = len(mail.telegram.calls.of("sendMessage"))
    await edited(mail, source, "We lost it")
    assert len(mail.telegram.calls.of("sendMessage")) == before


# --- the agents' copy ----------------------------------------------------------------------------


async def said(mail: Mailroom, ticket: Ticket, text: str, *kinds: str) -> tuple[Message, Source]:
    found = await mail.says(ticket, text, [mail.file(kind) for kind in kinds])
    await mail.sent()
    return found


async def test_a_customers_edit_is_shown_in_place_below_the_original(
    mail: Mailroom, ticket: Ticket
) -> None:
    _, source = await said(mail, ticket, "It is red")
    await mail.edits(source, "It is blue")
    await mail.sent()
    _, text = mail.texts(mail.topic())
    first, mark, second = text.split("\n\n")[0], *text.split("\n\n")[1].split("\n")
    assert (first, second) == ("It is red", "It is blue")
    assert mark.startswith("edited ")
    assert mark.endswith(" UTC:")  # which no agent could know


async def test_an_edit_of_the_first_message_is_shown_on_the_card(
    mail: Mailroom, ticket: Ticket
) -> None:
    await mail.edits(await mail.source_of_first(ticket), "The lamp is fine")
    await mail.sent()
    (card,) = mail.texts(mail.topic())
    assert card.index("The lamp is broken") < card.index("The lamp is fine")


async def test_an_edited_caption_is_shown_in_place(mail: Mailroom, ticket: Ticket) -> None:
    _, source = await said(mail, ticket, "It is red", "photo", "photo")
    await mail.edits(source, "It is blue")
    await mail.sent()
    _, caption, none = mail.texts(mail.topic())
    assert "It is red" in caption
    assert "It is blue" in caption
    assert none == ""


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        (LONG, VERY_LONG, ()),
        (VERY_LONG, SHORT, ()),
        (CAPTION, CAPTION[:-10] + "!", ("photo",)),
        (LONG, SHORT, ("photo",)),
        ("", "See my sticker", ("sticker",)),
    ],
    ids=["too long", "in pieces", "too long for a caption", "text before files", "no caption"],
)
async def test_an_edit_without_room_in_place_comes_as_a_reply(
    mail: Mailroom, ticket: Ticket, before: str, after: str, kinds: Sequence[str]
) -> None:
    _, source = await said(mail, ticket, before, *kinds)
    shown_before = mail.texts(mail.topic())
    await mail.edits(source, after)
    await mail.sent()
    now = mail.texts(mail.topic())
    assert now[: len(shown_before)] == shown_before
    mark, new = words(" ".join(now[len(shown_before) :])).split(": ", 1)
    assert mark.startswith("edited ")
    assert new == words(after)


async def test_several_edits_that_wait_are_shown_once(mail: Mailroom, ticket: Ticket) -> None:
    _, source = await said(mail, ticket, VERY_LONG)
    before = len(mail.texts(mail.topic()))
    await mail.stop()
    for number in range(5):
        await mail.edits(source, f"Version {number}")
    await mail.sent()
    assert len(mail.texts(mail.topic())) == before + 1
    assert "Version 4" in mail.texts(mail.topic())[-1]
    rows = await mail.rows(audience=Audience.AGENTS, kind=Kind.EDIT)
    assert [row["status"] for row in rows] == ["merged"] * 4 + ["sent"]


async def test_a_copy_that_an_agent_deleted_gets_the_edit_as_a_new_message(
    mail: Mailroom, ticket: Ticket
) -> None:
    _, source = await said(mail, ticket, "It is red")
    mail.bob.delete(mail.topic().messages[-1])
    await mail.edits(source, "It is blue")
    await mail.sent()
    assert "It is blue" in mail.texts(mail.topic())[-1]
