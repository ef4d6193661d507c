"""Names and texts of any kind pass unharmed in both directions, the longest ones whole."""

import re

import pytest

from tests.e2e.case import shown
from tests.e2e.messengers import Manners
from tests.e2e.rooms import Room, TelegramRoom, rooms_only

pytestmark = pytest.mark.asyncio(loop_scope="module")

NASTY = {
    "markup": "<b>not bold</b> <a href='x'>no link</a> </i> <tg-spoiler> <script>alert(1)</script>",
    "ampersands": "a & b &amp; c &lt;d&gt; &#x41; &nbsp; &unknown; &",
    "emoji": "👍🏽 👨‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇩🇪 ❤️ 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "right to left": "שלום \u202eabc\u202c مرحبا \u2067x\u2069 \u200f!",
    "templates": "{{ 7*7 }} {% raw %} ${x} %s {0} \\n",
    "lines": "one\n\n\n  two\n\tthree\n- four",
    "markdown": "*a* _b_ `c` [d](e) ||f|| ~g~",
}
LONG = {
    "words": " ".join(f"word{number}" for number in range(700)),
    "lines": "\n".join(f"line {number} <&>" for number in range(400)),
    "one word": "x" * 4096,
    "ampersands": "&<>" * 1365,
    "emoji": "👍" * 2048,
}
BOLD = re.compile("<b>(.*?)</b>", re.DOTALL)
NAMES = ["<b>Ann</b> & co", "Zoë 👩‍🚀", "\u202eevil\u202c", "نور", "{{ 7*7 }}"]


def plain(text: str) -> str:
    """Without white space, which may go where a text is cut."""
    return "".join(text.split())


def longest(kind: str, manners: Manners) -> str:
    """As much of a text as a message can have in that messenger."""
    units = LONG[kind].encode("utf-16-le")[: 2 * manners.longest]
    return units.decode("utf-16-le", "ignore").rstrip()


@pytest.mark.parametrize("kind", NASTY)
@rooms_only("forum", "max")
async def test_a_first_message_stands_on_the_card_as_it_was_written(room: Room, kind: str) -> None:
    case = await room.case(NASTY[kind])
    assert case.card.text.endswith("\n" + NASTY[kind])
    assert case.topic is None or case.topic.name.endswith(" · Ann")
    assert (await case.details())["messages"][0]["text"] == NASTY[kind]


@pytest.mark.parametrize("kind", NASTY)
@rooms_only("plain", "max", "mixed")
async def test_a_text_passes_unharmed_in_both_directions(room: Room, kind: str) -> None:
    case = await room.case()
    case.customer.say("so: " + NASTY[kind])
    assert (await case.tells("so: ")).text == "so: " + NASTY[kind]
    case.answer("well: " + NASTY[kind])
    assert (await case.reads("well: ")).text == f"#{case.number} · Bob:\nwell: " + NASTY[kind]
    await case.reply("API: " + NASTY[kind])
    assert (await case.reads("API: ")).text == f"#{case.number} · Acme:\nAPI: " + NASTY[kind]
    assert (await case.tells("API: ")).text == "Acme:\nAPI: " + NASTY[kind]


@pytest.mark.parametrize("kind", LONG)
async def test_the_longest_first_message_reaches_the_agents_whole(room: Room, kind: str) -> None:
    long = longest(kind, room.without)
    case = await room.case(long)
    case.customer.say("The end")
    await case.tells("The end")
    head, _, first = case.card.text.partition("\n\n")
    assert head.startswith(f"#{case.number} ")
    rest = [message.text for message in case.told[:-1]]
    assert plain("".join([first, *rest])) == plain(long)


@pytest.mark.parametrize("kind", LONG)
@rooms_only("forum", "max", "mixed", "turned")
async def test_the_longest_text_passes_whole_in_both_directions(room: Room, kind: str) -> None:
    long = longest(kind, room.without)
    case = await room.case()
    case.customer.say(long)
    case.customer.say("The end")
    end = await case.tells("The end")
    assert plain("".join(m.text for m in case.told if m is not end)) == plain(long)
    long = longest(kind, room.within)
    answer = case.answer(long)
    await case.marked(answer)
    received = plain("".join(message.text for message in case.received))
    assert received == plain(f"#{case.number} · Bob:") + plain(long)


@rooms_only("forum", "max")
async def test_formatting_that_begins_in_one_part_goes_on_in_the_next(room: Room) -> None:
    case = await room.case()
    words = longest("words", room.within)
    bold = {"type": "bold", "offset": 0, "length": len(words)}
    answer = case.answer(words, entities=[room.within.entity(bold)])
    await case.marked(answer)
    assert len(case.received) == 2
    bold_words = "".join("".join(BOLD.findall(part.html)) for part in case.received)
    assert plain(bold_words) == plain(f"#{case.number} · Bob:") + plain(words)


@pytest.mark.parametrize("name", NAMES)
async def test_a_customers_name_stands_on_card_and_topic_and_turns_nothing_around(
    room: Room, name: str
) -> None:
    customer = await room.customer(name)
    case = await room.case("Hello", customer=customer)
    visible = name.strip("\u202e\u202c")
    line = case.card.text.splitlines()[1]
    assert visible in line
    assert line.endswith(f" · {room.without.title}")
    if case.topic is not None:
        assert case.topic.name.startswith(f"#{case.number} Hello · ")
        assert visible in case.topic.name
    if "\u202e" in name:  # what turns the text is closed before the next word of ours
        assert line.index("\u2069") < line.index(f" · {room.without.title}")


@pytest.mark.parametrize("name", NAMES)
@rooms_only("plain", "max")
async def test_an_agents_name_signs_the_answer_as_it_is(room: Room, name: str) -> None:
    case = await room.case()
    case.answer("Good day", by=room.member(name))
    received = await case.reads("Good day")
    assert name.strip("\u202e\u202c") in received.text.splitlines()[0]
    await case.card_says(name.strip("\u202e\u202c"))
    assert (await case.details())["assigned_name"] == name


async def test_a_long_subject_leaves_room_for_the_name_in_a_topics_name(
    forum_room: TelegramRoom,
) -> None:
    customer = await forum_room.customer("Wolfeschlegelsteinhausenbergerdorff " * 3)
    case = await forum_room.case("A very long subject & more " * 20, customer=customer)
    assert case.topic is not None
    assert len(case.topic.name) <= 128
    assert " · Wolfeschlegel" in case.topic.name


@rooms_only("forum", "max")
async def test_what_the_website_sent_along_is_cut_before_the_customers_words_are(
    room: Room,
) -> None:
    context = {f"key{number}": "<&>" * 60 for number in range(20)}
    body = {"text": "y" * 4000, "subject": "<&>" * 60, "context": context}
    ticket = await room.post("/v1/helpdesk/tickets", body)
    mark = f"#{ticket['ticket_number']} <&>"
    card = await room.until(
        lambda: next((m for m in room.group.messages if m.keys and mark in m.text), None),
        what="the card",
    )
    assert "key0: <&>" in card.text
    case = await room.case()
    await case.answered("Good day")
    said = [
        card,
        *(m for m in room.group.messages if m.from_bot and m.text.startswith("yyy")),
    ]
    assert "".join(m.text for m in said).count("y") - card.text.split("\n\n")[0].count("y") == 4000
    assert not shown(case.customer, "yyy")
