"""The agents' side, incoming: everything that happens in chats that are not private.

What goes out to the agents is the sender's; handlers only call operations of `storage`.
"""

from aiogram import F, Router

from bot.agents import answers, buttons, commands, linking, membership, topics
from bot.agents.card import CardButton, PriorityButton
from bot.agents.said import by_agent, in_agent_chat, in_group
from bot.matching import when


def router() -> Router:
    """Takes every update of a group. In one that is no agent chat, the bot is silent."""
    groups = Router(name="groups")
    kinds = (
        groups.message,
        groups.edited_message,
        groups.callback_query,
        groups.my_chat_member,
        groups.chat_member,
    )
    for kind in kinds:
        kind.filter(in_group)
    groups.message.register(
        membership.migrated, when(F.migrate_to_chat_id | F.migrate_from_chat_id)
    )
    groups.message.register(membership.member_left, when(F.left_chat_member), in_agent_chat)
    groups.message.register(
        topics.closed_or_reopened,
        when(F.forum_topic_closed | F.forum_topic_reopened),
        in_agent_chat,
    )
    groups.message.register(linking.connect, linking.with_code)
    groups.my_chat_member.register(membership.bot_changed, in_agent_chat)
    groups.chat_member.register(membership.member_changed, in_agent_chat)
    for data, handler in ((CardButton, buttons.act), (PriorityButton, buttons.prioritize)):
        groups.callback_query.register(handler, data.filter(), in_agent_chat, buttons.by_member)
    groups.callback_query.register(buttons.refuse)
    groups.include_routers(_desk(), _silence())
    return groups


def _desk() -> Router:
    """What agents say in an agent chat."""
    desk = Router(name="desk")
    desk.message.filter(by_agent)
    desk.edited_message.filter(by_agent)
    desk.message.register(commands.obey, commands.with_command)
    desk.message.register(answers.answer)
    desk.edited_message.register(answers.edited)
    return desk


def _silence() -> Router:
    """All else in groups: it belongs to no other part of the bot."""
    silence = Router(name="silence")
    for kind in (
        silence.message,
        silence.edited_message,
        silence.my_chat_member,
        silence.chat_member,
    ):
        kind.register(_ignore)
    return silence


async def _ignore(_: object) -> None:
    """Nothing to say."""
