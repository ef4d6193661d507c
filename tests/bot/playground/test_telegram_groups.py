"""Groups: topics and rights, privacy mode, migration, and the odd senders."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.playground.telegram import Group, Person, TelegramStandIn, Topic
from tests.bot.playground.telegram_wire import Wire


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(TelegramStandIn(privacy=True)) as ready:
        yield ready


@pytest.fixture
def bob(wire: Wire) -> Person:
    return wire.messenger.add_person("Bob")


@pytest.fixture
def forum(wire: Wire, bob: Person) -> Group:
    return wire.messenger.add_group("Agents", forum=True, members=[bob])


async def new_topic(wire: Wire, forum: Group, name: str = "#42 Broken") -> Topic:
    made = await wire.ok("createForumTopic", chat_id=forum.id, name=name)
    return forum.topics[made["message_thread_id"]]


async def messages(wire: Wire) -> list[dict[str, Any]]:
    """Messages in all updates, which are confirmed by that."""
    updates = await wire.updates()
    if updates:
        await wire.updates(offset=updates[-1]["update_id"] + 1)
    return [update["message"] for update in updates if "message" in update]


async def test_life_of_a_topic(wire: Wire, forum: Group) -> None:
    topic = await new_topic(wire, forum)
    where = {"chat_id": forum.id, "message_thread_id": topic.id}
    sent = await wire.ok("sendMessage", **where, text="card")
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic.id, True)
    await wire.ok("editForumTopic", **where, name="#42 Mended")
    assert await wire.error("editForumTopic", **where, name="#42 Mended") == (
        "Bad Request: TOPIC_NOT_MODIFIED"
    )
    await wire.ok("closeForumTopic", **where)
    assert await wire.error("closeForumTopic", **where) == "Bad Request: TOPIC_NOT_MODIFIED"
    forum.set_bot_rights({"can_delete_messages": True})
    assert await wire.error("sendMessage", **where, text="x") == "Bad Request: TOPIC_CLOSED"
    forum.set_bot_rights({"can_manage_topics": True, "can_delete_messages": True})
    await wire.ok("sendMessage", **where, text="who manages topics may")
    await wire.ok("reopenForumTopic", **where)
    await wire.ok("sendMessage", **where, text="x")
    assert [message.kind for message in topic.messages] == [
        "forum_topic_created",
        "text",
        "forum_topic_edited",
        "forum_topic_closed",
        "text",
        "forum_topic_reopened",
        "text",
    ]
    await wire.ok("deleteForumTopic", **where)
    assert (topic.deleted, forum.messages) == (True, [])
    assert await wire.error("sendMessage", **where, text="x") == (
        "Bad Request: message thread not found"
    )
    for method in ("closeForumTopic", "reopenForumTopic", "deleteForumTopic"):
        assert await wire.error(method, **where) == "Bad Request: TOPIC_ID_INVALID"


async def test_a_bot_hears_of_its_own_service_messages_only(wire: Wire, forum: Group) -> None:
    topic = await new_topic(wire, forum)
    await wire.ok("sendMessage", chat_id=forum.id, message_thread_id=topic.id, text="x")
    heard = await messages(wire)
    assert [message["forum_topic_created"]["name"] for message in heard] == ["#42 Broken"]
    assert heard[0]["from"]["id"] == wire.messenger.bot.id


async def test_people_close_and_delete_topics(wire: Wire, forum: Group, bob: Person) -> None:
    topic = await new_topic(wire, forum)
    forum.close_topic(topic)
    with pytest.raises(RuntimeError, match="is closed"):
        bob.say("x", topic=topic)
    forum.owner.say("x", topic=topic)
    forum.reopen_topic(topic)
    forum.rename_topic(topic, "other")
    forum.delete_topic(topic)
    kinds = [set(message) for message in await messages(wire)]
    assert "forum_topic_closed" in kinds[1]
    assert "text" in kinds[2]
    assert "forum_topic_reopened" in kinds[3]
    assert "forum_topic_edited" in kinds[4]
    assert len(kinds) == 5


async def test_messages_in_a_topic_reply_to_its_first(
    wire: Wire, forum: Group, bob: Person
) -> None:
    topic = await new_topic(wire, forum)
    bob.say("in the topic", topic=topic)
    bob.say("in general", in_=forum)
    in_topic, in_general = (await messages(wire))[1:]
    assert in_topic["message_thread_id"] == topic.id
    assert in_topic["reply_to_message"]["message_id"] == topic.id
    assert "message_thread_id" not in in_general


async def test_a_reply_goes_to_the_topic_of_what_it_replies_to(
    wire: Wire, forum: Group, bob: Person
) -> None:
    topic = await new_topic(wire, forum)
    message = bob.say("x", topic=topic)
    reply = {"message_id": message.id}
    sent = await wire.ok("sendMessage", chat_id=forum.id, text="y", reply_parameters=reply)
    assert sent["message_thread_id"] == topic.id


async def test_thread_ids_are_refused_where_there_are_no_threads(
    wire: Wire, forum: Group, bob: Person
) -> None:
    bob.open()
    plain = wire.messenger.add_group("Plain")
    for chat_id, thread_id in ((plain.id, 5), (bob.id, 5), (forum.id, 1), (forum.id, 99)):
        answer = await wire.error(
            "sendMessage", chat_id=chat_id, message_thread_id=thread_id, text="x"
        )
        assert answer == "Bad Request: message thread not found"


@pytest.mark.parametrize("rights", ["member", {"can_pin_messages": True}])
async def test_topics_need_rights(wire: Wire, rights: Any) -> None:
    forum = wire.messenger.add_group("Agents", forum=True, bot_rights=rights)
    topic = forum.open_topic("people's own")
    where = {"chat_id": forum.id, "message_thread_id": topic.id}
    assert await wire.error("createForumTopic", chat_id=forum.id, name="x") == (
        "Bad Request: not enough rights to create a topic"
    )
    assert "not enough rights to close or open" in await wire.error("closeForumTopic", **where)
    assert "not enough rights to edit" in await wire.error("editForumTopic", **where, name="x")
    assert "not enough rights to delete" in await wire.error("deleteForumTopic", **where)
    await wire.ok("sendMessage", **where, text="writing is for all")


async def test_only_forums_have_topics(wire: Wire) -> None:
    for supergroup in (True, False):
        group = wire.messenger.add_group("Plain", supergroup=supergroup)
        assert await wire.error("createForumTopic", chat_id=group.id, name="x") == (
            "Bad Request: the chat is not a forum"
        )


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("hello", False),
        ("/take", True),
        ("/take@deskwire_bot now", True),
        ("/take@other_bot", False),
        ("not a /take", False),
    ],
)
async def test_privacy_mode_of_a_plain_member(
    wire: Wire, bob: Person, text: str, heard: bool
) -> None:
    group = wire.messenger.add_group("G", members=[bob], bot_rights="member")
    bob.say(text, in_=group)
    assert [message["text"] for message in await messages(wire)] == ([text] if heard else [])


async def test_privacy_mode_lets_replies_and_service_messages_through(
    wire: Wire, bob: Person
) -> None:
    group = wire.messenger.add_group("G", members=[bob], bot_rights="member")
    sent = await wire.ok("sendMessage", chat_id=group.id, text="x")
    bob.say("answer", reply_to=group.by_id[sent["message_id"]])
    group.rename("H")
    first, second = await messages(wire)
    assert (first["text"], second["new_chat_title"]) == ("answer", "H")


async def test_an_administrator_hears_everything(wire: Wire, bob: Person) -> None:
    group = wire.messenger.add_group("G", members=[bob], bot_rights="member")
    group.set_bot_rights({"can_manage_topics": True})
    bob.say("hello", in_=group)
    update, message = await wire.updates()
    member = update["my_chat_member"]["new_chat_member"]
    assert (member["status"], member["can_manage_topics"]) == ("administrator", True)
    assert message["message"]["text"] == "hello"


async def test_rights_and_members_as_the_bot_reads_them(
    wire: Wire, forum: Group, bob: Person
) -> None:
    me = {"chat_id": forum.id, "user_id": wire.messenger.bot.id}
    assert (await wire.ok("getChatMember", **me))["can_manage_topics"] is True
    forum.set_bot_rights(None)
    assert (await wire.ok("getChatMember", **me))["status"] == "member"
    assert (await wire.ok("getChatMember", chat_id=forum.id, user_id=bob.id))["status"] == "member"
    forum.promote(bob)
    admins = await wire.ok("getChatAdministrators", chat_id=forum.id)
    assert {member["user"]["first_name"] for member in admins} == {"Bob", "Owner of Agents"}
    assert await wire.ok("getChatMemberCount", chat_id=forum.id) == 3
    chat = await wire.ok("getChat", chat_id=forum.id)
    assert (chat["title"], chat["is_forum"]) == ("Agents", True)


async def test_a_bot_thrown_out_is_told_and_refused(wire: Wire, forum: Group, bob: Person) -> None:
    forum.remove_bot(by=bob)
    status = (await wire.updates())[-1]["my_chat_member"]["new_chat_member"]["status"]
    assert status == "kicked"
    assert await wire.error("sendMessage", chat_id=forum.id, text="x") == (
        "Forbidden: bot was kicked from the supergroup chat"
    )
    bob.say("unheard", in_=forum)
    assert await messages(wire) == []
    forum.add_bot(by=bob)
    await wire.ok("leaveChat", chat_id=forum.id)
    assert await wire.error("sendMessage", chat_id=forum.id, text="x") == (
        "Forbidden: bot is not a member of the supergroup chat"
    )


async def test_a_group_the_bot_never_saw_is_not_found(wire: Wire) -> None:
    group = wire.messenger.add_group("Secret", bot_rights="absent")
    assert await wire.error("getChat", chat_id=group.id) == "Bad Request: chat not found"


async def test_migration_to_a_supergroup(wire: Wire, bob: Person) -> None:
    old = wire.messenger.add_group("G", members=[bob], supergroup=False)
    new = old.migrate_to_supergroup(forum=True)
    leaving, arriving = await messages(wire)
    assert (leaving["chat"]["id"], leaving["migrate_to_chat_id"]) == (old.id, new.id)
    assert (arriving["chat"]["id"], arriving["migrate_from_chat_id"]) == (new.id, old.id)
    refused = await wire.call("sendMessage", chat_id=old.id, text="x")
    assert refused["description"] == ("Bad Request: group chat was upgraded to a supergroup chat")
    assert refused["parameters"] == {"migrate_to_chat_id": new.id}
    await wire.ok("sendMessage", chat_id=new.id, text="x")
    bob.say("x", in_=new)
    assert new.messages[-1].sender is bob


async def test_anonymous_administrators_channels_and_linked_posts(wire: Wire, forum: Group) -> None:
    forum.owner.say("as the group", in_=forum, anonymous=True)
    forum.post_as_channel("News", "as a channel")
    forum.post_as_channel("News", "linked", linked=True)
    group, channel, linked = await messages(wire)
    assert (group["from"]["id"], group["sender_chat"]["id"]) == (1087968824, forum.id)
    assert (channel["from"]["id"], channel["sender_chat"]["type"]) == (136817688, "channel")
    assert (linked["from"]["id"], linked["is_automatic_forward"]) == (777000, True)


async def test_service_messages_come_without_a_thread(
    wire: Wire, forum: Group, bob: Person
) -> None:
    topic = await new_topic(wire, forum)
    message = bob.say("x", topic=topic)
    await messages(wire)
    forum.pin(message)
    await wire.ok("pinChatMessage", chat_id=forum.id, message_id=topic.id)
    forum.rename("Other")
    carol = wire.messenger.add_person("Carol")
    forum.add(carol, by=bob)
    forum.remove(carol)
    heard = await messages(wire)
    assert all("message_thread_id" not in message for message in heard)
    kinds = ["pinned_message", "pinned_message", "new_chat_title", "new_chat_members"]
    for message_heard, kind in zip(heard, [*kinds, "left_chat_member"], strict=True):
        assert kind in message_heard


async def test_message_ids_count_in_each_supergroup_but_over_all_private_chats(
    wire: Wire, forum: Group, bob: Person
) -> None:
    carol = wire.messenger.add_person("Carol")
    ids = [person.open().id for person in (bob, carol, bob)]
    assert ids == [ids[0], ids[0] + 1, ids[0] + 2]
    other = wire.messenger.add_group("Other", members=[bob])
    assert [bob.say("x", in_=group).id for group in (forum, other, forum)] == [1, 1, 2]
