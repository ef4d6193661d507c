"""What people do again and again in MAX, what they then see, and how the desk is set up there."""

from bot.playground.max import Group, MaxStandIn, Message, Person
from tests.e2e.desk import Desk


def settings_of(max_: MaxStandIn, **more: object) -> dict[str, object]:
    """Customers are in MAX; `more` tells where the agents are."""
    return {
        "max_token": max_.token,
        "max_api_url": max_.url,
        "project_name": "Acme",
        "project_description": "We mend things.",
        **more,
    }


def shown(person: Person, words: str) -> Message | None:
    """The newest message of the bot that has these words."""
    messages = [m for m in person.chat.messages if m.from_bot and words in m.text]
    return messages[-1] if messages else None


async def request(desk: Desk) -> dict[str, str]:
    """A website's request, by its link to MAX."""
    status, made = await desk.call("POST", "/v1/helpdesk/request", {"channel": "max"})
    assert (status, made["telegram_link"]) == (201, None)
    return dict(made)


async def subscribe(max_: MaxStandIn, desk: Desk, person: Person) -> Message:
    """Open a website's deeplink and consent; the message that shows the menu."""
    made = await request(desk)
    person.follow(made["max_link"])
    consent = await max_.until(lambda: shown(person, "We mend things."), what="consent")
    assert "Acme" in consent.text
    person.press(consent, "Subscribe")
    await max_.until(lambda: "Create ticket" in str(consent.buttons), what="the menu")
    assert await status_of(desk, made) == "accepted"
    return consent


async def status_of(desk: Desk, made: dict[str, str]) -> str:
    found = await desk.get(f"/v1/helpdesk/request/{made['request_id']}/status")
    return str(found["status"])


def card_of(group: Group, number: int) -> Message | None:
    """The newest card of a ticket."""
    head = f"#{number} "
    cards = [m for m in group.messages if m.keys and m.text.startswith(head)]
    return cards[-1] if cards else None


async def open_ticket(
    max_: MaxStandIn, person: Person, group: Group, text: str, number: int = 1
) -> Message:
    """A subscriber's plain message becomes a ticket; its card."""
    person.say(text)
    card = await max_.until(lambda: card_of(group, number), what=f"the card of ticket {number}")
    await max_.until(lambda: shown(person, f"#{number}"), what="the confirmation")
    return card


def told(group: Group, words: str) -> Message | None:
    """The newest message of the bot to the agents that has these words."""
    messages = [m for m in group.messages if m.from_bot and words in m.text]
    return messages[-1] if messages else None


async def marked(max_: MaxStandIn, answer: Message) -> None:
    """The mark of delivery stands under an agent's answer."""
    await max_.until(
        lambda: any(m.text == "✓" and m.reply_to is answer for m in answer.chat.messages),
        what="the mark of delivery",
    )
