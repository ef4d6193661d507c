"""Who is on the playground: customers, agents and their groups, the same people at every start.

What they do is up to whoever plays them. No two of them, nor two chats, have one id, not even in
different messengers: a page needs no more than an id to name a person or a chat.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias, TypeVar

from bot.playground import max as max_
from bot.playground import telegram
from storage import subscribers
from storage.model import Channel, Chat
from storage.transaction import Transaction

Person: TypeAlias = telegram.Person | max_.Person
Group: TypeAlias = telegram.Group | max_.Group
StandIn: TypeAlias = telegram.TelegramStandIn | max_.MaxStandIn
PersonT = TypeVar("PersonT", bound=Person)
GroupName: TypeAlias = Literal["forum", "plain", "max"]


class Description(NamedTuple):
    first_name: str
    last_name: str | None
    username: str | None
    language: Literal["en", "ru"]


FIRST_CUSTOMER = {Channel.TELEGRAM: 710_000_001, Channel.MAX: 730_000_001}
FIRST_AGENT = {Channel.TELEGRAM: 720_000_001, Channel.MAX: 740_000_001}
CUSTOMERS = {
    Channel.TELEGRAM: (
        Description("Ann", "Weaver", "ann_weaver", "en"),
        Description("Oliver", "Stone", "oliver_stone", "en"),
        Description("Мария", "Лебедева", "maria_leb", "ru"),
        Description("Тимур", None, None, "ru"),
    ),
    Channel.MAX: (
        Description("Вера", "Соколова", None, "ru"),
        Description("Игорь", "Ким", None, "ru"),
        Description("Emma", "Clarke", None, "en"),
    ),
}
AGENTS = (
    Description("Kate", "Morgan", "kate_morgan", "en"),
    Description("Tom", "Fischer", "tom_fischer", "en"),
    Description("Ольга", "Орлова", "olga_orlova", "ru"),
)
GROUP_TITLE = "Support team"


@dataclass(frozen=True, slots=True)
class Cast:
    customers: Mapping[Channel, Sequence[Person]]
    agents: Mapping[Channel, Sequence[Person]]
    groups: Mapping[GroupName, Group]

    def everybody(self) -> Iterator[Person]:
        for people in (*self.customers.values(), *self.agents.values()):
            yield from people


def gather(in_telegram: telegram.TelegramStandIn, in_max: max_.MaxStandIn) -> Cast:
    """Everybody, in messengers that have nobody yet. Their ids stay, the groups are new ones."""
    kate, *others = _people(in_telegram.add_person, FIRST_AGENT[Channel.TELEGRAM], AGENTS)
    max_kate, *max_others = _people(in_max.add_person, FIRST_AGENT[Channel.MAX], AGENTS)
    add: Mapping[Channel, Callable[..., Person]] = {
        Channel.TELEGRAM: in_telegram.add_person,
        Channel.MAX: in_max.add_person,
    }
    return Cast(
        customers={
            channel: _people(add[channel], FIRST_CUSTOMER[channel], them)
            for channel, them in CUSTOMERS.items()
        },
        agents={Channel.TELEGRAM: [kate, *others], Channel.MAX: [max_kate, *max_others]},
        groups={
            "forum": in_telegram.add_group(GROUP_TITLE, owner=kate, members=others, forum=True),
            "plain": in_telegram.add_group(GROUP_TITLE, owner=kate, members=others),
            "max": in_max.add_group(GROUP_TITLE, owner=max_kate, members=max_others),
        },
    )


def _people(
    add: Callable[..., PersonT], first_id: int, descriptions: Sequence[Description]
) -> list[PersonT]:
    return [add(**each._asdict(), id=first_id + number) for number, each in enumerate(descriptions)]


def subscribed(tx: Transaction, cast: Cast) -> list[Person]:
    """The customers whom the desk remembers from an earlier start, and may write to first."""
    return [
        person
        for channel, people in cast.customers.items()
        for person in people
        if subscribers.of_chat(tx, Chat(channel, person.chat.id))
    ]
