"""The customer's side: commands, plain messages, edits, ratings, the end of a subscription.

Screens and what is pressed on them are the scenes'; which ticket a message belongs to is storage's.
"""

import re
from dataclasses import replace
from uuid import UUID

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import Command, CommandObject
from aiogram.fsm.scene import SceneRegistry
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message

from bot import middlewares, screens, views
from bot.callbacks import RatingButton, TicketAct, TicketButton
from bot.content import content_of, placeholder, source_of, unsupported, unsupported_kind
from bot.guide import Guide, request_in
from bot.handling import last
from bot.matching import when
from bot.messengers import Messenger
from bot.scenes.active_tickets import ActiveTickets
from bot.scenes.consent import Consent
from bot.scenes.menu import Menu
from bot.scenes.new_ticket import NewTicket
from storage import conversation, message_map, messages, projects, routing, subscribers, tickets
from storage.database import Operation
from storage.errors import Forbidden
from storage.model import Chat, Content, Person, Project, Source, SubscriberStatus, Ticket
from storage.routing import Routed
from storage.transaction import Transaction

_COMMAND = re.compile(r"/\w+(@\w+)?")
_SCENES = (Consent, Menu, NewTicket, ActiveTickets)
_TAKERS = frozenset(
    scene.__scene_config__.state
    for scene in _SCENES
    if any(handler.name == "message" for handler in scene.__scene_config__.handlers)
)
"""The states of scenes that take messages."""


def router(registry: SceneRegistry) -> Router:
    """Takes every update of a private chat; the scenes are added to `registry`."""
    private = Router(name="customer")
    private.message.filter(when(F.chat.type == ChatType.PRIVATE))
    private.edited_message.filter(when(F.chat.type == ChatType.PRIVATE))
    private.my_chat_member.filter(when(F.chat.type == ChatType.PRIVATE))
    private.callback_query.filter(when(F.message.chat.type == ChatType.PRIVATE))
    private.callback_query.middleware(middlewares.pressed)
    # Most messages are for a ticket: they need not be shown to each command and each scene.
    private.message.register(plain, for_a_ticket)
    # What a scene must not take for its own comes before the scenes.
    private.include_routers(_commands(), _scenes(registry), _chat())
    return private


def _commands() -> Router:
    known = Router(name="customer's commands")
    known.message.filter(when(F.text))
    known.message.register(start, Command("start", "menu", "cancel", ignore_case=True))
    known.message.register(stop, Command("stop", ignore_case=True))
    known.message.register(explain, when(F.text.regexp(_COMMAND, mode="fullmatch")))
    known.message.register(pasted_link, when(F.text.func(request_in)))
    return known


async def for_a_ticket(message: Message, raw_state: str | None) -> bool:
    """Lets pass what is surely no command and no scene's, and can be passed on."""
    return (
        raw_state not in _TAKERS and not commanding(message) and unsupported_kind(message) is None
    )


def commanding(message: Message) -> bool:
    """Whether a message may be a command or a link; a caption commands nothing."""
    text = message.text or ""
    return text.lstrip().startswith("/") or request_in(text) is not None


def _scenes(registry: SceneRegistry) -> Router:
    scenes = Router(name="scenes")
    registry.add(*_SCENES, router=scenes)
    return scenes


def _chat() -> Router:
    """What belongs to no scene."""
    chat = Router(name="customer's chat")
    chat.message.register(announce, unsupported)
    chat.message.register(plain)
    chat.edited_message.register(edited)
    chat.my_chat_member.register(blocked, when(F.new_chat_member.status.in_({"kicked", "left"})))
    chat.callback_query.register(rate, RatingButton.filter())
    chat.callback_query.register(reopen, TicketButton.filter(F.act == TicketAct.REOPEN))
    chat.callback_query.register(pressed_in_vain)
    return chat


async def start(_: Message, command: CommandObject, guide: Guide) -> None:
    await guide.by_payload(command.args or "")


async def pasted_link(message: Message, guide: Guide) -> None:
    request_id = request_in(message.text or "")
    if request_id is not None:
        await guide.by_request(request_id)


async def explain(_: Message, guide: Guide) -> None:
    """/help, and every command that there isn't."""
    await guide.stage.show(screens.help_(guide.locale))


async def stop(_: Message, guide: Guide) -> None:
    ended = await guide.db.write(_unsubscribe, guide.person.chat)
    await guide.unsubscribed(ended)


async def blocked(_: ChatMemberUpdated, guide: Guide) -> None:
    """To block the bot is to leave; to unblock it is not to come back, a message or /start is."""
    await guide.db.write(subscribers.unsubscribe, guide.person.chat, SubscriberStatus.BLOCKED)
    await guide.scenes.close()


async def plain(_: Message, album: list[Message], messenger: Messenger, guide: Guide) -> None:
    content = content_of(album, messenger.channel)
    if content.text or content.attachments:
        source = source_of(album, messenger.channel)
        await _pass_on(last(routing.customer_message), content, source, guide)


async def announce(message: Message, kind: str, messenger: Messenger, guide: Guide) -> None:
    """The agents get a placeholder for what can't be passed on, and the customer a word."""
    door = await guide.db.read(views.door, guide.person.chat)
    locale = door.projects[0].locale if door.projects else guide.locale
    content = Content(placeholder(message, kind, locale))
    source = source_of([message], messenger.channel)
    if await _pass_on(routing.customer_message, content, source, guide):
        await guide.stage.add(screens.unsupported(kind, guide.locale, announced=True))


async def _pass_on(
    operation: Operation[[Person, Content, Source], Routed | None],
    content: Content,
    source: Source,
    guide: Guide,
) -> bool:
    """Whether a ticket took it: the notice that names the ticket goes out through the outbox."""
    try:
        routed = await guide.db.write(operation, guide.person, content, source)
    except Forbidden:
        door = await guide.db.read(views.door, guide.person.chat)
        await guide.menu(door.projects[0].id, "not_passed_on")
        return False
    if routed is None:
        left = await guide.db.read(routing.project_left, source)
        if left is None:
            await guide.start("not_passed_on_yet")
        else:
            await guide.consent(left, news="not_passed_on_yet")
    return routed is not None


async def edited(
    message: Message, album: list[Message], messenger: Messenger, guide: Guide
) -> None:
    """An edit of a message, of a part of an album, or of an album as a whole."""
    if unsupported_kind(message) is None and message.location is None:
        content = content_of(album, messenger.channel)
        await guide.db.write(_edit, source_of(album, messenger.channel), content)


async def rate(_: CallbackQuery, callback_data: RatingButton, guide: Guide) -> None:
    chat = guide.person.chat
    ticket = await guide.db.write(tickets.rate, callback_data.ticket, chat, callback_data.rating)
    await guide.stage.show(screens.rated(ticket, guide.locale))


async def reopen(_: CallbackQuery, callback_data: TicketButton, guide: Guide) -> None:
    chat = guide.person.chat
    ticket = await guide.db.read(tickets.of_customer, callback_data.ticket, chat)
    if await guide.subscribed(ticket.project_id) is not None:
        ticket = await guide.db.write(_reopen, ticket.id, chat)
        await guide.leave(screens.reopened(ticket, guide.locale))


async def pressed_in_vain(_: CallbackQuery, guide: Guide) -> None:
    """A button that no version of the desk made."""
    await guide.start("outdated")


def _unsubscribe(tx: Transaction, chat: Chat) -> list[Project]:
    """The projects that the chat was subscribed to."""
    ended = subscribers.unsubscribe(tx, chat, SubscriberStatus.STOPPED)
    return [projects.get(tx, subscriber.project_id) for subscriber in ended]


def _edit(tx: Transaction, source: Source, content: Content) -> None:
    """An album's caption may stand at a part that was not edited: then it stays."""
    message_id = message_map.message_from(tx, source.chat, source.native_ids[0])
    if message_id is None:
        return
    parts = message_map.sources_of(tx, message_id)
    if not content.text and len(parts) > len(source.native_ids):
        message = messages.get(tx, message_id)
        content = replace(content, text=message.text, entities=message.entities)
    conversation.edit(tx, source, content)


def _reopen(tx: Transaction, ticket_id: UUID, chat: Chat) -> Ticket:
    """The ticket is open again, and takes what the customer writes next."""
    ticket = views.open_ticket(tx, chat, ticket_id).ticket
    return tickets.reopen(tx, ticket.project_id, ticket.id, by_customer=True)
