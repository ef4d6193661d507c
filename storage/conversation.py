"""What is said in a ticket: answers, notes, customers' messages and edits, and all that follows."""

from uuid import UUID

from storage import (
    agents,
    delivery,
    events,
    lifecycle,
    message_map,
    messages,
    opening,
    outbox,
    projects,
    subscribers,
    tickets,
)
from storage.errors import Conflict, HelpdeskDisabled, NotVirtual
from storage.model import (
    Agent,
    Attachment,
    Author,
    Channel,
    Content,
    Delivery,
    Message,
    NewAttachment,
    Source,
    SubscriberStatus,
    Ticket,
)
from storage.transaction import Transaction


def reply(
    tx: Transaction,
    ticket: Ticket,
    content: Content,
    *,
    internal: bool = False,
    agent: Agent | None = None,
    source: Source | None = None,
) -> Message:
    """An agent's answer or note in a ticket, given as it is now; without an agent it is signed with
    the project's name.

    The same source again returns the message it made. A public answer goes to the customer,
    assigns an unassigned ticket to who gave it, and moves the status as `lifecycle` says.
    """
    if source is not None:
        made = message_map.message_from(tx, source.chat, source.native_ids[0])
        if made is not None:
            return messages.get(tx, made)
    project = projects.get(tx, ticket.project_id)
    target = None if internal else delivery.recipient(tx, ticket)
    message = messages.add(
        tx,
        ticket,
        content,
        author=Author.AGENT,
        author_name=project.name if agent is None else agent.name,
        agent_id=None if agent is None else agent.id,
        internal=internal,
        delivery=Delivery.NONE if target is None else Delivery.PENDING,
        source=source,
    )
    if source is None:
        outbox.to_agents(
            tx, project, outbox.Kind.MESSAGE, ticket_id=ticket.id, message_id=message.id
        )
    if internal:
        return message
    if _answered(tx, ticket, agent):
        outbox.to_agents(tx, project, outbox.Kind.CARD, ticket_id=ticket.id)
    if ticket.channel is not Channel.VIRTUAL:
        message = delivery.send(tx, ticket, message, target, source)
    events.changed(tx, ticket, tickets.get, message)
    return message


def reply_as(
    tx: Transaction,
    project_id: UUID,
    ticket_id: UUID,
    content: Content,
    *,
    internal: bool = False,
    user_id: UUID | None = None,
) -> Message:
    """`reply` for the REST API, where `user_id` names the agent. Raises NotFound."""
    ticket = tickets.get(tx, project_id, ticket_id)
    agent = None if user_id is None else agents.get(tx, project_id, user_id)
    return reply(tx, ticket, content, internal=internal, agent=agent)


def _answered(tx: Transaction, ticket: Ticket, agent: Agent | None) -> bool:
    """What a public answer does to its ticket; whether that shows on its card."""
    taker = agent if ticket.assigned_to is None else None
    if taker is not None:
        tickets.write_assignee(tx, ticket, taker.id)
    status = lifecycle.next_status(
        ticket.status, lifecycle.Event.AGENT_REPLIED, assigned=ticket.assigned_to is not None
    )
    tickets.replied(tx, ticket.id)
    if status is not ticket.status:
        tickets.change_status(tx, ticket, status)
    return taker is not None or status is not ticket.status


def from_customer(
    tx: Transaction, ticket: Ticket, content: Content, source: Source | None = None
) -> Message:
    """A customer's further message: it moves the status, agents get it. Raises HelpdeskDisabled."""
    project = projects.get(tx, ticket.project_id)
    if not project.helpdesk_enabled:
        raise HelpdeskDisabled
    message = messages.add(
        tx,
        ticket,
        content,
        author=Author.CUSTOMER,
        author_name=tickets.customer_name(ticket),
        source=source,
    )
    outbox.to_agents(tx, project, outbox.Kind.MESSAGE, ticket_id=ticket.id, message_id=message.id)
    status = lifecycle.next_status(
        ticket.status, lifecycle.Event.CUSTOMER_WROTE, assigned=ticket.assigned_to is not None
    )
    if status is ticket.status:
        tickets.touch(tx, ticket.id)
    else:
        tickets.change_status(tx, ticket, status)
        outbox.to_agents(tx, project, outbox.Kind.CARD, ticket_id=ticket.id)
    events.changed(tx, ticket, tickets.get, message)
    return message


def customer_reply(tx: Transaction, project_id: UUID, ticket_id: UUID, content: Content) -> Message:
    """A virtual customer's message through the API: to the ticket, or where that is closed for
    good, to one that names it, a new one if need be. Raises NotVirtual, HelpdeskDisabled, Conflict.
    """
    ticket = tickets.get(tx, project_id, ticket_id)
    if ticket.channel is not Channel.VIRTUAL:
        raise NotVirtual
    if ticket.customer.subscriber_id is None:
        raise Conflict("This customer was erased.")
    now = tickets.follow_up(tx, ticket) if lifecycle.is_over(ticket.closed_at, tx.now) else ticket
    if now is not None:
        return from_customer(tx, now, content)
    made = opening.open_ticket(
        tx,
        projects.get(tx, project_id),
        subscribers.get(tx, project_id, ticket.customer.subscriber_id),
        opening.NewTicket(content, previous=ticket.id),
        source=None,
    )
    return messages.first_of_ticket(tx, made.id)


def edit(tx: Transaction, source: Source, content: Content) -> Message | None:
    """The author changed a message: the original is kept, every copy is brought up to date.

    None where the messenger message is no ticket's. An edit that changes nothing goes nowhere.
    """
    message_id = message_map.message_from(tx, source.chat, source.native_ids[0])
    if message_id is None:
        return None
    message = messages.get(tx, message_id)
    ticket = tickets.of_message(tx, message.id)
    if message.author is Author.CUSTOMER:
        _add_files(tx, ticket, message, content)
    if (message.text, message.entities) == (content.text, content.entities):
        return message
    messages.rewrite(tx, message, content)
    if message.author is Author.CUSTOMER:
        project = projects.get(tx, ticket.project_id)
        outbox.to_agents(tx, project, outbox.Kind.EDIT, ticket_id=ticket.id, message_id=message.id)
    elif not message.internal:
        _edit_at_customer(tx, ticket, message)
    return messages.get(tx, message_id)


def _add_files(tx: Transaction, ticket: Ticket, message: Message, content: Content) -> None:
    """A file put in another's place comes as a message of its own: the original stays in sight."""
    said = messages.of_ticket(tx, ticket.id) if content.attachments else []
    had = {_identity(file) for each in said for file in each.attachments}
    files = [file for file in content.attachments if _identity(file) not in had]
    if files:
        new = Content("", (), tuple(files))
        name = message.author_name
        added = messages.add(tx, ticket, new, author=Author.CUSTOMER, author_name=name)
        project = projects.get(tx, ticket.project_id)
        outbox.to_agents(tx, project, outbox.Kind.MESSAGE, ticket_id=ticket.id, message_id=added.id)
        events.changed(tx, ticket, tickets.get, added)


def replaces_file(message: Message, content: Content) -> bool:
    """Whether an edit of the message has a file that the message has not."""
    had = {_identity(file) for file in message.attachments}
    return any(_identity(file) not in had for file in content.attachments)


def _identity(file: Attachment | NewAttachment) -> tuple[str, str]:
    return file.kind, file.unique_id or file.file_id


def _edit_at_customer(tx: Transaction, ticket: Ticket, message: Message) -> None:
    """Of an answer that is on its way still, the agents are told with its own outcome."""
    target = delivery.recipient(tx, ticket)
    if target is None:
        return
    left = target[0].status is not SubscriberStatus.ACTIVE
    if left or message.delivery is Delivery.FAILED:
        if message.delivery is not Delivery.PENDING:
            delivery.edit_failed(tx, message.id)
        return
    outbox.put(
        tx,
        ticket.project_id,
        target[1],
        outbox.Audience.CUSTOMER,
        outbox.Kind.EDIT,
        ticket_id=ticket.id,
        message_id=message.id,
    )
