"""Agents answer a card or a topic that was made, and that the desk never heard of: its answer was
lost, and it made another one."""

from bot.names import topic_name
from tests.bot.agents.office import Office


async def test_an_answer_to_a_card_that_is_not_known_finds_its_ticket(
    plain_office: Office,
) -> None:
    office = plain_office
    ticket = await office.ticket()
    card = await office.card(ticket)
    await office.messenger.bot.send_message(office.group.id, card.text)
    office.anna.say("Try another bulb", reply_to=office.group.messages[-1])
    await office.handle()
    assert await office.said(ticket) == [("Try another bulb", False)]


async def test_an_answer_in_a_topic_that_is_not_known_finds_its_ticket(
    office: Office,
) -> None:
    ticket = await office.ticket()
    await office.topic(ticket)
    name = topic_name(ticket.ticket_number, ticket.subject, "Vera")
    twin = await office.messenger.bot.create_forum_topic(office.group.id, name)
    office.anna.say("Try another bulb", topic=twin.message_thread_id, in_=office.group)
    await office.handle()
    assert await office.said(ticket) == [("Try another bulb", False)]


async def test_an_answer_to_words_that_only_look_like_a_card_goes_nowhere(
    plain_office: Office,
) -> None:
    office = plain_office
    ticket = await office.ticket()
    for words in (f"#{ticket.ticket_number} of us want lunch", "#12345 no such ticket"):
        await office.messenger.bot.send_message(office.group.id, words)
        office.anna.say("Me too", reply_to=office.group.messages[-1])
    await office.handle()
    assert await office.said(ticket) == []
