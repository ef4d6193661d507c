"""What aiogram asks about the bot, its chats and who is in them, and the bot's commands."""

from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramForbiddenError
from aiogram.methods import (
    GetChat,
    GetChatAdministrators,
    GetChatMember,
    GetMe,
    SetMyCommands,
    TelegramMethod,
)
from aiogram.types import (
    AcceptedGiftTypes,
    ChatFullInfo,
    ChatMemberAdministrator,
    ChatMemberLeft,
    ChatMemberMember,
    ChatMemberOwner,
    User,
)

from bot.messengers.max.connection import Json, MaxApi, misunderstood
from bot.messengers.max.updates import user_fields

NO_MEMBER = "Forbidden: bot is not a member of the chat"
HEARS_ALL = "read_all_messages"
"""The right without which an administrator's bot hears nothing in a group
(dev.max.ru/docs-api/methods/POST/chats/-chatId-/members/admins)."""
COMMANDS_LANGUAGE = "ru"
"""MAX has one list of commands for everybody, and its people read Russian."""

Member = ChatMemberOwner | ChatMemberAdministrator | ChatMemberMember | ChatMemberLeft


class Chats:
    def __init__(self, api: MaxApi) -> None:
        self._api = api
        self._my_id: int | None = None

    async def me(self, bot: Bot, method: GetMe) -> User:
        me = user_of(await self._api.call("GET", "/me", method=method))
        self._my_id = me.id
        return me

    async def chat(self, bot: Bot, method: GetChat) -> ChatFullInfo:
        """Raises TelegramForbiddenError for a group that the bot is in no more."""
        chat = await self._get(method, f"/chats/{method.chat_id}")
        private = chat.get("type") == "dialog"
        if not private and chat.get("status") not in (None, "active"):
            raise TelegramForbiddenError(method, NO_MEMBER)
        return ChatFullInfo(
            id=int(method.chat_id),
            type="private" if private else "group",
            title=None if private else chat.get("title"),
            accent_color_id=0,
            max_reaction_count=0,
            accepted_gift_types=AcceptedGiftTypes(
                unlimited_gifts=False,
                limited_gifts=False,
                unique_gifts=False,
                premium_subscription=False,
                gifts_from_channels=False,
            ),
        )

    async def administrators(self, bot: Bot, method: GetChatAdministrators) -> list[Member]:
        """The bot has to be one of them itself."""
        found = await self._get(method, f"/chats/{method.chat_id}/members/admins")
        return [member_of(each) for each in found.get("members") or ()]

    async def member(self, bot: Bot, method: GetChatMember) -> Member:
        """Of others, the bot has to be an administrator to know."""
        if self._my_id is None:
            await self.me(bot, GetMe())
        if method.user_id == self._my_id:
            return member_of(await self._get(method, f"/chats/{method.chat_id}/members/me"))
        query = {"user_ids": [method.user_id]}
        found = await self._get(method, f"/chats/{method.chat_id}/members", query)
        for each in found.get("members") or ():
            if each.get("user_id") == method.user_id:
                return member_of(each)
        return ChatMemberLeft(user=User(id=method.user_id, is_bot=False, first_name=""))

    async def _get(self, method: TelegramMethod[Any], path: str, query: Json | None = None) -> Json:
        return await self._api.call("GET", path, query=query, method=method)

    async def set_commands(self, bot: Bot, method: SetMyCommands) -> bool:
        if method.language_code == COMMANDS_LANGUAGE:
            commands = [
                {"name": each.command, "description": each.description} for each in method.commands
            ]
            body = {"commands": commands}
            await self._api.call("PATCH", "/me/commands", body=body, method=method)
        return True


def user_of(user: Json) -> User:
    """MAX's user or member. Raises ClientDecodeError for anything else."""
    try:
        return User(**user_fields(user))
    except KeyError as error:
        raise misunderstood(user, error) from error


def member_of(member: Json) -> Member:
    """What somebody is in a group. A bot that is told nothing there is no administrator to us."""
    user = user_of(member)
    if member.get("is_owner"):
        return ChatMemberOwner(user=user, is_anonymous=False)
    rights = member.get("permissions", (HEARS_ALL, "write")) or ()
    if not member.get("is_admin") or (user.is_bot and HEARS_ALL not in rights):
        return ChatMemberMember(user=user)
    return ChatMemberAdministrator(
        user=user,
        can_be_edited=False,
        is_anonymous=False,
        can_manage_chat=True,
        can_delete_messages="write" in rights,
        can_manage_video_chats=False,
        can_restrict_members="add_remove_members" in rights,
        can_promote_members="add_admins" in rights,
        can_change_info="change_chat_info" in rights,
        can_invite_users="add_remove_members" in rights,
        can_post_stories=False,
        can_edit_stories=False,
        can_delete_stories=False,
        can_send_welcome_messages=False,
    )
