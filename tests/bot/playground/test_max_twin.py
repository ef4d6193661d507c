"""MAX's stand-in has the face of Telegram's: one test can play people in either."""

import inspect
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.playground import max as max_
from bot.playground import telegram
from bot.playground.max import MaxStandIn
from bot.playground.telegram import TelegramStandIn

# What only Telegram has: topics, reactions, polls, games, GIFs, groups that move.
TELEGRAMS_OWN = {
    "Person": {"react", "send_animation", "send_dice", "send_poll", "send_video_note"},
    "Group": {
        "allow_reactions",
        "close_topic",
        "delete_topic",
        "last_id",
        "migrate_to_supergroup",
        "migrated_to",
        "open_topic",
        "post_as_channel",
        "reactions_allowed",
        "rename_topic",
        "reopen_topic",
        "set_forum",
        "topic",
        "username",
    },
    "StandIn": set[str](),
    "module": {"Topic", "TelegramStandIn"},
}
PAIRS = {
    "Person": (telegram.Person, max_.Person),
    "Group": (telegram.Group, max_.Group),
    "StandIn": (TelegramStandIn, MaxStandIn),
    "module": (telegram, max_),
}


def public(owner: Any) -> set[str]:
    if inspect.ismodule(owner):
        return set(owner.__all__)
    return {name for name in dir(owner) if not name.startswith("_")}


@pytest.mark.parametrize("what", PAIRS)
def test_public_names_are_the_same(what: str) -> None:
    one, other = PAIRS[what]
    assert public(one) - public(other) - TELEGRAMS_OWN[what] == set()


@pytest.mark.parametrize("what", ["Person", "Group", "StandIn"])
def test_what_is_asked_for_by_name_is_the_same(what: str) -> None:
    one, other = PAIRS[what]
    for name in public(one) & public(other):
        theirs, ours = getattr(one, name), getattr(other, name)
        if inspect.isfunction(theirs) and inspect.isfunction(ours):
            expected = required(theirs)
            assert expected == required(ours), name


def required(function: Any) -> list[str]:
    return [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD
    ]


StandIn = TelegramStandIn | MaxStandIn


@pytest.fixture(params=[TelegramStandIn, MaxStandIn])
async def messenger(request: pytest.FixtureRequest) -> AsyncIterator[StandIn]:
    async with request.param() as stand_in:
        yield stand_in


async def test_one_story_is_told_alike(messenger: StandIn) -> None:
    """The state that a page shows, after the same acts."""
    ann: Any = messenger.add_person("Ann", username="ann")
    bob: Any = messenger.add_person("Bob")
    group: Any = messenger.add_group("Agents", members=[bob])
    ann.open("hd_abc")
    first = ann.say("hello")
    ann.edit(first, "hello there")
    ann.say("again", reply_to=first)
    ann.send_photo(b"photo", "caption")
    ann.send_document(b"file", name="a.pdf")
    ann.send_location()
    gone = bob.say("oops", in_=group)
    bob.delete(gone)
    bob.say("noted", in_=group)
    group.rename("Desk")
    ann.block_bot()
    with pytest.raises(RuntimeError):
        ann.say("x")
    chats = {chat["title"]: chat for chat in messenger.snapshot()}
    told = [
        (message["kind"], message["text"], message["edited"], message["reply_to"] == first.id)
        for message in chats["Ann"]["messages"]
        if not message["text"].startswith("/start")
    ]
    assert told == [
        ("text", "hello there", True, False),
        ("text", "again", False, True),
        ("photo", "caption", False, False),
        ("document", "", False, False),
        ("location", "", False, False),
    ]
    assert [item["text"] for item in chats["Desk"]["messages"] if item["text"]] == ["noted"]
    assert messenger.updates_pending > 8


async def test_snapshots_have_the_same_fields() -> None:
    shapes = []
    for kind in (TelegramStandIn, MaxStandIn):
        messenger = kind()
        ann: Any = messenger.add_person("Ann")
        ann.send_document(b"x", name="a")
        messenger.add_group("Agents")
        shapes.append(shape(messenger.snapshot()))
    assert shapes[0] == shapes[1]


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape(part) for key, part in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None
