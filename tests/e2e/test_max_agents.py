"""Agents in a MAX group: linking it, what the bot needs there, customers of the other messenger."""

import re
from pathlib import Path

from bot.playground.max import Group, MaxStandIn, Person
from bot.playground.telegram import Person as TelegramPerson
from bot.playground.telegram import TelegramStandIn
from tests.e2e.desk import Desk
from tests.e2e.max_people import card_of, marked, open_ticket, settings_of, subscribe, told
from tests.e2e.people import shown
from tests.e2e.people import subscribe as subscribe_in_telegram


async def test_an_admin_links_a_group_by_its_code_and_others_may_not(
    tmp_path: Path, max_: MaxStandIn, vera: Person, boris: Person
) -> None:
    group = max_.add_group("Agents", members=[boris])
    async with Desk(tmp_path, **settings_of(max_)) as desk:
        status, printed = await desk.command("connect")
        assert status == 0
        line = re.search(r"/connect \S+", printed)
        assert line is not None
        boris.say(line[0], in_=group)
        await max_.until(lambda: told(group, "admin"), what="the refusal")
        group.owner.say(line[0], in_=group)
        await max_.until(lambda: told(group, "Acme"), what="the link")
        await subscribe(max_, desk, vera)
        await open_ticket(max_, vera, group, "Hello")


async def test_the_bot_says_what_it_lacks_in_a_group(tmp_path: Path, max_: MaxStandIn) -> None:
    group = max_.add_group("Agents", bot_rights={"write"})
    async with Desk(tmp_path, **settings_of(max_, agent_chat=f"max:{group.id}")):
        missing = await max_.until(lambda: told(group, "administrator"), what="what is missing")
        assert "reads all messages" in missing.text


async def test_commands_work_in_reply_to_any_message_of_a_ticket(
    max_: MaxStandIn, max_desk: Desk, max_group: Group, vera: Person, boris: Person
) -> None:
    await subscribe(max_, max_desk, vera)
    card = await open_ticket(max_, vera, max_group, "Hello")
    vera.say("More")
    more = await max_.until(lambda: told(max_group, "More"), what="the word")
    boris.say("/priority urgent", reply_to=more)
    await max_.until(lambda: "rgent" in card.text, what="the priority on the card")
    boris.say("/take", reply_to=card)
    await max_.until(lambda: "Boris" in card.text, what="the assignee on the card")
    name = {"type": "user_mention", "from": 8, "length": 6, "user_id": max_group.owner.id}
    boris.say("/assign @Owner", reply_to=more, entities=[name])
    await max_.until(lambda: "Owner" in card.text, what="the new assignee on the card")
    boris.say("/close", reply_to=card)
    await max_.until(lambda: "Reopen" in str(card.buttons), what="the closed card")
    boris.say("Nothing about any ticket", in_=max_group)
    boris.say("/help", in_=max_group)
    await max_.until(lambda: told(max_group, "/assign"), what="the help")
    (ticket,) = (await max_desk.get("/v1/helpdesk/tickets"))["tickets"]
    messages = (await max_desk.get(f"/v1/helpdesk/tickets/{ticket['id']}"))["messages"]
    assert [message["text"] for message in messages] == ["Hello", "More"]


async def test_customers_in_telegram_are_answered_from_max(
    tmp_path: Path,
    max_: MaxStandIn,
    max_group: Group,
    boris: Person,
    messenger: TelegramStandIn,
    ann: TelegramPerson,
) -> None:
    telegram = {"telegram_token": messenger.token, "telegram_api_url": messenger.url}
    settings = settings_of(max_, agent_chat=f"max:{max_group.id}", **telegram)
    async with Desk(tmp_path, **settings) as desk:
        await subscribe_in_telegram(messenger, desk, ann)
        ann.send_album([b"one", b"two"], "Which of these?")
        card = await max_.until(lambda: card_of(max_group, 1), what="the card")
        assert "Which of these?" in card.text
        album = await max_.until(
            lambda: next((m for m in max_group.messages if len(m.files) == 2), None),
            what="the album as one message",
        )
        assert [file.data for file in album.files] == [b"one", b"two"]
        answer = boris.send_photo(b"this one", "The left one", reply_to=album)
        received = await messenger.until(lambda: shown(ann, "The left one"), what="the answer")
        assert received.media is not None
        assert received.media.data == b"this one"
        await marked(max_, answer)
        ann.send_document(b"%PDF 1", name="1.pdf")
        ann.send_document(b"%PDF 2", name="2.pdf")
        await max_.until(
            lambda: (
                {b"%PDF 1", b"%PDF 2"}
                <= {file.data for message in max_group.messages for file in message.files}
            ),
            what="both documents",
        )
