"""How updates reach the bot: polling, and the webhook's settings.

https://core.telegram.org/bots/api#getting-updates
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ...stand_in.checks import Json
from ..errors import bad_request
from ..request import Params
from ..webhook import Webhook
from ..world import World
from .registry import method

LONGEST_POLL = 50
PORTS = (80, 88, 443, 8443)


@method("getUpdates")
async def get_updates(world: World, params: Params) -> list[Json]:
    """Updates from the offset on; waits up to `timeout` seconds for the first."""
    world.updates.ask_for(params.get("allowed_updates"))
    timeout = min(max(params.get("timeout", 0), 0), LONGEST_POLL)
    return await world.updates.poll(params.get("offset", 0), params.get("limit", 100), timeout)


@method("setWebhook")
def set_webhook(world: World, params: Params) -> bool:
    """Turns webhook mode on; an empty URL turns it off."""
    url = params["url"]
    if not url:
        return _stop_webhook(world, params)
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    secret = params.get("secret_token")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]+", secret):
        raise bad_request("secret token contains unallowed characters")
    if world.webhook.routes.local(url) is None:
        raise bad_request("bad webhook: Failed to resolve host: Name or service not known")
    world.updates.ask_for(params.get("allowed_updates"))
    if params.get("drop_pending_updates"):
        world.updates.drop()
    world.webhook.set(Webhook(url, secret, params.get("max_connections", 40)))
    return True


@method("deleteWebhook")
def delete_webhook(world: World, params: Params) -> bool:
    """Back to polling."""
    return _stop_webhook(world, params)


def _stop_webhook(world: World, params: Params) -> bool:
    if params.get("drop_pending_updates"):
        world.updates.drop()
    world.webhook.set(None)
    return True


@method("getWebhookInfo")
def get_webhook_info(world: World, params: Params) -> Json:
    """Where updates go, how many wait, and the last failure."""
    found: Json = {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": world.updates.pending,
    }
    if world.updates.allowed is not None:
        found["allowed_updates"] = sorted(world.updates.allowed)
    webhook = world.webhook.current
    if webhook is None:
        return found
    found |= {"url": webhook.url, "max_connections": webhook.max_connections}
    if webhook.last_error_date:
        found["last_error_date"] = webhook.last_error_date
        found["last_error_message"] = webhook.last_error_message
    return found


@method("close")
def close(world: World, params: Params) -> bool:
    """Nothing to close here."""
    return True
