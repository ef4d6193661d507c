"""Answers reach the customer with number and first name; closing asks for a rating; Reopen."""

import re

import pytest

from tests.e2e.acme import FORM, Acme, data_of, labels_of, screens

pytestmark = pytest.mark.asyncio(loop_scope="session")

STARS = ["1", "2", "3", "4", "5"]


async def test_answer_names_the_ticket_and_the_agents_first_name(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    answer = await acme.answers(number, "Send them <in> & wait")
    received = await acme.sees(ann, "Send them <in> & wait")
    header, words = received.text.split("\n")
    assert f"#{number}" in header
    assert "Bob" in header
    assert "Builder" not in header
    assert words == "Send them <in> & wait"
    await acme.marked(answer)
    message = (await acme.ticket(number))["messages"][-1]
    assert (message["author"], message["delivery"]) == ("agent", "sent")


async def test_answer_through_the_api_names_the_project_or_the_agent(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    await acme.replies(number, "From the company")
    received = await acme.sees(ann, "From the company")
    assert received.text.split("\n")[0] == f"#{number} · Acme:"
    await acme.answers(number, "From Bob")
    await acme.sees(ann, "From Bob")
    ticket = await acme.ticket(number)
    path, bob = f"tickets/{ticket['id']}/reply", ticket["assigned_to"]
    await acme.call("POST", path, {"text": "Also from Bob", "user_id": bob})
    received = await acme.sees(ann, "Also from Bob")
    assert received.text.split("\n")[0] == f"#{number} · Bob:"


async def test_internal_notes_never_reach_the_customer(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    await acme.answers(number, "// a secret note")
    acme.bob.send_photo(b"secret", "// a secret picture", **await acme.place(number))
    await acme.answers(number, "All done")
    await acme.sees(ann, "All done")
    assert not any("secret" in message.text or message.files for message in ann.chat.messages)


async def test_media_of_agents_arrive_as_they_are(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    place = await acme.place(number)
    acme.bob.send_document(b"label", "Print <this>", name="label.pdf", **place)
    received = await acme.sees(ann, "Print <this>")
    assert received.text.startswith(f"#{number} · Bob:")
    assert [(file.name, file.data) for file in received.files] == [("label.pdf", b"label")]
    acme.bob.send_voice(b"ogg", **place)
    await acme.messenger.until(lambda: data_of(screens(ann)) == [b"label", b"ogg"])
    assert ann.chat.messages[-1].kind == acme.side.passed_on("voice")


async def test_answers_arrive_in_their_order_whoever_gives_them(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    await acme.answers(number, "answer 0.")
    acme.bob.send_album([b"one", b"two"], "answer 1.", **await acme.place(number))
    for n in range(2, 6):
        await acme.answers(number, f"answer {n}.")
    await acme.sees(ann, "answer 5.")
    await acme.replies(number, "answer 6.")
    await acme.sees(ann, "answer 6.")
    words = "\n".join(message.text for message in ann.chat.messages if message.from_bot)
    assert re.findall(r"answer \d\.", words) == [f"answer {n}." for n in range(7)]


async def test_edit_of_an_answer_edits_the_customers_copy(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    answer = await acme.answers(number, "Send them to Bonn")
    received = await acme.sees(ann, "Send them to Bonn")
    acme.bob.edit(answer, "Send them to Berlin")
    await acme.messenger.until(lambda: "Berlin" in received.text, what="the edit")
    assert "Bonn" not in received.text
    assert received.text.startswith(f"#{number} · Bob:")


async def test_answer_after_closing_is_delivered_all_the_same(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    await acme.close(number)
    await acme.replies(number, "One more thing")
    await acme.sees(ann, "One more thing")
    assert (await acme.ticket(number))["status"] == "closed"


async def test_closing_asks_for_a_rating_by_five_buttons(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    await acme.close(number)
    asked = await acme.sees(ann, f"#{number} is closed")
    assert asked.buttons[0] == STARS
    assert labels_of(asked) == [*STARS, "Reopen"]


@pytest.mark.parametrize("star", STARS)
async def test_rating_is_on_the_ticket_and_told_to_the_agents(acme: Acme, star: str) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    await acme.close(number)
    asked = await acme.sees(ann, f"#{number} is closed")
    assert (await acme.ticket(number))["rating"] is None
    await acme.press(asked, star)
    assert f"#{number} {star} of 5" in asked.text
    assert (await acme.ticket(number))["rating"] == int(star)
    await acme.agents_see(number, f"The customer gave #{number} {star} of 5")
    await acme.agents_see(number, f"Rating: {star} of 5")
    assert (await acme.ticket(number))["status"] == "closed"


async def test_rating_can_be_changed_and_a_double_tap_tells_the_agents_once(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Shoes broke"))
    await acme.close(number)
    asked = await acme.sees(ann, f"#{number} is closed")
    taps = [ann.press(asked, "2") for _ in range(3)]
    for tap in taps:
        await tap.answered()
    await acme.press(asked, "4")
    await acme.agents_see(number, "4 of 5.")
    told = [m for m in acme.shown(number) if "The customer gave" in m.text]
    assert [message.text[:5] for message in told] == ["★★☆☆☆", "★★★★☆"]
    assert (await acme.ticket(number))["rating"] == 4


async def test_reopen_under_the_rating_opens_the_ticket_and_takes_what_is_written(
    acme: Acme,
) -> None:
    ann = await acme.subscriber()
    other = await acme.number_told(ann.say("Another matter"))
    number = await acme.opens_ticket(ann, "Shoes broke")
    await acme.close(number)
    asked = await acme.sees(ann, f"#{number} is closed")
    await acme.number_told(ann.say("To the other one"))
    await acme.press(asked, "3")
    await acme.press(asked, "Reopen")
    assert f"#{number} is open again" in asked.text
    assert (await acme.ticket(number))["status"] == "new"
    await acme.agents_see(number, "The customer reopened the ticket")
    assert await acme.number_told(ann.say("It broke again")) == number
    assert await acme.texts(other) == ["Another matter", "To the other one"]


async def test_ticket_made_by_a_back_end_subscribes_the_customer_who_gets_the_confirmation(
    acme: Acme,
) -> None:
    ann = acme.stranger()
    acme.open(ann)  # nobody can be written to who never opened the bot
    ticket = await acme.back_end_ticket(ann, "Made by the shop", first_name="A")
    number = ticket["ticket_number"]
    await acme.sees(ann, f"this is ticket #{number}")
    subscriber_id = ticket["customer"]["subscriber_id"]
    assert (await acme.call("GET", f"subscribers/{subscriber_id}"))["chat_id"] == ann.chat.id
    assert await acme.number_told(ann.say("Thanks, I have a question")) == number
    await acme.agents_see(number, "Thanks, I have a question")
    await acme.answers(number, "Ask then")
    await acme.sees(ann, "Ask then")


async def test_ticket_made_by_a_back_end_leaves_a_form_in_hand_alone(acme: Acme) -> None:
    ann = await acme.subscriber()
    menu = await acme.answer(acme.open(ann))
    await acme.press(menu, "Create ticket")
    made = await acme.back_end_ticket(ann, "Made by the shop")
    await acme.sees(ann, f"#{made['ticket_number']}")
    assert labels_of(menu) == list(FORM)
    number = await acme.number_told(ann.say("What I was writing"))
    assert number != made["ticket_number"]
    assert await acme.texts(number) == ["What I was writing"]


async def test_ticket_for_a_chat_that_never_opened_the_bot_is_there_all_the_same(
    acme: Acme,
) -> None:
    ann = acme.stranger()
    number = (await acme.back_end_ticket(ann, "Made by the shop"))["ticket_number"]
    await acme.agents_see(number, "Made by the shop")
    await acme.answers(number, "Can you hear us?")
    await acme.agents_see(number, "The customer's chat is gone")
    message = (await acme.ticket(number))["messages"][-1]
    assert message["delivery"] == "failed"
    assert ann.chat.messages == []
