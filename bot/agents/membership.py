"""Who is in the agent chat, and where it is: the bot and agents come and go, groups migrate."""

import structlog
from aiogram import Bot
from aiogram.enums import ChatMemberStatus
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import ChatMemberUpdated, Message, User

from bot.agents.rights import announce_rights
from bot.messengers import Messenger
from storage import agent_chats, agents
from storage.database import Database
from storage.model import Project

log = structlog.get_logger()

OUTSIDE = (ChatMemberStatus.LEFT, ChatMemberStatus.KICKED)


async def bot_changed(
    event: ChatMemberUpdated, db: Database, messenger: Messenger, project: Project
) -> None:
    """The bot was removed from an agent chat, or its rights there changed."""
    if event.new_chat_member.status in OUTSIDE:
        log.warning("the bot was removed from the agent chat", project=project.slug)
    else:
        await announce_rights(db, messenger, project)


async def member_changed(
    event: ChatMemberUpdated, db: Database, messenger: Messenger, project: Project
) -> None:
    """A member of an agent chat came or went; who comes is an agent at the first action."""
    if event.new_chat_member.status in OUTSIDE:
        user = event.new_chat_member.user
        await db.write(agents.left, project.id, messenger.channel, user.id)


async def member_left(
    message: Message, db: Database, messenger: Messenger, project: Project
) -> None:
    """The same as a service message: all that a bot without rights is told."""
    if message.left_chat_member is not None:
        user_id = message.left_chat_member.id
        await db.write(agents.left, project.id, messenger.channel, user_id)


async def migrated(message: Message, db: Database, messenger: Messenger) -> None:
    """A group became a supergroup; both the old one and the new one tell."""
    old = message.migrate_from_chat_id or message.chat.id
    new = message.migrate_to_chat_id or message.chat.id
    project = await db.write(agent_chats.migrated, messenger.chat(old), new)
    if project is not None:
        log.info("the agent chat became a supergroup", project=project.slug)


async def member_of(bot: Bot, chat_id: int, user: User) -> User | None:
    """Somebody by the name that the group knows; None where they are not in it.

    A bot that is no admin may be refused the answer (core.telegram.org/bots/api#getchatmember):
    who can see a card there is then taken for a member.
    """
    try:
        member = await bot.get_chat_member(chat_id, user.id)
    except TelegramBadRequest:
        return user
    return None if member.status in OUTSIDE else member.user
