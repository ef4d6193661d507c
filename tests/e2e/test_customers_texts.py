"""Names and texts of any kind, from customers to the agents and the API, and back, unharmed."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.formatting import utf16_length
from tests.e2e.acme import MENU, Acme, data_of, labels_of, screens
from tests.e2e.companies import Companies

pytestmark = pytest.mark.asyncio(loop_scope="session")

PROJECT = "Acme <&> \u202eSons\u202c 👨‍👩‍👧"
NAMES = {
    "html": "<b>Ann</b> & </i>",
    "entity": "&lt;Ann&gt; &amp;",
    "jinja": "{{ 7 * 7 }} {% raw %}",
    "right to left": "\u202eAnn\u202c \u200fשלום",
    "unclosed override": "\u202eAnn \u2066",
    "emoji": "👨‍👩‍👧‍👦🏳️‍🌈🇩🇪",
    "line breaks": "Ann\nBob\r\n\u2028Eve",
    "long": "Wolfeschlegelsteinhausenbergerdorff" * 2,
    "invisible": "\u200b\u3164",
}
TEXTS = {
    "html": "<b>bold</b> <script>alert(1)</script> & &amp; </a> <unknown attr='x'>",
    "jinja": "{{ request_id }} {% for x in y %} %s {0}",
    "emoji": "👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 é ñ 漢字",
    "right to left": "\u202egnorw\u202c שלום \u200f! \u2066isolated",
    "lines": "first\n\n\n    fourth, indented\n\tand a tab",
    "markdown": "*bold* _italic_ `code` [link](https://example.com) \\",
    "commands": "what does /start do? #42 @bob ann@example.com",
    "quotes": "\"double\" 'single' `back` «ёлки» \\n \\u0041 \x7f",
    "sql": "'; DROP TABLE tickets; --",
}
REPEATED = {
    "angle brackets": "<",
    "ampersands": "&<>",
    "emoji of two units": "😀",
    "families": "👨‍👩‍👧‍👦",
    "one long word": "x",
    "words": "word ",
    "lines": "line & <line>\n",
    "combining": "e\u0301",
}
"""Of each, as many as a message takes."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def companies(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Companies]:
    """The names of the project and of Bob are as bad as its customers' are."""
    folder = tmp_path_factory.mktemp("texts")
    async with Companies(folder, rename_bob, project_name=PROJECT) as running:
        yield running


async def rename_bob(acme: Acme) -> None:
    acme.bob.first_name = "Bob <&> \u202e👷"


def without_marks(text: str) -> str:
    """What is to be read, without the marks of direction that guard a line of ours."""
    return "".join(sign for sign in text if sign not in "\u2066\u2067\u2068\u2069\u202c")


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_a_customer_of_any_name_gets_help(acme: Acme, name: str) -> None:
    ann = await acme.subscriber(name, last_name=name[::-1], username="ann")
    number = await acme.opens_ticket(ann, "Shoes broke")
    ticket = await acme.ticket(number)
    assert ticket["customer"]["first_name"] == name
    assert ticket["messages"][0]["author_name"] == name
    card = await acme.agents_see(number, "Shoes broke")
    assert card.text.startswith(f"#{number} Shoes broke\n")
    assert "\nStatus: new\n" in card.text
    answer = await acme.answers(number, "Send them in")
    received = await acme.sees(ann, "Send them in")
    assert received.text.startswith(f"#{number} · ")
    assert received.text.endswith(":\nSend them in")
    await acme.marked(answer)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_a_text_of_any_kind_is_the_same_everywhere(acme: Acme, text: str) -> None:
    ann = await acme.subscriber()
    number = await acme.opens_ticket(ann, text)
    card = await acme.agents_see(number, f"#{number}")
    assert card.text.endswith(text)
    await acme.number_told(ann.say(text))
    assert await acme.texts(number) == [text, text]
    await acme.messenger.until(lambda: [m for m in acme.shown(number) if m.text == text])
    await acme.answers(number, text)
    await acme.messenger.until(lambda: ann.chat.messages[-1].text.endswith(f":\n{text}"))
    await acme.replies(number, text)
    await acme.messenger.until(
        lambda: len([m for m in ann.chat.messages if m.text.endswith(f":\n{text}")]) == 2
    )
    menu = await acme.answer(acme.open(ann), "", *MENU)
    await acme.press(menu, "Active tickets")
    await acme.press(menu, menu.labels[0])
    assert without_marks(menu.text).count(without_marks(text)) >= 4


@pytest.mark.parametrize("unit", REPEATED.values(), ids=REPEATED)
async def test_the_longest_text_arrives_whole_in_both_directions(acme: Acme, unit: str) -> None:
    text = unit * (acme.side.text_limit // utf16_length(unit))
    ann = await acme.subscriber()
    said = ann.say(text)
    number = await acme.number_told(said)
    assert await acme.texts(number) == [said.text]
    wanted = "".join(said.text.split())

    def at_the_agents() -> str:
        return "".join("".join(m.text for m in acme.shown(number)).split())

    await acme.messenger.until(lambda: wanted in at_the_agents(), what="the whole text")
    await acme.answers(number, text)

    def at_the_customer() -> str:
        later = [m.text for m in screens(ann) if m.id > said.id]
        return "".join("".join(later).split())

    await acme.messenger.until(lambda: wanted in at_the_customer(), what="the whole answer")
    assert labels_of(await acme.answer(acme.open(ann), "", *MENU)) == list(MENU)


async def test_project_type_and_description_of_any_kind_are_shown_as_they_are(acme: Acme) -> None:
    await acme.set(description="<We> mend & {{ mend }} \u202ethings")
    async with acme.types("<i>Returns</i> & \u202emore"):
        ann = acme.stranger()
        screen = await acme.answer(acme.open(ann))
        shown = without_marks(screen.text)
        assert without_marks(PROJECT) in shown
        assert "<We> mend & {{ mend }} \u202ethings" in shown
        await acme.press(screen, "Subscribe")
        kind = screen.labels[1]
        assert "<i>Returns</i> & \u202emore" in without_marks(kind)
        await acme.press(screen, kind)
        number = await acme.number_told(ann.say("Too big"))
        ticket = await acme.ticket(number)
        assert ticket["ticket_type_name"] == "<i>Returns</i> & \u202emore"


async def test_an_answer_with_its_caption_and_picture_of_any_length_arrives_whole(
    acme: Acme,
) -> None:
    ann = await acme.subscriber()
    caption = "<caption> & 😀 " * 73
    number = await acme.number_told(ann.send_photo(b"picture", caption[:1024]))
    acme.bob.send_photo(b"answer", caption[:1024], **await acme.place(number))
    await acme.messenger.until(lambda: data_of(screens(ann)) == [b"answer"])
    words = "".join(m.text for m in screens(ann))
    assert "".join(caption[:1024].split()) in "".join(words.split())
