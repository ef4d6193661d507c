"""What people do again and again in the end-to-end tests, and what they then see."""

from collections.abc import Callable, Sequence

from bot.playground.telegram import Chat, Group, Message, Person, TelegramStandIn, Topic
from tests.e2e.desk import Desk


def last(person: Person) -> Message:
    return person.chat.messages[-1]


def shown(person: Person, words: str) -> Message | None:
    """The newest message of the bot that has these words."""
    messages = [m for m in person.chat.messages if m.from_bot and words in m.text]
    return messages[-1] if messages else None


async def subscribe(messenger: TelegramStandIn, desk: Desk, person: Person) -> None:
    """Open a website's deeplink and consent."""
    status, request = await desk.call("POST", "/v1/helpdesk/request", {})
    assert status == 201
    person.follow(request["telegram_link"])
    consent = await messenger.until(lambda: shown(person, "Acme"), what="the consent screen")
    person.press(consent, "Subscribe")
    await messenger.until(lambda: "Create ticket" in str(consent.buttons), what="the menu")


async def topic_of(messenger: TelegramStandIn, group: Group, number: int) -> Topic:
    return await messenger.until(
        lambda: next((t for t in group.topics.values() if t.name.startswith(f"#{number} ")), None),
        what=f"the topic of ticket {number}",
    )


def ours(messages: Sequence[Message]) -> list[Message]:
    """The bot's own messages, without those that tell of a topic it opened."""
    return [m for m in messages if m.from_bot and not m.kind.startswith("forum_topic")]


def texts(messages: Sequence[Message]) -> list[str]:
    return [message.text for message in ours(messages)]


async def open_ticket(
    messenger: TelegramStandIn, person: Person, group: Group, text: str, number: int = 1
) -> Topic:
    """A subscriber's plain message becomes a ticket; its topic, once the card is there."""
    person.say(text)
    topic = await topic_of(messenger, group, number)
    await messenger.until(lambda: ours(topic.messages), what=f"the card of ticket {number}")
    await messenger.until(lambda: shown(person, f"#{number}"), what="the confirmation")
    return topic


async def quiet(messenger: TelegramStandIn, desk: Desk, *, sent: Callable[[], bool]) -> None:
    """Wait until `sent` holds and every update was taken in."""
    await messenger.until(lambda: sent() and messenger.updates_pending == 0, what="quiet")


def chat_text(chat: Chat) -> str:
    return "\n".join(message.text for message in chat.messages)
