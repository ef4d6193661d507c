"""Groups: who hears what, who may do what, and what the bot is told of them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.playground.max import Group, MaxStandIn, Person
from tests.bot.playground.max_wire import Wire


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(MaxStandIn()) as ready:
        yield ready
        assert ready.messenger.calls.broken_contracts == []


@pytest.fixture
def ann(wire: Wire) -> Person:
    return wire.messenger.add_person("Ann")


@pytest.fixture
def group(wire: Wire, ann: Person) -> Group:
    return wire.messenger.add_group("Agents", members=[ann])


def kinds(updates: list[dict[str, Any]]) -> list[str]:
    return [update["update_type"] for update in updates]


async def test_the_bot_hears_a_group_as_an_administrator_with_that_right_only(
    wire: Wire, ann: Person, group: Group
) -> None:
    for rights, heard in (
        (None, []),
        ({"write"}, []),
        ({"read_all_messages"}, ["message_created", "message_edited", "message_removed"]),
    ):
        group.set_bot_rights(rights)
        message = ann.say("/help", in_=group)
        ann.edit(message, "help")
        ann.delete(message)
        assert kinds(await wire.updates()) == heard


async def test_a_message_of_a_group_as_max_tells_it(wire: Wire, ann: Person, group: Group) -> None:
    message = ann.say("hello", in_=group)
    [told] = await wire.updates()
    assert told["message"]["recipient"] == {"chat_id": group.id, "chat_type": "chat"}
    assert told["message"]["body"]["mid"] == message.id
    assert message.id.startswith("mid.ffff")
    assert "user_locale" not in told


async def test_a_reply_goes_where_its_message_is(ann: Person, group: Group) -> None:
    first = group.owner.say("?", in_=group)
    assert ann.say("!", reply_to=first).chat is group


async def test_strangers_can_not_write_into_a_group(wire: Wire, group: Group) -> None:
    with pytest.raises(RuntimeError, match="Bob is not in Agents"):
        wire.messenger.add_person("Bob").say("x", in_=group)


async def test_the_bot_is_told_when_it_comes_and_goes(wire: Wire, ann: Person) -> None:
    group = wire.messenger.add_group("Agents", members=[ann], bot_rights="absent")
    unknown = await wire.error("POST", "/messages", {"text": "x"}, chat_id=group.id)
    assert unknown[1] == "chat.not.found"
    group.add_bot(by=ann, rights={"read_all_messages"})
    await wire.send(group.id)
    group.remove_bot()
    refused = await wire.error("POST", "/messages", {"text": "x"}, chat_id=group.id)
    assert refused[:2] == (403, "chat.denied")
    added, removed = await wire.updates()
    assert (added["update_type"], added["user"]["user_id"]) == ("bot_added", ann.id)
    assert (removed["update_type"], removed["user"]["user_id"]) == ("bot_removed", group.owner.id)
    assert added["chat_id"] == removed["chat_id"] == group.id


async def test_comings_goings_and_titles_are_told_to_an_administrator(
    wire: Wire, ann: Person, group: Group
) -> None:
    bob = wire.messenger.add_person("Bob")
    group.add(bob, by=ann)
    group.remove(bob, by=ann)
    group.add(bob)
    group.remove(bob)
    group.rename("Desk", by=ann)
    added, removed, joined, left, renamed = await wire.updates()
    assert (added["user"]["user_id"], added["inviter_id"]) == (bob.id, ann.id)
    assert (removed["user"]["user_id"], removed["admin_id"]) == (bob.id, ann.id)
    assert (joined["inviter_id"], "admin_id" in left) == (None, False)
    assert (renamed["title"], renamed["user"]["user_id"]) == ("Desk", ann.id)
    group.set_bot_rights(None)
    group.rename("Quiet")
    assert await wire.updates() == []


async def test_presses_are_told_whatever_the_bot_is(wire: Wire, ann: Person, group: Group) -> None:
    key = {"type": "callback", "text": "Go", "payload": "go"}
    board = {"type": "inline_keyboard", "payload": {"buttons": [[key]]}}
    await wire.send(group.id, attachments=[board])
    group.set_bot_rights(None)
    ann.press(group.messages[-1], "Go")
    assert kinds(await wire.updates()) == ["message_callback"]


async def test_a_group_may_be_for_administrators_to_write_in(wire: Wire, group: Group) -> None:
    group.admins_only = True
    await wire.send(group.id)
    group.set_bot_rights(None)
    assert await wire.error("POST", "/messages", {"text": "x"}, chat_id=group.id) == (
        403,
        "chat.denied",
        "chat.send.msg.no.permission.because.not.admin",
    )


async def test_a_group_as_it_is(wire: Wire, group: Group) -> None:
    chat = await wire.ok("GET", f"/chats/{group.id}")
    assert (chat["type"], chat["title"], chat["status"]) == ("chat", "Agents", "active")
    assert (chat["owner_id"], chat["participants_count"]) == (group.owner.id, 3)
    assert (await wire.error("GET", "/chats/5"))[1] == "chat.not.found"
    assert (await wire.error("GET", "/chats/@news"))[:2] == (404, "not.found")


async def test_a_dialog_is_a_chat_too(wire: Wire, ann: Person) -> None:
    ann.open()
    chat = await wire.ok("GET", f"/chats/{ann.chat.id}")
    assert (chat["type"], chat["participants_count"]) == ("dialog", 2)
    assert chat["dialog_with_user"]["user_id"] == ann.id
    for path in ("members", "members/me", "members/admins", "pin"):
        assert (await wire.error("GET", f"/chats/{ann.chat.id}/{path}"))[0] == 400


async def test_what_the_bot_is_in_a_group(wire: Wire, group: Group) -> None:
    path = f"/chats/{group.id}/members/me"
    me = await wire.ok("GET", path)
    assert (me["is_admin"], me["is_owner"]) == (True, False)
    assert "read_all_messages" in me["permissions"]
    group.set_bot_rights({"write"})
    assert (await wire.ok("GET", path))["permissions"] == ["write"]
    group.set_bot_rights([])
    me = await wire.ok("GET", path)
    assert (me["is_admin"], me["permissions"]) == (True, [])
    group.set_bot_rights(None)
    me = await wire.ok("GET", path)
    assert (me["is_admin"], me["permissions"]) == (False, None)


async def test_members_page_by_page(wire: Wire, ann: Person, group: Group) -> None:
    path = f"/chats/{group.id}/members"
    first = await wire.ok("GET", path, count=2)
    second = await wire.ok("GET", path, count=2, marker=first["marker"])
    names = [member["first_name"] for member in first["members"] + second["members"]]
    assert names == ["Owner of Agents", "Ann", "Deskwire"]
    assert "marker" not in second
    chosen = await wire.ok("GET", path, user_ids=f"{ann.id},5")
    assert [member["user_id"] for member in chosen["members"]] == [ann.id]
    admins = await wire.ok("GET", f"{path}/admins")
    owner, bot = admins["members"]
    assert (owner["is_owner"], bot["is_bot"]) == (True, True)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "members", None),
        ("GET", "members/admins", None),
        ("GET", "pin", None),
        ("PUT", "pin", {"message_id": "x"}),
        ("DELETE", "pin", None),
        ("PATCH", "", {"title": "x"}),
        ("POST", "members", {"user_ids": [1]}),
        ("POST", "members/admins", {"admins": []}),
    ],
)
async def test_a_plain_member_may_not(
    wire: Wire, group: Group, method: str, path: str, body: dict[str, Any] | None
) -> None:
    group.set_bot_rights(None)
    where = f"/chats/{group.id}/{path}".rstrip("/")
    assert (await wire.error(method, where, body))[:2] == (403, "access.denied")


async def test_rights_are_looked_at_one_by_one(wire: Wire, group: Group) -> None:
    group.set_bot_rights({"read_all_messages"})
    refused = await wire.error("PATCH", f"/chats/{group.id}", {"title": "x"})
    assert refused[2] == "Permission change_chat_info is required"
    group.set_bot_rights({"change_chat_info"})
    assert (await wire.ok("PATCH", f"/chats/{group.id}", {"title": "Desk"}))["title"] == "Desk"
    assert group.title == "Desk"


async def test_messages_are_pinned_and_unpinned(wire: Wire, ann: Person, group: Group) -> None:
    message = ann.say("important", in_=group)
    path = f"/chats/{group.id}/pin"
    assert await wire.ok("GET", path) == {"message": None}
    await wire.ok("PUT", path, {"message_id": message.id, "notify": False})
    assert (await wire.ok("GET", path))["message"]["body"]["text"] == "important"
    await wire.ok("DELETE", path)
    assert await wire.ok("GET", path) == {"message": None}
    assert (await wire.error("PUT", path, {"message_id": "mid.0"}))[0] == 404


async def test_members_and_administrators_are_changed(
    wire: Wire, ann: Person, group: Group
) -> None:
    bob = wire.messenger.add_person("Bob")
    path = f"/chats/{group.id}/members"
    assert await wire.ok("POST", path, {"user_ids": [bob.id]}) == {"success": True}
    failed = await wire.ok("POST", path, {"user_ids": [5]})
    assert (failed["success"], failed["failed_user_ids"]) == (False, [5])
    admin = {"user_id": bob.id, "permissions": ["write"]}
    assert (await wire.error("POST", f"{path}/admins", {"admins": [admin]}))[0] == 400
    admin["permissions"] = ["read_all_messages", "write"]
    await wire.ok("POST", f"{path}/admins", {"admins": [admin]})
    assert group.admins[bob.id] == {"read_all_messages", "write"}
    await wire.ok("DELETE", f"{path}/admins/{bob.id}")
    assert bob.id not in group.admins
    await wire.ok("DELETE", path, user_id=bob.id)
    assert bob.id not in group.members
    assert (await wire.error("DELETE", path, user_id=bob.id))[0] == 404


async def test_an_administrator_deletes_what_others_wrote(
    wire: Wire, ann: Person, group: Group
) -> None:
    message = ann.say("spam", in_=group)
    group.set_bot_rights({"read_all_messages"})
    assert (await wire.error("DELETE", "/messages", message_id=message.id))[0] == 403
    group.set_bot_rights({"read_all_messages", "write"})
    await wire.ok("DELETE", "/messages", message_id=message.id)
    assert group.messages == []


async def test_what_the_bot_may_not_hear_it_may_not_read(
    wire: Wire, ann: Person, group: Group
) -> None:
    message = ann.say("secret", in_=group)
    group.set_bot_rights(None)
    assert (await wire.error("GET", f"/messages/{message.id}"))[0] == 404
    assert (await wire.error("GET", "/messages", chat_id=group.id))[0] == 403
    body = {"text": "x", "link": {"type": "forward", "mid": message.id}}
    assert (await wire.error("POST", "/messages", body, chat_id=group.id))[0] == 404


async def test_the_bot_can_leave(wire: Wire, group: Group) -> None:
    await wire.ok("DELETE", f"/chats/{group.id}/members/me")
    assert group.bot_status == "left"
    assert (await wire.error("GET", f"/chats/{group.id}"))[:2] == (403, "chat.denied")


async def test_people_are_promoted_and_demoted(ann: Person, group: Group) -> None:
    group.promote(ann)
    assert ann.id in group.admins
    group.demote(ann)
    group.pin(ann.say("x", in_=group))
    assert (ann.id in group.admins, group.pinned) == (False, group.messages[0])
