"""Methods that make one message without a file, and what all sending methods share.

https://core.telegram.org/bots/api#sendmessage
"""

from __future__ import annotations

import secrets
from typing import Any, NamedTuple

from ...stand_in.checks import Json
from .. import content
from ..access import chat_to_write, reply_target, topic_to_write
from ..content import DICE_MAXIMA, Content
from ..errors import bad_request, not_simulated
from ..keyboards import check as check_markup
from ..model import Chat, Message, Topic
from ..request import Params
from ..text import formatted, message_text
from ..world import World
from .registry import method

HEADER = (
    "chat_id",
    "message_thread_id",
    "disable_notification",
    "protect_content",
    "message_effect_id",
    "reply_parameters",
    "reply_markup",
)
POLL_PARAMETERS = frozenset(
    {
        *HEADER,
        "question",
        "question_parse_mode",
        "options",
        "is_anonymous",
        "type",
        "allows_multiple_answers",
        "correct_option_ids",
        "is_closed",
    }
)


class Destination(NamedTuple):
    """Where a message goes, with everything about it that is not its content."""

    chat: Chat
    topic: Topic | None
    reply_to: Message | None
    markup: Json | None
    extra: Json


def destination(world: World, params: Params) -> Destination:
    """Chat, topic, reply and markup of a sending call, each checked.

    Without a thread id, a reply goes to the topic of what it replies to: telegram-bot-api's
    is_reply_in_same_topic.
    """
    chat = chat_to_write(world, params["chat_id"])
    thread_id = params.get("message_thread_id")
    topic = topic_to_write(chat, thread_id) if thread_id is not None else None
    reply = params.get("reply_parameters")
    reply_to = reply_target(chat, reply)
    if topic is None and reply_to is not None and reply_to.topic is not None:
        topic = topic_to_write(chat, reply_to.topic.id)
    extra: Json = {}
    if params.get("protect_content"):
        extra["has_protected_content"] = True
    if params.get("link_preview_options"):
        extra["link_preview_options"] = params["link_preview_options"]
    if params.get("message_effect_id"):
        extra["effect_id"] = params["message_effect_id"]
    if reply and reply.get("quote") and reply_to is not None:
        position = reply.get("quote_position", 0)
        extra["quote"] = {"text": reply["quote"], "position": position, "is_manual": True}
    return Destination(chat, topic, reply_to, check_markup(params.get("reply_markup"), chat), extra)


def deliver(
    world: World,
    target: Destination,
    made: Content,
    *,
    album: str | None = None,
    counted: bool = True,
    extra: Json | None = None,
) -> Message:
    """Posts for the bot; counts against the limits unless it is a later part of an album."""
    if counted:
        world.pace.admit(target.chat, 1)
    return world.post(
        target.chat,
        world.bot,
        made,
        topic=target.topic,
        reply_to=target.reply_to,
        markup=target.markup,
        album=album,
        extra=target.extra | (extra or {}),
    )


@method("sendMessage")
def send_message(world: World, params: Params) -> Json:
    """A text message."""
    value = message_text(params["text"], params.get("parse_mode"), params.get("entities"))
    return deliver(world, destination(world, params), content.text(value)).to_api()


def _point(params: Params) -> tuple[float, float]:
    latitude, longitude = float(params["latitude"]), float(params["longitude"])
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("wrong latitude or longitude specified")
    return latitude, longitude


def _chosen(params: Params, *names: str) -> dict[str, Any]:
    return {name: params[name] for name in names if name in params}


@method("sendLocation")
def send_location(world: World, params: Params) -> Json:
    """A point on the map."""
    details = _chosen(
        params, "horizontal_accuracy", "live_period", "heading", "proximity_alert_radius"
    )
    made = content.location(*_point(params), **details)
    return deliver(world, destination(world, params), made).to_api()


@method("sendVenue")
def send_venue(world: World, params: Params) -> Json:
    """A place."""
    details = _chosen(
        params, "foursquare_id", "foursquare_type", "google_place_id", "google_place_type"
    )
    made = content.venue(params["title"], params["address"], *_point(params), **details)
    return deliver(world, destination(world, params), made).to_api()


@method("sendContact")
def send_contact(world: World, params: Params) -> Json:
    """A phone contact."""
    details = _chosen(params, "last_name", "vcard")
    made = content.contact(params["phone_number"], params["first_name"], **details)
    return deliver(world, destination(world, params), made).to_api()


@method("sendPoll")
def send_poll(world: World, params: Params) -> Json:
    """A regular poll; quizzes need an answer that is among the options."""
    for name in params:
        if name not in POLL_PARAMETERS:
            raise not_simulated(f'the parameter "{name}" of sendPoll')
    options = [formatted(option["text"], None, None).text for option in params["options"]]
    if not 1 <= len(options) <= 12:
        raise bad_request("poll must have at least 1 and at most 12 options")
    if not all(options):
        raise bad_request("poll options must be non-empty")
    details = _chosen(params, "is_anonymous", "type", "allows_multiple_answers", "is_closed")
    if details.get("type") == "quiz":
        correct = params.get("correct_option_ids") or []
        if not correct or not all(0 <= number < len(options) for number in correct):
            raise bad_request("wrong correct option ID specified")
        details["correct_option_ids"] = correct
    question = formatted(params["question"], params.get("question_parse_mode"), None).text
    if not 1 <= len(question) <= 300:
        raise bad_request("poll question must be non-empty and at most 300 characters long")
    made = content.poll(str(10**17 + world.number()), question, options, **details)
    return deliver(world, destination(world, params), made).to_api()


@method("sendDice")
def send_dice(world: World, params: Params) -> Json:
    """A die that rolls by itself."""
    emoji = params.get("emoji", "🎲")
    if emoji not in DICE_MAXIMA:
        raise bad_request("DICE_EMOTICON_INVALID")
    made = content.dice(emoji, 1 + secrets.randbelow(DICE_MAXIMA[emoji]))
    return deliver(world, destination(world, params), made).to_api()
