"""429, broken connections and outages: delivered later, once, and never shown as sent before."""

import re
from collections import Counter

from bot.playground.telegram import Group, Person, TelegramStandIn, faults
from tests.e2e.desk import Desk
from tests.e2e.people import open_ticket, ours, shown, subscribe, texts, topic_of


async def test_an_answer_refused_with_429_arrives_later_once_and_is_not_shown_as_sent_before(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person, bob: Person
) -> None:
    await subscribe(messenger, desk, ann)
    topic = await open_ticket(messenger, ann, forum, "Hello")
    refusal = messenger.faults.add(
        faults.too_many_requests(1), method="sendMessage", chat_id=ann.id, times=2
    )
    answer = bob.say("Good day", topic=topic)
    await messenger.until(lambda: refusal.struck, what="a 429")
    ticket_id = (await desk.get("/v1/helpdesk/tickets"))["tickets"][0]["id"]
    ticket = await desk.get(f"/v1/helpdesk/tickets/{ticket_id}")
    assert ticket["messages"][-1]["delivery"] == "pending"
    assert answer.reactions == {}
    await messenger.until(lambda: shown(ann, "Good day"), what="the answer")
    await messenger.until(lambda: answer.reactions, what="the mark")
    assert sum("Good day" in text for text in texts(ann.chat.messages)) == 1
    ticket = await desk.get(f"/v1/helpdesk/tickets/{ticket_id}")
    assert ticket["messages"][-1]["delivery"] == "sent"


async def test_a_customers_message_refused_with_429_reaches_the_agents_once(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person
) -> None:
    await subscribe(messenger, desk, ann)
    topic = await open_ticket(messenger, ann, forum, "Hello")
    messenger.faults.add(
        faults.too_many_requests(1), method="sendMessage", chat_id=forum.id, times=2
    )
    ann.say("Are you there?")
    await messenger.until(
        lambda: any("Are you there?" in text for text in texts(topic.messages)), what="the text"
    )
    assert sum("Are you there?" in text for text in texts(topic.messages)) == 1


async def test_two_first_messages_make_one_topic_even_when_its_creation_is_refused_twice(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person
) -> None:
    await subscribe(messenger, desk, ann)
    messenger.faults.add(faults.too_many_requests(1), method="createForumTopic", times=2)
    messenger.hold()
    ann.say("First words")
    ann.say("Second words")
    messenger.release()
    topic = await topic_of(messenger, forum, 1)
    await messenger.until(
        lambda: "Second words" in "\n".join(texts(topic.messages)), what="both messages"
    )
    words = "\n".join(texts(topic.messages))
    assert words.index("First words") < words.index("Second words")
    assert len(forum.topics) == 1


async def test_a_connection_cut_after_the_work_repeats_at_most_one_message(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person, bob: Person
) -> None:
    await subscribe(messenger, desk, ann)
    topic = await open_ticket(messenger, ann, forum, "Hello")
    messenger.faults.add(faults.cut_after(), method="sendMessage", chat_id=ann.id)
    for number in range(5):
        bob.say(f"answer {number}.", topic=topic)
    await messenger.until(lambda: shown(ann, "answer 4."), what="the last answer")
    found = [
        match.group()
        for text in texts(ann.chat.messages)
        for match in [re.search(r"answer \d\.", text)]
        if match
    ]
    assert list(dict.fromkeys(found)) == [f"answer {number}." for number in range(5)]
    assert sum(Counter(found).values()) <= 6


async def test_a_messenger_that_is_down_loses_nothing_and_readyz_says_so(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person, bob: Person
) -> None:
    await subscribe(messenger, desk, ann)
    topic = await open_ticket(messenger, ann, forum, "Hello")
    messenger.down()
    ticket_id = (await desk.get("/v1/helpdesk/tickets"))["tickets"][0]["id"]
    status, _ = await desk.call(
        "POST", f"/v1/helpdesk/tickets/{ticket_id}/reply", {"text": "While you were away"}
    )
    assert status == 201
    await desk.said("no updates.*telegram")
    assert (await desk.call("GET", "/readyz"))[0] == 503
    assert (await desk.call("GET", "/healthz"))[0] == 200
    messenger.up()
    await messenger.until(lambda: shown(ann, "While you were away"), timeout=30, what="the answer")
    await messenger.until(
        lambda: any("While you were away" in t for t in texts(topic.messages)), what="the copy"
    )
    await desk.said("updates come in")
    assert (await desk.call("GET", "/readyz"))[0] == 200


async def test_a_500_and_html_from_a_proxy_are_tried_again(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person, bob: Person
) -> None:
    await subscribe(messenger, desk, ann)
    topic = await open_ticket(messenger, ann, forum, "Hello")
    for code in (500, 502):
        messenger.faults.add(faults.status(code), method="sendMessage", chat_id=ann.id)
    bob.say("Patience", topic=topic)
    await messenger.until(lambda: shown(ann, "Patience"), timeout=20, what="the answer")
    assert sum("Patience" in text for text in texts(ann.chat.messages)) == 1


async def test_updates_that_wait_at_start_are_all_handled_in_order(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person
) -> None:
    await subscribe(messenger, desk, ann)
    topic = await open_ticket(messenger, ann, forum, "Hello")
    assert await desk.stop() == 0
    for number in range(20):
        ann.say(f"line {number:02}.")
    await desk.start()
    await messenger.until(lambda: "line 19." in "\n".join(texts(topic.messages)), what="all lines")
    lines = re.findall(r"line \d\d\.", "\n".join(texts(topic.messages)))
    assert lines == [f"line {number:02}." for number in range(20)]


async def test_the_same_update_twice_has_one_effect(
    messenger: TelegramStandIn, desk: Desk, forum: Group, ann: Person
) -> None:
    await subscribe(messenger, desk, ann)
    topic = await open_ticket(messenger, ann, forum, "Hello")
    ann.say("Only once")
    messenger.repeat_update()
    ann.say("The end")
    await messenger.until(lambda: "The end" in "\n".join(texts(topic.messages)), what="the end")
    assert "\n".join(texts(topic.messages)).count("Only once") == 1
    assert len(ours(forum.messages)) >= 1
