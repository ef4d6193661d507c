"""Who is on the playground: customers, agents and their group, the same people at every start.

What they do is up to whoever plays them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.playground.telegram import Group, Person, TelegramStandIn
from storage import subscribers
from storage.database import Transaction
from storage.model import Channel, Chat

FIRST_CUSTOMER = 710_000_001
FIRST_AGENT = 720_000_001
CUSTOMERS = (
    ("Ann", "Weaver", "ann_weaver", "en"),
    ("Oliver", "Stone", "oliver_stone", "en"),
    ("Мария", "Лебедева", "maria_leb", "ru"),
    ("Тимур", None, None, "ru"),
)
AGENTS = (
    ("Kate", "Morgan", "kate_morgan", "en"),
    ("Tom", "Fischer", "tom_fischer", "en"),
    ("Ольга", "Орлова", "olga_orlova", "ru"),
)
GROUP_TITLE = "Support team"


@dataclass(frozen=True, slots=True)
class Cast:
    customers: Sequence[Person]
    agents: Sequence[Person]
    group: Group


def gather(messenger: TelegramStandIn) -> Cast:
    """Everybody, in a messenger that has nobody yet. Their ids stay, the group is a new one."""
    customers = _people(messenger, FIRST_CUSTOMER, CUSTOMERS)
    agents = _people(messenger, FIRST_AGENT, AGENTS)
    group = messenger.add_group(GROUP_TITLE, owner=agents[0], members=agents[1:], forum=True)
    return Cast(customers, agents, group)


def _people(
    messenger: TelegramStandIn,
    first_id: int,
    descriptions: Sequence[tuple[str, str | None, str | None, str]],
) -> list[Person]:
    return [
        messenger.add_person(
            first_name,
            last_name=last_name,
            username=username,
            language=language,
            id=first_id + number,
        )
        for number, (first_name, last_name, username, language) in enumerate(descriptions)
    ]


def subscribed(tx: Transaction, cast: Cast) -> list[Person]:
    """The customers whom the desk remembers from an earlier start, and may write to first."""
    return [
        person
        for person in cast.customers
        if subscribers.of_chat(tx, Chat(Channel.TELEGRAM, person.id))
    ]
