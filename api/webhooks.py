"""Webhooks over HTTP: a project's endpoints, and what was delivered to them."""

from api import answers, cursors, inputs
from api.desk import Desk
from api.routing import Call, Route
from storage import deliveries, events, webhooks
from storage.deliveries import Delivery
from storage.errors import Conflict, LimitReached, NotFound
from storage.webhooks import Webhook

PATH = "/v1/webhooks"


async def url_is_admitted(desk: Desk, given: inputs.NewWebhook | inputs.WebhookChange) -> None:
    """Raises ValidationFailed for a URL that leads where it may not."""
    if "url" in given.model_fields_set:
        await desk.guard.check(given.url)


def list_webhooks(call: Call[None]) -> answers.Webhooks:
    """The project's endpoints, the oldest first."""
    return answers.Webhooks(answers.of(webhooks.listing(call.tx, call.project_id)))


def create_webhook(call: Call[inputs.NewWebhook]) -> Webhook:
    """Make an endpoint, at most 5 a project. Its secret is told now and never again."""
    return webhooks.create(call.tx, call.project_id, **call.given.model_dump())


def change_webhook(call: Call[inputs.WebhookChange]) -> Webhook:
    """Change what is named."""
    return webhooks.update(call.tx, call.project_id, call.id(), **call.given.named())


def replace_webhook(call: Call[inputs.NewWebhook]) -> Webhook:
    """Replace all of it but the secret; what is not named gets its default."""
    return webhooks.update(call.tx, call.project_id, call.id(), **call.given.model_dump())


def delete_webhook(call: Call[None]) -> None:
    """Forget the endpoint, and what was delivered to it."""
    webhooks.delete(call.tx, call.project_id, call.id())


def rotate_webhook_secret(call: Call[None]) -> Webhook:
    """Make a fresh secret; the old one stays valid for 24 hours, in which both sign."""
    return webhooks.rotate_secret(call.tx, call.project_id, call.id())


def test_webhook(call: Call[None]) -> Delivery:
    """Send the event `webhook.test`, whatever `events` says."""
    return events.test(call.tx, call.project_id, call.id())


def list_webhook_deliveries(call: Call[inputs.DeliveryQuery]) -> answers.DeliveryPage:
    """What went to the endpoint or will, the newest first; what ended is kept for 14 days."""
    asked = call.given
    found, more = deliveries.listing(
        call.tx,
        call.project_id,
        call.id(),
        limit=asked.limit,
        before=None if asked.cursor is None else cursors.number_in(asked.cursor),
    )
    next_cursor = cursors.after(found[-1].seq) if more else None
    return answers.DeliveryPage(answers.of(found), next_cursor)


def redeliver(call: Call[None]) -> Delivery:
    """Send a delivery once more, with the same id and body, even where `Retry-After` said later."""
    return deliveries.redeliver(call.tx, call.project_id, call.id(), call.id(name="delivery_id"))


ROUTES = [
    Route("GET", PATH, list_webhooks, answer=answers.Webhooks),
    Route(
        "POST",
        PATH,
        create_webhook,
        body=inputs.NewWebhook,
        answer=answers.WebhookWithSecret,
        status=201,
        before=url_is_admitted,
        errors=(LimitReached,),
    ),
    Route(
        "PATCH",
        PATH + "/{id}",
        change_webhook,
        body=inputs.WebhookChange,
        answer=answers.Webhook,
        before=url_is_admitted,
        errors=(NotFound,),
    ),
    Route(
        "PUT",
        PATH + "/{id}",
        replace_webhook,
        body=inputs.NewWebhook,
        answer=answers.Webhook,
        before=url_is_admitted,
        errors=(NotFound,),
    ),
    Route("DELETE", PATH + "/{id}", delete_webhook, errors=(NotFound,)),
    Route(
        "POST",
        PATH + "/{id}/rotate-secret",
        rotate_webhook_secret,
        answer=answers.WebhookWithSecret,
        errors=(NotFound, LimitReached),
    ),
    Route(
        "POST",
        PATH + "/{id}/test",
        test_webhook,
        answer=answers.Delivery,
        status=202,
        errors=(NotFound, Conflict),
    ),
    Route(
        "GET",
        PATH + "/{id}/deliveries",
        list_webhook_deliveries,
        query=inputs.DeliveryQuery,
        answer=answers.DeliveryPage,
        errors=(NotFound,),
    ),
    Route(
        "POST",
        PATH + "/{id}/deliveries/{delivery_id}/redeliver",
        redeliver,
        answer=answers.Delivery,
        status=202,
        errors=(NotFound, Conflict),
    ),
]
