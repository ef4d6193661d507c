"""What can be mended is mended, and then the same message is sent again, before later ones."""

from collections.abc import AsyncIterator

import pytest

from bot.messengers import Messenger
from bot.playground.telegram import TelegramStandIn, faults
from storage import agent_chats, message_map, outbox, tickets
from storage.database import Database
from storage.model import Channel, Chat, Priority
from storage.outbox import Audience
from tests.bot.mailroom import Mailroom

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
async def plain(
    db: Database, telegram: TelegramStandIn, messenger: Messenger
) -> AsyncIterator[Mailroom]:
    """A mailroom whose agents sit in a group without topics."""
    room = Mailroom(db, telegram, messenger, telegram.add_group("Agents"))
    yield await room.open()
    await room.stop()


async def test_a_deleted_topic_is_made_anew_and_has_all_that_follows(mail: Mailroom) -> None:
    ticket = await mail.ticket("The lamp is broken")
    await mail.sent()
    mail.group.delete_topic(mail.topic())
    await mail.says(ticket, "Are you there?")
    await mail.says(ticket, "Hello?")
    await mail.sent()
    card, *said = mail.texts(mail.topic())
    assert "The lamp is broken" in card
    assert said == ["Are you there?", "Hello?"]


async def test_a_long_message_is_whole_in_the_topic_that_was_made_anew(mail: Mailroom) -> None:
    """Its first piece was in the topic that is gone."""
    ticket = await mail.ticket()
    await mail.sent()
    topic = mail.topic()
    text = " ".join(f"word{number}" for number in range(1000))
    cut = mail.telegram.faults.add(
        faults.status(502),
        "sendMessage",
        times=None,
        when=lambda _, call: "word999" in call["text"],
    )
    await mail.says(ticket, text)
    await mail.telegram.until(lambda: cut.struck)
    mail.group.delete_topic(topic)
    mail.telegram.faults.clear()
    await mail.sent()
    assert " ".join(mail.texts(mail.topic())[1:]) == text


async def test_a_closed_topic_that_refuses_a_message_is_opened_again(mail: Mailroom) -> None:
    """A bot without the right to manage topics may open those that it made."""
    ticket = await mail.ticket()
    await mail.sent()
    mail.group.set_bot_rights({"can_pin_messages": True})
    mail.group.close_topic(mail.topic())
    await mail.says(ticket, "Are you there?")
    await mail.sent()
    assert not mail.topic().closed
    assert mail.texts(mail.topic())[1:] == ["Are you there?"]


async def test_a_topic_known_to_be_closed_is_opened_before_the_message_but_for_no_edit(
    mail: Mailroom,
) -> None:
    """Who manages topics may write into closed ones: nothing refuses the message."""
    ticket = await mail.ticket()
    await mail.sent()
    await closed(mail)
    await mail.db.write(tickets.set_priority, ticket.project_id, ticket.id, Priority.HIGH)
    await mail.sent()
    assert "Priority: high" in mail.texts(mail.topic())[0]
    assert mail.topic().closed
    await mail.says(ticket, "Are you there?")
    await mail.says(ticket, "Hello?")
    await mail.sent()
    assert not mail.topic().closed
    assert mail.texts(mail.topic())[1:] == ["Are you there?", "Hello?"]
    assert len(mail.telegram.calls.of("reopenForumTopic")) == 1


async def test_a_topic_known_to_be_closed_that_was_deleted_is_made_anew(mail: Mailroom) -> None:
    ticket = await mail.ticket("The lamp is broken")
    await mail.sent()
    await closed(mail)
    mail.group.delete_topic(mail.topic())
    await mail.says(ticket, "Are you there?")
    await mail.sent()
    card, *said = mail.texts(mail.topic())
    assert "The lamp is broken" in card
    assert said == ["Are you there?"]


async def closed(mail: Mailroom) -> None:
    """An agent closes the topic, and the bot is told."""
    topic = mail.topic()
    mail.group.close_topic(topic)
    chat = Chat(Channel.TELEGRAM, mail.group.id)
    await mail.db.write(message_map.topic_closed, chat, topic.id, closed=True)


async def test_a_topic_that_somebody_opened_again_in_the_meantime(mail: Mailroom) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    mail.telegram.faults.add(faults.reject(400, "Bad Request: TOPIC_CLOSED"), "sendMessage")
    await mail.says(ticket, "Are you there?")
    await mail.sent()  # the stand-in says TOPIC_NOT_MODIFIED, as the topic is open
    assert mail.texts(mail.topic())[1:] == ["Are you there?"]


async def test_a_topic_that_is_deleted_while_it_is_opened_again(mail: Mailroom) -> None:
    ticket = await mail.ticket("The lamp is broken")
    await mail.sent()
    mail.group.delete_topic(mail.topic())
    mail.telegram.faults.add(faults.reject(400, "Bad Request: TOPIC_CLOSED"), "sendMessage")
    await mail.says(ticket, "Are you there?")
    await mail.sent()
    card, *said = mail.texts(mail.topic())
    assert "The lamp is broken" in card
    assert said == ["Are you there?"]


async def test_an_edit_for_a_deleted_topic_is_shown_in_the_new_one(mail: Mailroom) -> None:
    ticket = await mail.ticket("The lamp is broken")
    _, source = await mail.says(ticket, "It is red")
    await mail.sent()
    mail.group.delete_topic(mail.topic())
    await mail.edits(source, "It is blue")
    await mail.sent()
    assert "It is blue" in mail.texts(mail.topic())[-1]
    assert all("It is blue" not in m.text for m in mail.group.messages if m.topic is None)


async def test_a_card_that_is_made_anew_shows_the_edit_of_its_text(mail: Mailroom) -> None:
    ticket = await mail.ticket("The lamp is broken")
    await mail.sent()
    source = await mail.source_of_first(ticket)
    await mail.edits(source, "The lamp is fine")
    await mail.sent()
    mail.group.delete_topic(mail.topic())
    await mail.says(ticket, "Hello?")
    await mail.sent()
    assert "The lamp is fine" in mail.texts(mail.topic())[0]


async def test_a_topic_that_is_gone_again_and_again_is_not_made_without_a_pause(
    mail: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sender.backoff", lambda attempt: 600.0)
    gone = faults.reject(400, "Bad Request: message thread not found")
    mail.telegram.faults.add(gone, "sendMessage", chat_id=mail.group.id, times=None)
    await mail.ticket()
    mail.start()
    await mail.until(lambda tx: tx.one("SELECT 1 FROM outbox WHERE due_at > created_at + 500000"))
    assert len(mail.telegram.calls.of("createForumTopic")) == 2


async def test_a_card_that_was_deleted_in_a_plain_group_is_made_anew(plain: Mailroom) -> None:
    ticket = await plain.ticket("The lamp is broken")
    await plain.sent()
    (card,) = (m for m in plain.group.messages if m.from_bot)
    plain.bob.delete(card)
    await plain.says(ticket, "Are you there?")
    await plain.sent()
    new_card, said = (m for m in plain.group.messages if m.from_bot)
    assert "The lamp is broken" in new_card.text
    assert said.reply_to is new_card


async def test_a_group_that_gave_up_its_topics_gets_cards(mail: Mailroom) -> None:
    ticket = await mail.ticket("The lamp is broken")
    await mail.sent()
    mail.group.delete_topic(mail.topic())
    mail.group.set_forum(False)
    await mail.says(ticket, "Are you there?")
    await mail.sent()
    card, said = (m for m in mail.group.messages if m.from_bot and m.topic is None)
    assert "The lamp is broken" in card.text
    assert (said.text, said.reply_to) == ("Are you there?", card)


async def test_a_group_that_took_up_topics_gets_them_for_new_tickets(plain: Mailroom) -> None:
    await plain.ticket("The lamp is broken")
    await plain.sent()
    plain.group.set_forum(True)
    await plain.ticket("The door too")
    await plain.sent()
    assert "The door too" in plain.texts(plain.topic(2))[0]


async def test_rejected_formatting_is_left_out(mail: Mailroom) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    rejected = faults.reject(400, "Bad Request: can't parse entities: unexpected end tag")
    mail.telegram.faults.add(
        rejected, "sendMessage", when=lambda _, call: call.get("parse_mode") == "HTML"
    )
    await mail.answers(ticket, "2 < 3 & 4")
    await mail.sent()
    assert mail.texts_to_ann()[-1].endswith("2 < 3 & 4")


async def test_rejected_formatting_of_an_edit_is_left_out(mail: Mailroom) -> None:
    ticket = await mail.ticket()
    _, source = await mail.answers(ticket, "2 < 3")
    await mail.sent()
    rejected = faults.reject(400, "Bad Request: can't parse entities: unexpected end tag")
    mail.telegram.faults.add(rejected, "editMessageText", chat_id=mail.ann.id)
    await mail.edits(source, "2 < 3 & 4")
    await mail.sent()
    assert mail.texts_to_ann()[-1].endswith("2 < 3 & 4")


async def test_a_group_that_became_a_supergroup_is_followed(mail: Mailroom) -> None:
    ticket = await mail.ticket("The lamp is broken")
    await mail.sent()
    await mail.says(ticket, "Are you there?")
    new = mail.group.migrate_to_supergroup(forum=True)
    await mail.sent()
    topic = new.topic("#1 ")
    assert topic is not None
    assert mail.texts(topic)[1:] == ["Are you there?"]
    assert (await mail.project()).agent_chat == Chat(Channel.TELEGRAM, new.id)


async def test_what_waits_for_a_group_that_was_replaced_follows_it_too(mail: Mailroom) -> None:
    """Nobody's agent chat any more, it still has a row: without an end the desk would ask on."""
    ticket = await mail.ticket("The lamp is broken")
    new = mail.group.migrate_to_supergroup(forum=True)
    elsewhere = mail.telegram.add_group("Elsewhere", forum=True)
    await mail.db.write(agent_chats.link, ticket.project_id, mail.chat_of(elsewhere))
    await mail.sent()
    for group in (new, elsewhere):
        topic = group.topic("#1 ")
        assert topic is not None
        assert "The lamp is broken" in mail.texts(topic)[0]


async def test_tickets_wait_for_a_missing_right_and_nothing_is_given_up(mail: Mailroom) -> None:
    ticket = await mail.ticket("The lamp is broken")
    mail.group.set_bot_rights({"can_manage_topics": False})
    mail.start()
    await mail.until(lambda tx: tx.one("SELECT 1 FROM outbox WHERE attempts > 2"))
    await mail.says(ticket, "Hello?")
    mail.group.set_bot_rights({"can_manage_topics": True})
    await mail.sent()
    assert mail.texts(mail.topic())[1:] == ["Hello?"]


async def test_a_group_that_the_bot_was_removed_from_gets_all_once_it_is_back(
    mail: Mailroom,
) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    mail.group.remove_bot()
    await mail.says(ticket, "Hello?")
    await mail.until(
        lambda tx: tx.one("SELECT 1 FROM outbox WHERE error LIKE '%kicked%' AND attempts > 1")
    )
    mail.group.add_bot(rights={"can_manage_topics": True})
    await mail.sent()
    assert mail.texts(mail.topic())[1:] == ["Hello?"]


async def test_a_chat_without_reactions_gets_a_mark_in_words(mail: Mailroom) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    mail.group.allow_reactions([])
    _, source = await mail.answers(ticket, "Good day", topic=mail.topic())
    await mail.sent()
    assert mail.topic().messages[-1].text == "✓"
    assert mail.topic().messages[-1].reply_to is mail.group.by_id[source.native_ids[0]]


async def test_an_answer_that_its_author_deleted_needs_no_mark(mail: Mailroom) -> None:
    ticket = await mail.ticket()
    await mail.sent()
    _, source = await mail.answers(ticket, "Good day")
    mail.bob.delete(mail.group.by_id[source.native_ids[0]])
    await mail.sent()
    assert len(mail.texts(mail.topic())) == 1
    rows = await mail.rows(audience=Audience.AGENTS, kind=outbox.Kind.MARK)
    assert [row["status"] for row in rows] == ["sent"]
