"""Methods that change or delete messages.

https://core.telegram.org/bots/api#updating-messages
"""

from __future__ import annotations

from ...stand_in.checks import Json
from .. import content
from ..access import chat_to_write, message_in, own_message
from ..content import CAPTIONED, Content
from ..errors import NOT_MODIFIED, bad_request, broken_contract
from ..keyboards import check as check_markup
from ..model import Chat, Message
from ..request import Params
from ..text import caption, message_text
from ..world import World
from .registry import method

# https://core.telegram.org/bots/api#deletemessage
DELETABLE_SECONDS = 48 * 3600


def _change(world: World, message: Message, made: Content, params: Params) -> Json:
    markup = check_markup(params.get("reply_markup"), message.chat)
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    same = made.fields == message.content.fields
    if same and markup == message.markup:
        raise NOT_MODIFIED
    # An edit without reply_markup takes the inline keyboard away.
    message.markup = markup
    world.edit(message, None if same else made)
    return message.to_api()


@method("editMessageText")
def edit_message_text(world: World, params: Params) -> Json:
    """Another text for the bot's own text message."""
    if "text" not in params:
        raise broken_contract('parameter "text" is required in editMessageText')
    value = message_text(params["text"], params.get("parse_mode"), params.get("entities"))
    message = own_message(world, params)
    if message.kind != "text":
        raise bad_request("there is no text in the message to edit")
    return _change(world, message, content.text(value), params)


@method("editMessageCaption")
def edit_message_caption(world: World, params: Params) -> Json:
    """Another caption for the bot's own media; without `caption` it goes."""
    words = caption(params)
    message = own_message(world, params)
    if message.kind not in CAPTIONED:
        raise bad_request("there is no caption in the message to edit")
    return _change(world, message, content.with_caption(message.content, words), params)


@method("editMessageMedia")
def edit_message_media(world: World, params: Params) -> Json:
    """Another file for the bot's own message; parts of albums keep their kind."""
    media: Json = params["media"]
    message = own_message(world, params)
    if message.album and media["type"] != message.kind:
        raise bad_request("can't use the media of the specified type in the album")
    file = world.files.resolve(media["type"], media["media"], params.files)
    return _change(world, message, content.media(file, caption(media), media), params)


@method("editMessageReplyMarkup")
def edit_message_reply_markup(world: World, params: Params) -> Json:
    """Another inline keyboard, or none."""
    message = own_message(world, params)
    return _change(world, message, message.content, params)


def _delete(world: World, chat: Chat, message: Message) -> None:
    allowed = chat.is_private or message.from_bot or chat.bot_rights.get("can_delete_messages")
    opens_topic = message.topic is not None and message.topic.id == message.id
    if not allowed or opens_topic:
        raise bad_request("message can't be deleted")
    if world.clock() - message.made_at >= DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    world.delete(message)


@method("deleteMessage")
def delete_message(world: World, params: Params) -> bool:
    """Deletes for everybody: own messages anywhere, others' with the right to."""
    chat = chat_to_write(world, params["chat_id"])
    _delete(world, chat, message_in(chat, params["message_id"], "message to delete"))
    return True


@method("deleteMessages")
def delete_messages(world: World, params: Params) -> bool:
    """Deletes up to 100; those that are not there are passed over."""
    chat = chat_to_write(world, params["chat_id"])
    if not 1 <= len(params["message_ids"]) <= 100:
        raise bad_request("message identifiers are not specified or too many")
    for message_id in params["message_ids"]:
        message = chat.by_id.get(message_id)
        if message is not None:
            _delete(world, chat, message)
    return True
