"""What the bot may do in an agent chat, and the message that says what is missing."""

import structlog
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
)
from aiogram.types import ChatMemberAdministrator, ChatMemberRestricted

from bot.messengers import Messenger
from storage import agent_chats, notices
from storage.database import Database
from storage.model import Chat, Project

log = structlog.get_logger()


async def check_rights(messenger: Messenger, chat: Chat) -> list[str]:
    """What is missing for work in `chat`, as names in `locales`; empty where all is well.

    A bot in privacy mode hears of answers only as an admin
    (core.telegram.org/bots/features#privacy-mode); where there is no such mode, always so.
    """
    bot = messenger.bot
    me = await bot.get_me()
    try:
        forum = messenger.capabilities.topics and (await bot.get_chat(chat.id)).is_forum
        member = await bot.get_chat_member(chat.id, me.id)
    except (TelegramBadRequest, TelegramForbiddenError):
        return ["right_member"]
    if member.status in ("left", "kicked"):
        return ["right_member"]
    if isinstance(member, ChatMemberRestricted) and not member.can_send_messages:
        return ["right_write"]
    admin = isinstance(member, ChatMemberAdministrator)
    if forum:
        manages = isinstance(member, ChatMemberAdministrator) and member.can_manage_topics
        return [] if manages else ["right_topics"]
    if not messenger.capabilities.privacy_mode:
        return [] if admin else ["right_admin"]
    return [] if admin or me.can_read_all_group_messages else ["right_read"]


async def announce_rights(
    db: Database, messenger: Messenger, project: Project, *, linked: bool = False
) -> None:
    """Say in one message what the bot misses in the project's agent chat.

    With nothing missing it says so where the chat was just linked, else nothing. Raises what
    passes (see `bot.failures`), so that the caller tries again.
    """
    if project.agent_chat is None:
        return
    try:
        missing = await check_rights(messenger, project.agent_chat)
    except TelegramMigrateToChat as moved:
        new_id = moved.migrate_to_chat_id
        followed = await db.write(agent_chats.migrated, project.agent_chat, new_id)
        if followed is not None:
            await announce_rights(db, messenger, followed, linked=linked)
        return
    if missing:
        log.warning("rights are missing in the agent chat", project=project.slug, rights=missing)
    if "right_member" in missing:
        return
    if missing:
        await db.write(notices.notify_agents, project, None, "rights_missing", rights=missing)
    elif linked:
        await db.write(notices.notify_agents, project, None, "connect_ok", project=project.name)
