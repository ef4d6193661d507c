"""The active tickets: the list, its pages, one ticket opened, and nobody else's."""

from bot.playground.telegram import Person, TelegramStandIn
from tests.bot.customer.front import Front


async def write_tickets(front: Front, person: Person, *texts: str) -> None:
    for number, text in enumerate(texts, start=len(await front.tickets()) + 1):
        person.open()
        await front.press(person, "Create ticket", "How can we help")
        person.say(text)
        await front.sees(person, f"#{number}.")


async def test_list_has_number_subject_and_status(front: Front, vera: Person) -> None:
    await write_tickets(front, vera, "Shoes <b>broke</b>", "Paid twice")
    await front.answer(1, "Please send a photo")
    vera.open()
    await front.press(vera, "Active tickets", "How can we help")
    screen = await front.sees(vera, "2 open tickets", "Back")
    assert "#1 Shoes <b>broke</b> · waiting for your reply" in screen.text
    assert "#2 Paid twice · new" in screen.text
    assert screen.labels == ["#2 Paid twice", "#1 Shoes <b>broke</b>", "Back"]
    await vera.press(screen, "Back").answered()
    assert screen.labels == ["Create ticket", "Active tickets", "Unsubscribe"]


async def test_empty_list_says_so(front: Front, vera: Person) -> None:
    await front.press(vera, "Active tickets")
    screen = await front.sees(vera, "no open tickets")
    assert screen.labels == ["Back"]


async def test_long_list_has_pages(front: Front, vera: Person) -> None:
    await front.open_tickets(vera, 8)
    await front.press(vera, "Active tickets")
    screen = await front.sees(vera, "8 open tickets")
    assert screen.labels == [*(f"#{n} Matter {n}" for n in range(8, 2, -1)), "→", "Back"]
    await vera.press(screen, "→").answered()
    assert screen.labels == ["#2 Matter 2", "#1 Matter 1", "←", "Back"]
    await vera.press(screen, "#1 Matter 1").answered()
    await vera.press(screen, "Back").answered()
    assert screen.labels == ["#2 Matter 2", "#1 Matter 1", "←", "Back"]
    await vera.press(screen, "←").answered()
    assert screen.labels[0] == "#8 Matter 8"


async def test_page_that_emptied_meanwhile_shows_the_last_there_is(
    front: Front, vera: Person
) -> None:
    await front.open_tickets(vera, 7)
    await front.press(vera, "Active tickets")
    screen = await front.sees(vera, "7 open tickets")
    await vera.press(screen, "→").answered()
    await vera.press(screen, "#1 Matter 1").answered()
    await vera.press(screen, "Close ticket").answered()
    assert "6 open tickets" in screen.text
    assert screen.labels == [*(f"#{n} Matter {n}" for n in range(7, 1, -1)), "Back"]


async def test_opened_ticket_shows_the_last_messages_of_both_sides(
    front: Front, vera: Person
) -> None:
    await write_tickets(front, vera, "Shoes broke")
    for text in ("one", "two", "three", "four"):
        await front.answer(1, text)
    await front.answer(1, "he is angry", internal=True)
    vera.say("a <picture> follows")
    vera.send_photo(b"picture")
    await front.settled()
    await front.open_ticket(vera, "#1 Shoes broke")
    screen = await front.sees(vera, "a <picture> follows", "Close ticket", "Back")
    assert "#1 Shoes broke" in screen.text
    assert "Acme, Jul 25, 12:00 UTC\ntwo" in screen.text
    assert "You, Jul 25, 12:00 UTC\na <picture> follows" in screen.text
    assert "[photo]" in screen.text
    assert "\none" not in screen.text
    assert "angry" not in screen.text


async def test_long_messages_are_cut_to_one_screen(front: Front, vera: Person) -> None:
    await write_tickets(front, vera, "Long story")
    for _ in range(4):
        await front.answer(1, "<&> ☀️😀 " * 440)
    await front.open_ticket(vera, "#1 Long story")
    screen = await front.sees(vera, "…", "Close ticket")
    assert screen.text.count("…") == 4


async def test_close_ticket_closes_it_and_asks_for_a_rating(front: Front, vera: Person) -> None:
    await write_tickets(front, vera, "Shoes broke")
    await front.open_ticket(vera, "#1 Shoes broke")
    await front.press(vera, "Close ticket")
    await front.sees(vera, "no open tickets")
    await front.sees(vera, "#1 is closed", "1", "2", "3", "4", "5", "Reopen")
    assert [t.status for t in await front.tickets()] == ["closed"]


async def test_opened_ticket_takes_what_is_written_next(front: Front, vera: Person) -> None:
    await write_tickets(front, vera, "Shoes broke", "Paid twice")
    await front.open_ticket(vera, "#1 Shoes broke")
    vera.say("The left one")
    await front.sees(vera, "Added to ticket #1")
    assert [m.text for m in await front.said_in(1)] == ["Shoes broke", "The left one"]


async def test_ticket_opened_in_a_form_leaves_the_form(front: Front, vera: Person) -> None:
    await write_tickets(front, vera, "Shoes broke")
    await front.open_ticket(vera, "#1 Shoes broke")
    opened = await front.sees(vera, "Shoes broke", "Close ticket")
    vera.open()
    await front.press(vera, "Create ticket", "How can we help")
    await vera.press(opened, "Back").answered()
    await vera.press(opened, "#1 Shoes broke").answered()
    vera.say("The left one")
    await front.sees(vera, "Added to ticket #1")
    assert len(await front.tickets()) == 1


async def test_nobody_opens_or_closes_another_customers_ticket(
    front: Front, messenger: TelegramStandIn, vera: Person
) -> None:
    await write_tickets(front, vera, "Secret of Vera")
    (ticket,) = await front.tickets()
    bob = messenger.add_person("Bob")
    bob.open("help_main")
    await front.press(bob, "Subscribe")
    for act in ("open", "close", "reopen"):
        bob.open()
        menu = await front.latest(bob)
        menu.keys[0][0]["callback_data"] = f"ticket:{act}:{ticket.id.hex}:0"
        await bob.press(menu, "Create ticket").answered()
        assert "out of date" in menu.text
        assert "Secret" not in menu.text
    assert [t.status for t in await front.tickets()] == ["new"]


async def test_who_left_closes_nothing(front: Front, vera: Person) -> None:
    await write_tickets(front, vera, "Shoes broke")
    await front.open_ticket(vera, "#1 Shoes broke")
    opened = await front.sees(vera, "Shoes broke", "Close ticket")
    vera.say("/stop")
    await vera.press(opened, "Close ticket").answered()
    assert opened.labels == ["Subscribe", "Cancel"]
    assert [t.status for t in await front.tickets()] == ["new"]
