"""What agents read of a ticket: the words of each message, with notes, edits and senders marked."""

from dataclasses import dataclass
from uuid import UUID

from babel.dates import format_time

import locales
from bot.agents.card import card_header, previous_number
from bot.names import isolate
from bot.outgoing.formatted import Formatted, from_html, joined, styled
from storage import message_map, messages, outbox, projects, tickets
from storage.message_map import Copy, Thread
from storage.model import Author, Message, Project, Ticket
from storage.outbox import Kind, OutboxRow
from storage.transaction import Transaction

CARD_HEADER = 1000
"""UTF-16 units that a card's header has at most: what the customer wrote has the rest for sure."""
BLANK_LINE = "\n\n"


@dataclass(frozen=True, slots=True)
class OnCard:
    """What a ticket's card shows: the ticket with its `first` message, all that the card has
    `carried` so far, and the number of the ticket before."""

    ticket: Ticket
    first: Message
    carried: list[Message]
    previous_number: int | None


@dataclass(frozen=True, slots=True)
class View:
    """What a row for the agents finds of its ticket.

    `repeats` are later rows that say the same; `on_card` is None where the card is left alone.
    """

    row: OutboxRow
    project: Project
    thread: Thread
    message: Message | None
    repeats: list[int]
    on_card: OnCard | None

    @property
    def card(self) -> OnCard:
        """What the card shows, for rows that touch it."""
        assert self.on_card is not None
        return self.on_card

    @property
    def locale(self) -> str:
        return self.project.locale


@dataclass(frozen=True, slots=True)
class Told:
    """A row of words that belong to no ticket."""

    row: OutboxRow
    locale: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A row that marks what an agent wrote by a reaction: it takes no more."""

    row: OutboxRow


def load(tx: Transaction, row: OutboxRow) -> View | Told | Mark:
    """Raises NotFound where what the row is about is gone."""
    if row.ticket_id is None:
        return Told(row, projects.get(tx, row.project_id).locale)
    return Mark(row) if row.kind is Kind.MARK else view(tx, row)


def view(tx: Transaction, row: OutboxRow) -> View:
    """Of a row that belongs to a ticket. Raises NotFound."""
    assert row.ticket_id is not None
    thread = message_map.thread(tx, row.ticket_id, row.chat)
    unfinished = thread.card_id is None or "rest" in row.progress
    touches = unfinished or row.kind in (Kind.CARD, Kind.EDIT)
    return View(
        row=row,
        project=projects.get(tx, row.project_id),
        thread=thread,
        message=None if row.message_id is None else messages.get(tx, row.message_id),
        repeats=_repeats(tx, row),
        on_card=_on_card(tx, row.project_id, thread) if touches else None,
    )


def _on_card(tx: Transaction, project_id: UUID, thread: Thread) -> OnCard:
    ticket = tickets.get(tx, project_id, thread.ticket_id)
    carried: list[Message] = []
    if thread.card_id is not None:
        carried = carried_messages(tx, message_map.carried_by(tx, thread.chat, thread.card_id))
    return OnCard(
        ticket=ticket,
        first=messages.first_of_ticket(tx, ticket.id),
        carried=carried,
        previous_number=previous_number(tx, ticket),
    )


def _repeats(tx: Transaction, row: OutboxRow) -> list[int]:
    """Later rows that bring the same card or message up to date."""
    if row.kind not in (Kind.CARD, Kind.EDIT):
        return []
    later = outbox.behind(tx, row)
    return [r.id for r in later if (r.kind, r.message_id) == (row.kind, row.message_id)]


@dataclass(frozen=True, slots=True)
class Saying:
    """A row that is nothing but words: what it says, and the ticket message behind it if any."""

    row_id: int
    message_id: UUID | None
    text: Formatted


def sayings(tx: Transaction, view: View) -> list[Saying]:
    """What waits behind the view's row and is only words, up to the first that has files."""
    found = []
    for row in outbox.behind(tx, view.row):
        if row.kind not in (Kind.MESSAGE, Kind.NOTICE):
            continue
        said = None if row.message_id is None else messages.get(tx, row.message_id)
        saying = saying_of(row, said, view)
        if saying is None:
            break
        found.append(saying)
    return found


def saying_of(row: OutboxRow, message: Message | None, view: View) -> Saying | None:
    """None where the row's message has files."""
    if row.kind is Kind.NOTICE:
        values = dict(row.payload["values"])
        if "reason" in values:
            values["reason"] = locales.render_plain(f"reason_{values['reason']}", view.locale)
        html = locales.render(row.payload["text"], view.locale, **values)
        return Saying(row.id, None, from_html(html))
    assert message is not None
    if message.attachments:
        return None
    return Saying(row.id, message.id, words_of(message, view))


def carried_messages(tx: Transaction, copies: list[Copy]) -> list[Message]:
    return [messages.get(tx, copy.message_id) for copy in copies if copy.message_id is not None]


def card_text(view: View, bodies: list[Formatted]) -> Formatted:
    """The card: the header, then what the customer wrote first."""
    html = card_header(view.card.ticket, view.project, view.card.previous_number, view.locale)
    header = from_html(html).pieces(CARD_HEADER)[0]
    return joined([header, *(body for body in bodies if body.text)], BLANK_LINE)


def first_pieces(body: Formatted, text_limit: int) -> list[Formatted]:
    """A text cut so that the first piece has room on a card."""
    room = text_limit - CARD_HEADER - len(BLANK_LINE)
    return body.pieces(text_limit, room)


def original(message: Message) -> Formatted:
    """A message as it was before any edit."""
    if message.original_text is None:
        return Formatted(message.text, message.entities)
    return Formatted(message.original_text, message.original_entities)


def edit_mark(message: Message, locale: str) -> Formatted:
    """The line that stands between the original and what an edit made of it."""
    assert message.edited_at is not None
    time = format_time(message.edited_at, format="short", locale=locale, tzinfo=None)
    return styled(locales.render_plain("edited_mark", locale, time=f"{time} UTC"), "italic")


def body_of(message: Message, locale: str) -> Formatted:
    """What a message says to the agents; a customer's edit has the original above it."""
    now = Formatted(message.text, message.entities)
    if message.edited_at is None or message.author is not Author.CUSTOMER:
        return now
    edit = joined([edit_mark(message, locale), now], "\n")
    return joined([original(message), edit], BLANK_LINE)


def words_of(message: Message, view: View) -> Formatted:
    """Header and body of a message."""
    return header_of(message, view) + body_of(message, view.locale)


def header_of(message: Message, view: View) -> Formatted:
    """Who speaks, where it is not the customer: the API, or agents in the chat of before."""
    if message.author is Author.CUSTOMER:
        return Formatted()
    name = "internal_note" if message.internal else "agent_reply"
    text = locales.render_plain(name, view.locale, name=isolate(message.author_name))
    return styled(text, "bold") + Formatted("\n")
