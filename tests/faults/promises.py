"""What must be true once everything is delivered: nothing lost, repeated, torn or out of order."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from sqlite3 import Row

from bot.playground import max as max_
from tests.faults import webhook_promises
from tests.faults.evidence import Evidence, check_always, hold, of_the_living
from tests.faults.ledger import HIDDEN, TOLD_TO_AGENTS, Entry, Kind, Ledger, marks_in
from tests.faults.town import Group, Message, Town

SURPRISES = ("Traceback", "an update failed", "sending failed", "is set aside", "task failed")
"""What the desk says only when its own code is at fault."""
SENT = "✓"


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that was found, once it is quiet."""

    town: Town
    ledger: Ledger
    evidence: Evidence
    messages: dict[str, Row]

    @property
    def entries(self) -> Iterable[Entry]:
        return self.ledger.entries.values()


def check_at_rest(town: Town, ledger: Ledger) -> int:
    """Raises BrokenPromise; else how many messages were repeated since the town began."""
    with of_the_living(town.folder) as evidence:
        check_always(town, ledger, evidence)
        seen = Seen(town, ledger, evidence, evidence.messages())
        _everything_is_kept(seen)
        _customers_have_one_ticket(seen)
        _lanes_keep_their_order(seen)
        _agents_see_everything(seen)
        _customers_see_their_answers(seen)
        _deliveries_are_told(seen)
        _albums_are_whole(seen)
        webhook_promises.check(town, evidence)
        return _repeats(seen)


def check_words(town: Town) -> None:
    """What the desk says of itself."""
    said = [line for line in town.desk.lines if any(sign in line for sign in SURPRISES)]
    hold("the desk makes no mistake of its own", [], said)


def _everything_is_kept(seen: Seen) -> None:
    missing = [entry.mark for entry in seen.entries if entry.mark not in seen.messages]
    hold("nothing that was said is lost", [], missing)
    for entry in seen.entries:
        row = seen.messages[entry.mark]
        hold(f"{entry.mark} is internal or not", entry.kind in HIDDEN, bool(row["internal"]))


def _customers_have_one_ticket(seen: Seen) -> None:
    for customer in seen.town.customers:
        own = [seen.messages[entry.mark] for entry in seen.ledger.of_customer(customer)]
        numbers = {row["number"] for row in own}
        if own:
            hold(f"first messages of {customer.name} make one ticket", 1, len(numbers))
            [customer.number] = numbers


def _lanes_keep_their_order(seen: Seen) -> None:
    lanes: dict[str, list[int]] = defaultdict(list)
    for mark in seen.messages:
        entry = seen.ledger.entries[mark]
        lanes[entry.lane].append(entry.number)
    for lane, numbers in lanes.items():
        hold(f"the order of {lane} is kept", sorted(numbers), numbers)


def _agents_see_everything(seen: Seen) -> None:
    told = [marks_in(m.text) for m in seen.town.group.messages if m.from_bot and not m.is_service]
    shown: dict[int, list[str]] = defaultdict(list)
    for mark in (mark for marks in told for mark in marks):
        shown[seen.messages[mark]["number"]].append(mark)
    expected: dict[int, list[str]] = defaultdict(list)
    for mark, row in seen.messages.items():
        if seen.ledger.entries[mark].kind in TOLD_TO_AGENTS:
            expected[row["number"]].append(mark)
    for number, marks in expected.items():
        first_times = list(dict.fromkeys(shown[number]))
        hold(f"agents see all of ticket {number}, in its order", marks, first_times)
    if not isinstance(seen.town.group, max_.Group):
        names = _topics(seen.town.group)
        lost = [number for number in expected if not names[f"#{number}"]]
        hold("every ticket has a topic", [], lost)


def _topics(group: Group) -> Counter[str]:
    """How many topics there are of each ticket, by its number; none in MAX."""
    if isinstance(group, max_.Group):
        return Counter()
    return Counter(topic.name.split(" ")[0] for topic in group.topics.values())


def _album(message: Message) -> str | None:
    """In MAX an album is one message."""
    return None if isinstance(message, max_.Message) else message.album


def _customers_see_their_answers(seen: Seen) -> None:
    for customer in seen.town.customers:
        said = [m.text for m in customer.chat.messages if m.from_bot]
        shown = list(dict.fromkeys(mark for text in said for mark in marks_in(text)))
        expected = [
            mark
            for mark, row in seen.messages.items()
            if row["number"] == customer.number
            and seen.ledger.entries[mark].kind in (Kind.ANSWER, Kind.REPLY)
        ]
        hold(f"{customer.name} has all answers and nothing else, in order", expected, shown)


def _deliveries_are_told(seen: Seen) -> None:
    for entry in seen.entries:
        row = seen.messages[entry.mark]
        public = entry.kind in (Kind.ANSWER, Kind.REPLY) and entry.customer is not None
        hold(f"{entry.mark}'s delivery", "sent" if public else "none", row["delivery"])
        if entry.kind is Kind.ANSWER:
            hold(f"its agent is shown that {entry.mark} arrived", True, _marked(seen.town, entry))


def _marked(town: Town, entry: Entry) -> bool:
    assert entry.native is not None
    answers = (m for m in town.group.messages if m.from_bot and m.reply_to is entry.native)
    return bool(entry.native.emojis) or any(m.text == SENT for m in answers)


def _albums_are_whole(seen: Seen) -> None:
    for entry in seen.entries:
        if not entry.files:
            continue
        places: list[Sequence[Message]] = []
        if entry.kind is Kind.CUSTOMER:
            places.append(seen.town.group.messages)
        elif entry.kind is Kind.ANSWER and entry.customer is not None:
            places.append(entry.customer.chat.messages)
        for messages in places:
            albums = _albums(messages, entry.files)
            hold(f"the album {entry.mark} arrives", True, bool(albums))
            for album in albums:
                hold(f"the album {entry.mark} stays whole", list(entry.files), album)


def _albums(messages: Sequence[Message], files: tuple[bytes, ...]) -> list[list[bytes]]:
    """What the bot made of these files, message by message or album by album."""
    found: dict[object, list[bytes]] = defaultdict(list)
    for message in messages:
        if not message.from_bot or message.media is None:
            continue
        parts = message.files if isinstance(message, max_.Message) else [message.media]
        data = [file.data for file in parts if file.data in files]
        if data:
            found[_album(message) or message.id].extend(data)
    return list(found.values())


def _repeats(seen: Seen) -> int:
    """Messages that say again what was said, and topics that a ticket has besides its own."""
    group = seen.town.group
    repeats = _said_again(group.messages)
    for customer in seen.town.customers:
        repeats += _said_again(customer.chat.messages)
    return repeats + sum(count - 1 for count in _topics(group).values())


def _said_again(messages: Sequence[Message]) -> int:
    """How many messages to leave out, for the others to say everything once.

    Notices that answer one message twice count too, and an album is one message. What was said in
    one message may be said again in several, where less is merged by then.
    """
    sayings = list(_sayings(messages))
    needed: list[set[object]] = []
    later: set[object] = set()
    for says in reversed(sayings):
        if not says <= later:
            needed.append(says)
            later |= says
    repeats = len(sayings) - len(needed)
    known: set[object] = set()
    for says in reversed(needed):
        repeats += bool(says & known)
        known |= says
    return repeats


def _sayings(messages: Sequence[Message]) -> Iterator[set[object]]:
    album: object = None
    for message in messages:
        if not message.from_bot or message.is_service:
            continue
        before, album = album, _album(message)
        if album is not None and album == before:
            continue
        says: set[object] = set(marks_in(message.text))
        if not says and message.media is not None:
            says = {message.media.data}
        elif not says and message.reply_to is not None and _once(message):
            says = {(message.reply_to.id, message.text)}
        if says:
            yield says


def _once(message: Message) -> bool:
    """Whether it is a notice that there is one of: in a customer's chat, or a mark of delivery."""
    return message.chat.is_private or message.text == SENT


def pending(town: Town) -> str:
    """What is still on its way, in words; empty when it is quiet."""
    waits = [f"{s.updates_pending} updates at {c}" for c, s in town.standins.items()]
    waits = [words for words in waits if not words.startswith("0 ")]
    with of_the_living(town.folder) as evidence:
        for words, query in ON_ITS_WAY.items():
            if number := evidence.count(query):
                waits.append(f"{number} {words}")
    return ", ".join(waits)


ON_ITS_WAY = {
    "updates in the inbox": "SELECT count(*) FROM inbox WHERE status = 'pending'",
    "rows in the outbox": "SELECT count(*) FROM outbox WHERE status = 'pending'",
    "webhooks": "SELECT count(*) FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id"
    " WHERE d.status = 'pending' AND w.status = 'active'",
}
