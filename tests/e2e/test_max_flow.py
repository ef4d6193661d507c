"""MAX from a deeplink to an answered ticket: with agents in MAX, and with agents in Telegram."""

import aiohttp

from bot.playground.max import Group, MaxStandIn, Person
from bot.playground.telegram import Group as Forum
from bot.playground.telegram import Message as TelegramMessage
from bot.playground.telegram import Person as TelegramPerson
from bot.playground.telegram import TelegramStandIn
from tests.e2e.desk import API_KEY, Desk
from tests.e2e.max_people import card_of, marked, shown, subscribe, told
from tests.e2e.people import ours, topic_of

PICTURE = b"\x89PNG a picture of a parcel"
ANOTHER = b"\x89PNG where it is now"


async def test_a_deeplink_leads_to_a_ticket_and_an_answer_with_everybody_in_max(
    max_: MaxStandIn, max_desk: Desk, max_group: Group, vera: Person, boris: Person
) -> None:
    menu = await subscribe(max_, max_desk, vera)
    vera.press(menu, "Create ticket")
    await max_.until(lambda: "Cancel" in str(vera.chat.messages[-1].buttons), what="the form")
    vera.say("My parcel is lost\nIt was a <b>gift</b> & urgent")
    await max_.until(lambda: shown(vera, "#1"), what="the confirmation")
    card = await max_.until(lambda: card_of(max_group, 1), what="the card")
    assert "It was a <b>gift</b> & urgent" in card.text

    answer = boris.say("We found it, it comes tomorrow.", reply_to=card)
    received = await max_.until(lambda: shown(vera, "comes tomorrow"), what="the answer")
    assert "#1" in received.text
    assert "Boris" in received.text
    await marked(max_, answer)

    vera.say("Thank you!")
    thanks = await max_.until(lambda: told(max_group, "Thank you!"), what="the customer's word")
    assert thanks.reply_to is card
    press = boris.press(card, "Close")
    await press.answered()
    await max_.until(lambda: "Reopen" in str(card.buttons), what="the closed card")
    rating = await max_.until(lambda: shown(vera, "closed"), what="the question for a rating")
    vera.press(rating, "5")
    await max_.until(lambda: "5" in card.text, what="the rating on the card")

    ticket = (await max_desk.get("/v1/helpdesk/tickets"))["tickets"][0]
    assert (ticket["channel"], ticket["status"], ticket["rating"]) == ("max", "closed", 5)
    assert (ticket["assigned_name"], ticket["customer"]["chat_id"]) == ("Boris", vera.chat.id)
    messages = (await max_desk.get(f"/v1/helpdesk/tickets/{ticket['id']}"))["messages"]
    assert [(message["author"], message["delivery"]) for message in messages] == [
        ("customer", "none"),
        ("agent", "sent"),
        ("customer", "none"),
    ]
    assert await max_desk.stop() == 0


def telling(place: Forum, words: str) -> TelegramMessage | None:
    return next((m for m in ours(place.messages) if words in m.text), None)


async def test_customers_in_max_and_agents_in_a_telegram_forum_exchange_words_and_photos(
    max_: MaxStandIn,
    messenger: TelegramStandIn,
    mixed_desk: Desk,
    forum: Forum,
    vera: Person,
    bob: TelegramPerson,
) -> None:
    await subscribe(max_, mixed_desk, vera)
    vera.send_photo(PICTURE, "It looked like this")
    topic = await topic_of(messenger, forum, 1)
    photo = await messenger.until(
        lambda: next((m for m in ours(topic.messages) if m.kind == "photo"), None),
        what="the photo in the topic",
    )
    assert photo.media is not None
    assert photo.media.data == PICTURE
    assert "It looked like this" in ours(topic.messages)[0].text

    answer = bob.send_photo(ANOTHER, "It is here", topic=topic)
    received = await max_.until(lambda: shown(vera, "It is here"), what="the answer")
    assert [file.data for file in received.files] == [ANOTHER]
    assert "Bob" in received.text
    await messenger.until(lambda: answer.reactions, what="the mark of delivery")

    vera.send_album([b"front", b"back"], "Both sides")
    album = await messenger.until(
        lambda: (
            [m for m in ours(topic.messages) if m.media and m.media.data in (b"front", b"back")]
            if telling(forum, "Both sides")
            else None
        ),
        what="the album",
    )
    assert len({m.album for m in album}) == 1
    assert len(album) == 2
    (ticket,) = (await mixed_desk.get("/v1/helpdesk/tickets"))["tickets"]
    messages = (await mixed_desk.get(f"/v1/helpdesk/tickets/{ticket['id']}"))["messages"]
    kinds = [[file["kind"] for file in message["attachments"]] for message in messages]
    assert kinds == [["photo"], ["photo"], ["photo", "photo"]]
    [file] = messages[0]["attachments"]
    headers = {"Authorization": f"Bearer {API_KEY}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.get(f"{mixed_desk.url}/v1/helpdesk/attachments/{file['id']}") as answered,
    ):
        assert (answered.status, await answered.read()) == (200, PICTURE)
    assert await mixed_desk.stop() == 0
