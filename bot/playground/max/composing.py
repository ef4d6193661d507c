"""A message as the bot describes it, made into text, attachments and buttons."""

from __future__ import annotations

from collections.abc import Callable

from ..stand_in.checks import Json
from .attachments import Attachment, card, location, media, share, sticker
from .errors import bad_request, broken_contract, not_found, not_simulated
from .html import parse_html
from .keyboards import check as check_keys
from .markdown import parse_markdown
from .model import Chat, Message
from .world import Content, World

# "Должен быть единственным вложением в сообщении": the schema of each. A keyboard may go with it.
ALONE = frozenset({"audio", "file", "contact", "sticker"})
# The keyboard is one of them.
MOST_ATTACHMENTS = 12


def compose(world: World, chat: Chat, body: Json) -> Content:
    """The parts that the body names; those that are null or left out are not in the result.

    400 as MAX words it for what it would not take.
    """
    made: Content = {}
    if body.get("text") is not None:
        made["text"], made["entities"] = _marked(body["text"], body.get("format"))
    if body.get("attachments") is not None:
        described: list[Json] = body["attachments"]
        boards = [item for item in described if item["type"] == "inline_keyboard"]
        others = [item for item in described if item["type"] != "inline_keyboard"]
        if len(boards) > 1:
            raise bad_request("Must be only one inline_keyboard attachment in message")
        if len(described) > MOST_ATTACHMENTS:
            raise bad_request(_too_many(len(described)))
        _check_company([item["type"] for item in others])
        made["keys"] = check_keys(boards[0]["payload"]["buttons"]) if boards else []
        made["attachments"] = [_attachment(world, item) for item in others]
    if body.get("link") is not None:
        _link(world, chat, body["link"], made)
    return made


def _marked(text: str, notation: str | None) -> tuple[str, list[Json]]:
    if notation == "html":
        return parse_html(text)
    if notation == "markdown":
        return parse_markdown(text)
    return text, []


def _check_company(types: list[str]) -> None:
    for kind in ALONE.intersection(types):
        if len(types) > 1:
            raise bad_request(f"Must be only one {kind} attachment in message")


def _too_many(count: int) -> str:
    return f"Field 'attachments' size ({count}) must be at most {MOST_ATTACHMENTS}"


def _link(world: World, chat: Chat, link: Json, made: Content) -> None:
    message: Message | None = world.by_mid.get(link["mid"])
    if message is None or not (message.from_bot or world.bot_reads(message.chat)):
        raise not_found(f"Message {link['mid']} not found")
    if link["type"] == "forward":
        made["forward_of"] = message
    elif message.chat is chat:
        made["reply_to"] = message
    else:
        raise bad_request("Message to reply to is in another chat")


def _attachment(world: World, item: Json) -> Attachment:
    return MAKERS[item["type"]](world, item)


def _image(world: World, item: Json) -> Attachment:
    payload: Json = item["payload"]
    given = {key: value for key, value in payload.items() if value is not None}
    if not given:
        raise bad_request("No `photos`, `url` or `token` provided. Check payload.")
    if len(given) != 1:
        raise broken_contract("an image has one of url, token and photos")
    if "url" in given:
        raise not_simulated("images fetched from a URL")
    if "token" in given:
        return media(world.files.by_token("image", given["token"]))
    if len(given["photos"]) != 1:
        raise not_simulated("several photos in one attachment")
    return media(world.files.by_token("image", next(iter(given["photos"].values()))["token"]))


def _uploaded(world: World, item: Json) -> Attachment:
    token = item["payload"].get("token")
    if not token:
        raise bad_request(f"Missing `token` in {item['type']} attachment")
    return media(world.files.by_token(item["type"], token))


def _sticker(world: World, item: Json) -> Attachment:
    """One that somebody sent before, or any other of MAX's own."""
    code = item["payload"]["code"]
    return sticker(world.files.known("sticker", code), code)


def _contact(world: World, item: Json) -> Attachment:
    user = world.users.get(item["payload"].get("contact_id") or 0)
    return card(item["payload"], user.to_api() if user else None)


def _share(world: World, item: Json) -> Attachment:
    if not item["payload"].get("url"):
        raise not_simulated("shares without a URL")
    return share(item["payload"]["url"])


MAKERS: dict[str, Callable[[World, Json], Attachment]] = {
    "image": _image,
    "video": _uploaded,
    "audio": _uploaded,
    "file": _uploaded,
    "sticker": _sticker,
    "contact": _contact,
    "location": lambda world, item: location(item["latitude"], item["longitude"]),
    "share": _share,
}


def refuse_empty(text: str, attachments: list[Attachment], forward: Message | None) -> None:
    """400 for a message that nobody would see; buttons alone are none."""
    if not text.strip() and not attachments and forward is None:
        raise bad_request("Message must have text or attachments")
