"""Commands of agents in tickets. What they change shows on the card, what goes wrong in words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from aiogram.types import Message

from bot.agents.card import card_values, previous_number
from bot.agents.membership import member_of
from bot.agents.said import Said
from bot.content import person_of
from bot.messengers import Messenger
from bot.names import isolate
from storage import agents, tickets
from storage.database import Database
from storage.model import Agent, Person, Priority, Status, Ticket
from storage.transaction import Transaction

# As Telegram finds commands in a text: a path such as /etc/hosts is none.
SHAPE = re.compile(r"/(\w{1,64})(?:@(\w+))?(?![\w/<>@])\s*(.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it was written; `bot` is the bot that it names."""

    name: str
    bot: str | None
    argument: str

    def is_for(self, username: str | None) -> bool:
        return self.bot is None or self.bot.casefold() == (username or self.bot).casefold()


@dataclass(frozen=True, slots=True)
class Order:
    """A command in a ticket, by an agent; `mentioned` is the member whom it points at."""

    said: Said
    ticket: Ticket
    agent: Agent
    argument: str
    mentioned: Person | None


def command_in(text: str) -> Command | None:
    """The command that a text begins with; case makes no difference."""
    found = SHAPE.match(text)
    if found is None:
        return None
    name, bot, argument = found.groups()
    return Command(name.lower(), bot, argument.strip())


async def with_command(message: Message) -> bool | dict[str, Command]:
    """Lets pass what begins with a command, captions too: no customer is to read one."""
    command = command_in(message.text or message.caption or "")
    return False if command is None else {"command": command}


async def obey(
    message: Message, command: Command, db: Database, messenger: Messenger, said: Said
) -> None:
    """Carry out a command. One for another bot is left to it, and goes nowhere."""
    if command.is_for(messenger.username):
        mentioned = await _mentioned(message, messenger) if command.name == "assign" else None
        name = command.name if message.text else ""
        await db.write(_carry_out, said, name, command.argument, mentioned)


async def _mentioned(message: Message, messenger: Messenger) -> Person | None:
    """The member whom a mention without a user name points at."""
    for entity in message.entities or ():
        if entity.user is None or entity.user.is_bot:
            continue
        member = await member_of(messenger.bot, message.chat.id, entity.user)
        if member is not None:
            return person_of(member, message.chat, messenger.channel)
    return None


def _carry_out(
    tx: Transaction, said: Said, name: str, argument: str, mentioned: Person | None
) -> None:
    ticket = said.ticket(tx)
    action = ACTIONS.get(name)
    if ticket is not None:
        said.keep(tx, ticket)
    if name == "help":
        said.reply(tx, ticket, "agents_help")
    elif ticket is None:
        if action is not None:
            said.reply(tx, None, "command_outside_ticket")
    elif action is None:
        said.reply(tx, ticket, "command_unknown")
    else:
        action(tx, Order(said, ticket, said.agent(tx), argument, mentioned))


def _take(tx: Transaction, order: Order) -> None:
    tickets.assign(tx, order.ticket.project_id, order.ticket.id, order.agent.id)


def _assign(tx: Transaction, order: Order) -> None:
    project_id, ticket = order.ticket.project_id, order.ticket
    if order.mentioned is not None:
        agent = agents.seen(tx, project_id, order.mentioned)
        tickets.assign(tx, project_id, ticket.id, agent.id)
    elif not order.argument:
        order.said.reply(tx, ticket, "assign_usage")
    elif order.argument == "-":
        tickets.assign(tx, project_id, ticket.id, None)
    elif (named := _named(tx, project_id, order.argument)) is not None:
        tickets.assign(tx, project_id, ticket.id, named.id)
    else:
        order.said.reply(tx, ticket, "assign_unknown", name=isolate(order.argument))


def _named(tx: Transaction, project_id: UUID, argument: str) -> Agent | None:
    """The agent of that name; words may follow a user name, which is one word."""
    named = agents.by_name(tx, project_id, argument)
    if named is None and argument.startswith("@"):
        named = agents.by_name(tx, project_id, argument.split(maxsplit=1)[0])
    return named


def _close(tx: Transaction, order: Order) -> None:
    tickets.set_status(tx, order.ticket.project_id, order.ticket.id, Status.CLOSED)


def _reopen(tx: Transaction, order: Order) -> None:
    tickets.reopen(tx, order.ticket.project_id, order.ticket.id)


def _prioritize(tx: Transaction, order: Order) -> None:
    wanted = order.argument.lower()
    if wanted in set(Priority):
        tickets.set_priority(tx, order.ticket.project_id, order.ticket.id, Priority(wanted))
    else:
        order.said.reply(tx, order.ticket, "priority_usage")


def _show(tx: Transaction, order: Order) -> None:
    values = card_values(order.ticket, previous_number(tx, order.ticket))
    order.said.reply(tx, order.ticket, "card", **values)


ACTIONS: Mapping[str, Callable[[Transaction, Order], None]] = {
    "take": _take,
    "assign": _assign,
    "close": _close,
    "reopen": _reopen,
    "priority": _prioritize,
    "ticket": _show,
}
