"""Methods that copy and forward.

https://core.telegram.org/bots/api#copymessage
"""

from __future__ import annotations

from ...stand_in.checks import Json
from .. import content
from ..access import chat_to_read, message_in
from ..content import CAPTIONED, Content
from ..errors import bad_request
from ..model import Message
from ..request import Params
from ..text import caption
from ..world import World
from .registry import method
from .sending import deliver, destination

MOST = 100


def _source(world: World, params: Params, act: str) -> Message:
    chat = chat_to_read(world, params["from_chat_id"])
    message = message_in(chat, params["message_id"], f"message to {act}")
    if not _movable(message):
        done = "copied" if act == "copy" else "forwarded"
        raise bad_request(f"message can't be {done}")
    return message


def _movable(message: Message) -> bool:
    return not message.is_service and not message.extra.get("has_protected_content")


@method("copyMessage")
def copy_message(world: World, params: Params) -> Json:
    """The same content as a message of the bot's own, without the inline keyboard."""
    source = _source(world, params, "copy")
    if source.kind == "poll" and source.content.fields["poll"]["type"] == "quiz":
        raise bad_request("message can't be copied")
    made = source.content
    if "caption" in params and source.kind in CAPTIONED:
        made = content.with_caption(made, caption(params))
    return {"message_id": deliver(world, destination(world, params), made).id}


@method("forwardMessage")
def forward_message(world: World, params: Params) -> Json:
    """The message with its origin shown."""
    source = _source(world, params, "forward")
    extra = {"forward_origin": source.origin()}
    return deliver(world, destination(world, params), source.content, extra=extra).to_api()


def _several(world: World, params: Params, act: str) -> list[Message]:
    chat = chat_to_read(world, params["from_chat_id"])
    wanted: list[int] = params["message_ids"]
    if not 1 <= len(wanted) <= MOST:
        raise bad_request("message identifiers are not specified or too many")
    if wanted != sorted(set(wanted)):
        raise bad_request("message identifiers must be in a strictly increasing order")
    found = [chat.by_id[message_id] for message_id in wanted if message_id in chat.by_id]
    movable = [message for message in found if _movable(message)]
    if not movable:
        raise bad_request(f"there are no messages to {act}")
    return movable


def _move(world: World, params: Params, act: str) -> list[Json]:
    sources = _several(world, params, act)
    target = destination(world, params)
    albums: dict[str, str] = {}
    counts = len({source.album or source.id for source in sources})
    world.pace.admit(target.chat, counts)
    made = []
    for source in sources:
        album = source.album and albums.setdefault(source.album, f"13{world.number():015}")
        part: Content = source.content
        if params.get("remove_caption"):
            part = content.with_caption(part, None)
        extra = {"forward_origin": source.origin()} if act == "forward" else None
        message = deliver(world, target, part, album=album, counted=False, extra=extra)
        made.append({"message_id": message.id})
    return made


@method("copyMessages")
def copy_messages(world: World, params: Params) -> list[Json]:
    """Copies up to 100; albums stay together; what is not there is passed over."""
    return _move(world, params, "copy")


@method("forwardMessages")
def forward_messages(world: World, params: Params) -> list[Json]:
    """Forwards up to 100; albums stay together; what is not there is passed over."""
    return _move(world, params, "forward")
