"""What is said in an agent chat: is it one, who speaks, which ticket it is about.

Owns how events are read on the agents' side; what follows from them is the handlers' business.
"""

import zlib
from dataclasses import dataclass, replace
from typing import Any

from aiogram.types import CallbackQuery, ChatMemberUpdated, Message
from aiogram.types import Chat as MessengerChat

from bot.agents.named import head_of, ticket_named
from bot.content import person_of, source_of
from bot.messengers import Messenger
from storage import agents, message_map, outbox, tickets
from storage.errors import TicketNotFound
from storage.model import Agent, Channel, Chat, Person, Project, Source, Ticket
from storage.transaction import Transaction

Event = Message | CallbackQuery | ChatMemberUpdated

ANONYMOUS_ADMIN = 1087968824
"""The user in whose name Telegram shows hidden admins (core.telegram.org/bots/api#message)."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something that an agent says: in which chat, topic and album, in answer to what.

    `head` is how the bot's message or topic begins that it answers or is in.
    """

    project: Project
    author: Person
    source: Source
    thread_id: int | None
    head: str

    def agent(self, tx: Transaction) -> Agent:
        """Who says it, an agent from now on."""
        return agents.seen(tx, self.project.id, self.author)

    def ticket(self, tx: Transaction) -> Ticket | None:
        """The ticket that it is about: by the topic, the message replied to, or the album."""
        chat, ticket_id = self.source.chat, None
        if self.thread_id is not None:
            ticket_id = message_map.ticket_of_thread(tx, chat, self.thread_id)
        if ticket_id is None and self.source.reply_to is not None:
            ticket_id = message_map.ticket_of(tx, chat, self.source.reply_to)
        if ticket_id is None and self.source.media_group_id is not None:
            part = message_map.album_message(tx, chat, self.source.media_group_id)
            ticket_id = None if part is None else tickets.of_message(tx, part).id
        if ticket_id is None:
            return ticket_named(tx, self.project.id, self.head)
        try:
            return tickets.get(tx, self.project.id, ticket_id)
        except TicketNotFound:
            return None

    def keep(self, tx: Transaction, ticket: Ticket) -> None:
        """What becomes no message of the ticket belongs to it all the same: others reply to it."""
        if self.thread_id is None:
            asides = [
                message_map.Copy(
                    self.source.chat, native_id, None, ticket.id, message_map.Role.ASIDE
                )
                for native_id in self.source.native_ids
            ]
            message_map.record_copies(tx, asides)

    def reply(self, tx: Transaction, ticket: Ticket | None, text: str, /, **values: object) -> None:
        """Words of the desk in answer to it: `text` names one in `locales`, `values` fill it."""
        outbox.to_agents(
            tx,
            self.project,
            outbox.Kind.NOTICE,
            ticket_id=None if ticket is None else ticket.id,
            payload={"text": text, "values": values, "reply_to": self.source.native_ids[0]},
        )


def group_of(event: Event) -> MessengerChat | None:
    """The chat where it happened; None for private ones."""
    place = event.message if isinstance(event, CallbackQuery) else event
    return None if place is None or place.chat.type == "private" else place.chat


async def in_group(event: Event) -> bool:
    return group_of(event) is not None


async def in_agent_chat(_: Event, project: Project | None) -> bool:
    """Lets pass what happens in an agent chat."""
    return project is not None


async def by_agent(
    message: Message, messenger: Messenger, album: list[Message], project: Project | None
) -> bool | dict[str, Any]:
    """Lets pass what an agent says in an agent chat, as `said`."""
    author = author_of(message, messenger.channel)
    if project is None or author is None:
        return False
    source = source_of(album, messenger.channel)
    if source.reply_to is None:
        source = replace(source, reply_to=_answered_elsewhere(message))
    # Without is_topic_message the number is that of a chain of replies.
    thread_id = message.message_thread_id if message.is_topic_message else None
    return {"said": Said(project, author, source, thread_id, head_of(message))}


def _answered_elsewhere(message: Message) -> int | None:
    """The message of another topic that this one answers: Telegram calls such a reply external."""
    answered = message.external_reply
    if answered is None or answered.chat is None or answered.chat.id != message.chat.id:
        return None
    return answered.message_id


def author_of(message: Message, channel: Channel) -> Person | None:
    """Who says it; None for other bots and for what Telegram itself forwards from a channel.

    Anonymous admins are told apart by their titles alone, and go by the group's name without one.
    """
    speaker = message.sender_chat
    if message.is_automatic_forward:
        return None
    if speaker is None:
        user = message.from_user
        return None if user is None or user.is_bot else person_of(user, message.chat, channel)
    title = message.author_signature
    if speaker.id != message.chat.id:
        user_id = speaker.id
    else:
        user_id = -zlib.crc32(title.encode()) if title else ANONYMOUS_ADMIN
    return Person(
        chat=Chat(channel, message.chat.id),
        user_id=user_id,
        first_name=title or speaker.title or speaker.username or str(speaker.id),
        username=None if speaker.id == message.chat.id else speaker.username,
    )
