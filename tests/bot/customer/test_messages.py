"""Plain messages: each reaches a ticket, the customer learns which, and none is lost."""

from bot.playground.telegram import Message, Person, faults
from storage import inbox
from storage.model import Channel, Chat
from tests.bot.customer.front import TWICE, Front

pytestmark = TWICE


async def test_first_message_begins_a_ticket(front: Front, vera: Person) -> None:
    vera.say("My shoes broke")
    await front.sees(vera, "ticket #1")
    assert [t.subject for t in await front.tickets()] == ["My shoes broke"]


async def test_further_message_goes_to_the_one_open_ticket(front: Front, vera: Person) -> None:
    vera.say("My shoes broke")
    vera.say("The left one")
    await front.sees(vera, "Added to ticket #1")
    assert [m.text for m in await front.said_in(1)] == ["My shoes broke", "The left one"]


async def test_reply_goes_to_the_ticket_of_the_message_it_replies_to(
    front: Front, vera: Person
) -> None:
    await front.open_tickets(vera, 2)
    for number in (1, 2):
        notice = await front.sees(vera, f"#{number}.")
        vera.say(f"more of {number}", reply_to=notice)
        await front.sees(vera, f"Added to ticket #{number}")
    answer = vera.say("and more", reply_to=await own_message(front, vera, "more of 1"))
    await front.settled()
    assert [m.text for m in await front.said_in(1)] == ["Matter 1", "more of 1", answer.text]
    assert [m.text for m in await front.said_in(2)] == ["Matter 2", "more of 2"]


async def own_message(front: Front, person: Person, text: str) -> Message:
    await front.settled()
    return next(m for m in person.chat.messages if m.text == text)


async def test_ticket_answered_last_takes_a_message_without_a_reply(
    front: Front, vera: Person
) -> None:
    await front.open_tickets(vera, 3)
    await front.answer(2, "Please send a photo")
    await front.sees(vera, "Please send a photo")
    vera.send_photo(b"picture")
    await front.sees(vera, "Added to ticket #2")


async def test_closed_ticket_reopens_for_seven_days_then_a_new_one_names_it(
    front: Front, vera: Person
) -> None:
    await front.open_tickets(vera, 1)
    await front.close_ticket(1)
    front.clock.move(days=6, hours=23)
    vera.say("It broke again")
    await front.sees(vera, "#1 is open again")
    await front.close_ticket(1)
    front.clock.move(days=7, seconds=1)
    vera.say("And again")
    await front.sees(vera, "Ticket #1 was closed a while ago, so this is a new one: #2")
    first, second = await front.tickets()
    assert (first.status, second.status) == ("closed", "new")
    assert second.previous_ticket_id == first.id


async def test_album_is_one_message_with_its_caption_and_formatting(
    front: Front, vera: Person
) -> None:
    await front.open_tickets(vera, 1)
    vera.send_album([b"one", b"two"], "What broke")
    await front.sees(vera, "Added to ticket #1")
    await front.settled()
    _, message = await front.said_in(1)
    assert message.text == "What broke"
    assert len(message.attachments) == 2
    assert sum("Added to ticket" in m.text for m in vera.chat.messages) == 1


async def test_every_kind_of_file_arrives(front: Front, vera: Person) -> None:
    vera.say("Files follow")
    vera.send_document(b"text", "the bill", name="bill.pdf")
    vera.send_video(b"video")
    vera.send_animation(b"gif")
    vera.send_audio(b"audio")
    vera.send_voice(b"voice")
    vera.send_video_note(b"round")
    vera.send_sticker(b"sticker")
    await front.settled()
    messages = (await front.said_in(1))[1:]
    assert messages[0].text == "the bill"
    assert messages[0].attachments[0].file_name == "bill.pdf"
    kinds = [file.kind for message in messages for file in message.attachments]
    assert kinds == [
        "document", "video", "animation", "audio", "voice", "video_note", "sticker"
    ]  # fmt: skip


async def test_places_and_contacts_arrive_as_text(front: Front, vera: Person) -> None:
    vera.send_location(55.75, 37.61)
    vera.send_contact("+4912345", "Bob")
    await front.settled()
    place, contact = await front.said_in(1)
    assert "55.75, 37.61" in place.text
    assert "https://" in place.text
    assert contact.text == "☎ Bob +4912345"


async def test_formatting_arrives_and_mentions_become_text(front: Front, vera: Person) -> None:
    bold = {"type": "bold", "offset": 3, "length": 4}
    mention = {"type": "mention", "offset": 8, "length": 5}
    vera.say("😀 bold @anna", entities=[bold, mention])
    await front.settled()
    (message,) = await front.said_in(1)
    assert [dict(entity) for entity in message.entities] == [bold]


async def test_edit_keeps_the_original_beside_the_new_text(front: Front, vera: Person) -> None:
    message = vera.say("My shoe broke")
    await front.settled()
    vera.edit(message, "My shoes broke")
    await front.settled()
    (said,) = await front.said_in(1)
    assert (said.original_text, said.text) == ("My shoe broke", "My shoes broke")


async def test_edit_of_a_caption_edits_the_album(front: Front, vera: Person) -> None:
    first, second = vera.send_album([b"one", b"two"], "What broke")
    await front.sees(vera, "#1")
    vera.edit(second, "")
    await front.settled()
    assert [said.text for said in await front.said_in(1)] == ["What broke"]
    vera.edit(first, "What broke today")
    await front.settled()
    (said,) = await front.said_in(1)
    assert (said.original_text, said.text) == ("What broke", "What broke today")


async def test_edit_of_what_belongs_to_no_ticket_says_nothing(front: Front, vera: Person) -> None:
    message = vera.say("/help")
    await front.settled()
    before = len(vera.chat.messages)
    vera.edit(message, "/stop")
    await front.settled()
    assert len(vera.chat.messages) == before
    assert await front.subscriber(vera) is not None


async def test_unsupported_kind_leaves_a_placeholder_and_the_customer_gets_a_word(
    front: Front, vera: Person
) -> None:
    vera.send_poll("Tea or coffee?", ["Tea", "Coffee"])
    await front.sees(vera, "our team only sees that you sent it")
    vera.send_dice("🎲", 4)
    await front.settled()
    texts = [message.text for message in await front.said_in(1)]
    assert texts == ["[poll] Tea or coffee?", "[dice] 🎲 4"]


async def test_an_update_waits_for_as_long_as_its_customer_waits_for_a_word(
    front: Front, vera: Person
) -> None:
    rule = front.messenger.faults.add(faults.status(502), "sendMessage", times=None)
    vera.send_poll("Tea or coffee?", ["Tea", "Coffee"])
    await front.messenger.until(lambda: rule.struck)
    assert await front.db.read(inbox.waiting, Chat(Channel.TELEGRAM, vera.id))
    front.messenger.faults.remove(rule)
    await front.sees(vera, "our team only sees that you sent it")


async def test_message_in_a_group_without_agents_is_not_answered(
    front: Front, vera: Person
) -> None:
    group = front.messenger.add_group("Friends", members=[vera])
    for text in ("Hello", "/start", "/start@deskwire_bot help_main"):
        vera.say(text, in_=group)
    await front.settled()
    assert [m for m in group.messages if m.from_bot] == []
    assert await front.tickets() == []
