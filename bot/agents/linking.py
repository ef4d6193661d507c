"""`/connect <code>`: an admin makes a group the agent chat of the code's project."""

from aiogram.enums import ChatMemberStatus
from aiogram.types import Message

import locales
from bot.agents.commands import command_in
from bot.agents.rights import announce_rights
from bot.messengers import Messenger
from storage import agent_chats
from storage.database import Database
from storage.errors import Conflict, NotFound

ADMINS = (ChatMemberStatus.CREATOR, ChatMemberStatus.ADMINISTRATOR)


async def with_code(message: Message, messenger: Messenger) -> bool | dict[str, str]:
    """Lets pass `/connect` with what looks like a `code`; the bot is silent about all else."""
    command = command_in(message.text or "")
    if command is None or command.name != "connect" or not command.is_for(messenger.username):
        return False
    code = command.argument
    return {"code": code} if agent_chats.CODE_SHAPE.fullmatch(code) else False


async def connect(
    message: Message, code: str, db: Database, messenger: Messenger, locale: str
) -> None:
    """Link the group, or say why not."""
    if not await _is_admin(message):
        return await _say(message, "connect_not_admin", locale)
    try:
        project = await db.write(agent_chats.redeem, code, messenger.chat(message.chat.id))
    except NotFound:
        return await _say(message, "connect_wrong_code", locale)
    except Conflict:
        return await _say(message, "connect_other_project", locale)
    return await announce_rights(db, messenger, project, linked=True)


async def _is_admin(message: Message) -> bool:
    """Whether an admin of the group writes. Who writes in its name is an anonymous one."""
    if message.sender_chat is not None:
        return message.sender_chat.id == message.chat.id
    if message.from_user is None or message.bot is None:
        return False
    # Unlike getChatMember, this is promised to bots that are no admins themselves:
    # https://core.telegram.org/bots/api#getchatmember
    admins = await message.bot.get_chat_administrators(message.chat.id)
    return any(admin.user.id == message.from_user.id and admin.status in ADMINS for admin in admins)


async def _say(message: Message, text: str, locale: str) -> None:
    await message.reply(locales.render(text, locale), parse_mode="HTML")
