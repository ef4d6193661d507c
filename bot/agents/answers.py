"""What agents write in tickets: answers, notes, edits. Commands are in `commands`."""

from dataclasses import dataclass

from aiogram.types import Message

from bot.agents.commands import command_in
from bot.agents.notes import is_note, marked, unmarked
from bot.agents.said import Said
from bot.content import content_of, unsupported_kind
from bot.handling import last
from bot.messengers import Messenger
from storage import conversation, message_map, messages, tickets
from storage.database import Database
from storage.model import Content, Source, Ticket
from storage.model import Message as TicketMessage
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Written:
    """`note`: whether it bears the mark; `unsupported`: the kind that nobody can pass on."""

    content: Content
    note: bool
    unsupported: str | None


async def answer(
    message: Message, album: list[Message], db: Database, messenger: Messenger, said: Said
) -> None:
    """An agent's message or album. Service messages say nothing, and go nowhere."""
    content = content_of(album, messenger.channel)
    written = Written(
        content=unmarked(content),
        note=is_note(content.text) or marked(album),
        unsupported=unsupported_kind(message),
    )
    if written.content.text or content.attachments or written.unsupported:
        await db.write(last(_take_in), said, written)


def _take_in(tx: Transaction, said: Said, written: Written) -> Ticket | None:
    """The ticket that it is about, which may be none."""
    ticket = said.ticket(tx)
    if ticket is None:
        return None
    if written.unsupported is not None:
        said.keep(tx, ticket)
        said.reply(tx, ticket, "answer_unsupported", kind=written.unsupported)
        return ticket
    conversation.reply(
        tx,
        ticket,
        written.content,
        internal=written.note or _follows_note(tx, said.source),
        agent=said.agent(tx),
        source=said.source,
    )
    return ticket


def _follows_note(tx: Transaction, source: Source) -> bool:
    """Whether it is a late part of an album that is a note."""
    if source.media_group_id is None:
        return False
    earlier = message_map.album_message(tx, source.chat, source.media_group_id)
    return earlier is not None and messages.get(tx, earlier).internal


async def edited(
    _: Message, album: list[Message], db: Database, messenger: Messenger, said: Said
) -> None:
    """An agent's edit of a message, of a part of an album, or of an album as a whole. A note stays
    one, and an answer cannot become one, nor a command."""
    content = content_of(album, messenger.channel)
    await db.write(_take_edit, said, content)


def _take_edit(tx: Transaction, said: Said, content: Content) -> None:
    native_id = said.source.native_ids[0]
    message_id = message_map.message_from(tx, said.source.chat, native_id)
    if message_id is None:
        return
    ticket = tickets.of_message(tx, message_id)
    if ticket.project_id != said.project.id:
        return
    message = messages.get(tx, message_id)
    # Which part of an album bore the caption is not kept; messengers put it on the first.
    first_part = message_map.sources_of(tx, message_id)[0] == (said.source.chat, native_id)
    if not first_part and not content.text:
        return
    if not first_part or (not message.internal and _cannot_be_edited_in(message, content)):
        said.reply(tx, ticket, "edit_not_delivered")
        return
    conversation.edit(tx, said.source, unmarked(content))


def _cannot_be_edited_in(message: TicketMessage, content: Content) -> bool:
    """What no answer may become, and another file: messengers' copies keep theirs."""
    if is_note(content.text) or command_in(content.text) is not None:
        return True
    return conversation.replaces_file(message, content)
