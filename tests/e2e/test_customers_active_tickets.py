"""Active tickets: the list and its pages, a ticket opened to its last messages, closed, left."""

from datetime import datetime

import pytest
from babel.dates import format_datetime

from tests.e2e.acme import MENU, Acme, labels_of
from tests.e2e.vocabulary import Message, Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def listed(acme: Acme, person: Person) -> Message:
    """The list of active tickets, from a fresh menu."""
    menu = await acme.answer(acme.open(person), "", *MENU)
    return await acme.press(menu, "Active tickets")


async def opened(acme: Acme, person: Person, number: int) -> Message:
    screen = await listed(acme, person)
    title = next(label for label in screen.labels if label.startswith(f"#{number} "))
    return await acme.press(screen, title)


async def made(acme: Acme, person: Person, count: int) -> list[int]:
    """So many tickets of the person, made by a back-end; their numbers."""
    tickets = [await acme.back_end_ticket(person, f"Matter {n}.") for n in range(count)]
    numbers = [ticket["ticket_number"] for ticket in tickets]
    await acme.sees(person, f"#{numbers[-1]}")
    return numbers


async def test_list_shows_open_tickets_with_number_subject_and_status(acme: Acme) -> None:
    ann = await acme.subscriber()
    waiting = await acme.opens_ticket(ann, "Shoes <b>broke</b> & more")
    new = await acme.opens_ticket(ann, "Paid twice")
    closed = await acme.opens_ticket(ann, "Done already")
    taken = await acme.opens_ticket(ann, "Being looked at")
    await acme.replies(waiting, "Please send a photo")
    await acme.close(closed)
    ticket = await acme.ticket(taken)
    await acme.call("PATCH", f"tickets/{ticket['id']}/status", {"status": "in_progress"})
    screen = await listed(acme, ann)
    assert screen.text.splitlines()[-3:] == [
        f"#{taken} Being looked at · in progress",
        f"#{new} Paid twice · new",
        f"#{waiting} Shoes <b>broke</b> & more · waiting for your reply",
    ]
    assert screen.labels == [
        f"#{taken} Being looked at",
        f"#{new} Paid twice",
        f"#{waiting} Shoes <b>broke</b> & more",
        "Back",
    ]


async def test_list_without_tickets_says_so_and_leads_back(acme: Acme) -> None:
    screen = await listed(acme, await acme.subscriber())
    assert "no open tickets" in screen.text
    assert labels_of(screen) == ["Back"]
    await acme.press(screen, "Back")
    assert labels_of(screen) == list(MENU)


async def test_long_list_has_pages_and_back_from_a_ticket_leads_to_its_page(acme: Acme) -> None:
    ann = await acme.subscriber()
    numbers = await made(acme, ann, 14)
    screen = await listed(acme, ann)
    assert "14 open tickets" in screen.text
    pages = [[label for label in screen.labels if label.startswith("#")]]
    for _ in range(2):
        await acme.press(screen, "→")
        pages.append([label for label in screen.labels if label.startswith("#")])
    assert "→" not in screen.labels
    titles = [f"#{number} Matter {n}." for n, number in enumerate(numbers)]
    assert [title for page in pages for title in page] == titles[::-1]
    await acme.press(screen, "←")
    await acme.press(screen, pages[1][2])
    await acme.press(screen, "Back")
    assert [label for label in screen.labels if label.startswith("#")] == pages[1]


async def test_opened_ticket_shows_its_last_messages_and_no_internal_note(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.opens_ticket(ann, "Shoes broke")
    await acme.answers(number, "Which <ones> & when?")
    await acme.sees(ann, "Which <ones> & when?")
    await acme.answers(number, "// she is angry")
    await acme.replies(number, "Here is the company")
    await acme.sees(ann, "Here is the company")
    await acme.number_told(ann.say("The left one"))
    await acme.number_told(ann.send_photo(b"picture", "here"))
    screen = await opened(acme, ann, number)
    ticket = await acme.ticket(number)
    assert len(ticket["messages"]) == 6
    written = datetime.fromisoformat(ticket["messages"][-1]["created_at"])
    assert f"#{number} Shoes broke" in screen.text
    assert format_datetime(written, "MMM d, HH:mm", locale="en") in screen.text
    said = ["Shoes broke", "Which <ones> & when?", "Here is the company", "The left one", "here"]
    places = [screen.text.rindex(words) for words in said]
    assert places == sorted(places)
    assert screen.text.count("You, ") == 3
    assert "Bob, " in screen.text
    assert "Acme, " in screen.text
    assert "[photo]" in screen.text
    assert "angry" not in screen.text
    assert labels_of(screen) == ["Close ticket", "Back"]


async def test_opened_ticket_stays_one_screen_however_long_its_messages_are(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.opens_ticket(ann, "<&> 😀 " * 580)
    for _ in range(5):
        await acme.replies(number, "<&> ☀️😀 " * 440)
    screen = await opened(acme, ann, number)
    assert labels_of(screen) == ["Close ticket", "Back"]
    assert screen.text.count("<&> ☀️😀") > 100


async def test_close_ticket_closes_it_tells_the_agents_and_asks_for_a_rating(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.opens_ticket(ann, "Solved itself")
    screen = await opened(acme, ann, number)
    await acme.press(screen, "Close ticket")
    assert "no open tickets" in screen.text
    await acme.sees(ann, f"#{number} is closed", "1", "2", "3", "4", "5", "Reopen")
    await acme.agents_see(number, "The customer closed the ticket")
    assert (await acme.ticket(number))["status"] == "closed"


async def test_a_double_tap_on_close_ticket_closes_it_once(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.opens_ticket(ann, "Solved itself")
    screen = await opened(acme, ann, number)
    taps = [ann.press(screen, "Close ticket") for _ in range(2)]
    for tap in taps:
        await tap.answered()
    await acme.number_told(ann.say("One more thing"))
    asked = [m for m in ann.chat.messages if f"#{number} is closed" in m.text]
    assert len(asked) == 1


async def test_opened_ticket_takes_what_is_written_next(acme: Acme) -> None:
    ann = await acme.subscriber()
    older = await acme.opens_ticket(ann, "Shoes broke")
    newer = await acme.opens_ticket(ann, "Paid twice")
    assert await acme.number_told(ann.say("To the newer one")) == newer
    await opened(acme, ann, older)
    assert await acme.number_told(ann.say("To the one that is open")) == older
    assert await acme.texts(older) == ["Shoes broke", "To the one that is open"]


async def test_a_ticket_closed_meanwhile_can_be_reopened_from_its_screen(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.opens_ticket(ann, "Shoes broke")
    screen = await listed(acme, ann)
    await acme.close(number)
    await acme.press(screen, f"#{number} Shoes broke")
    assert "closed" in screen.text
    assert labels_of(screen) == ["Reopen", "Back"]
    await acme.press(screen, "Reopen")
    assert (await acme.ticket(number))["status"] == "new"


async def test_nobody_sees_the_tickets_of_another(acme: Acme) -> None:
    vera, ann = await acme.subscriber("Vera"), await acme.subscriber("Ann")
    await acme.opens_ticket(vera, "Secret of Vera")
    screen = await listed(acme, ann)
    assert "no open tickets" in screen.text
    assert "Secret" not in screen.text
