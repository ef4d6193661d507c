"""How updates reach the bot: polling, and webhook subscriptions.

https://dev.max.ru/docs-api/methods/GET/updates, …/POST/subscriptions
"""

from __future__ import annotations

from urllib.parse import urlsplit

from ...stand_in.checks import Json
from ..errors import bad_request
from ..model import now_ms
from ..request import Params
from ..webhook import Subscription
from ..world import World
from .registry import SUCCESS, operation

# What MAX told bots' owners of in May 2026; the schema allows to ask for more.
LONGEST_POLL = 30
LARGEST_BATCH = 100


@operation("getUpdates")
async def get_updates(world: World, params: Params) -> Json:
    """Updates from the marker on; waits for the first one. At most two calls a second."""
    world.pace.admit_poll()
    return await world.updates.poll(
        params.get("marker"),
        min(params.get("limit", LARGEST_BATCH), LARGEST_BATCH),
        min(params.get("timeout", LONGEST_POLL), LONGEST_POLL),
        params.get("types"),
    )


@operation("subscribe")
def subscribe(world: World, params: Params) -> Json:
    """Turns webhook mode on. Whether anybody answers there MAX finds out later."""
    url = params["url"]
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise bad_request("Webhook URL must start with https://")
    if parts.port not in (None, 443):
        raise bad_request("Only port 443 is supported for webhooks")
    types = params.get("update_types") or None
    world.webhook.subscribe(Subscription(url, now_ms(), params.get("secret"), types))
    return SUCCESS


@operation("unsubscribe")
def unsubscribe(world: World, params: Params) -> Json:
    """Back to polling, once no subscription is left."""
    if world.webhook.unsubscribe(params["url"]):
        return SUCCESS
    return {"success": False, "message": "Subscription not found"}


@operation("getSubscriptions")
def get_subscriptions(world: World, params: Params) -> Json:
    """All subscriptions."""
    return {"subscriptions": [item.to_api() for item in world.webhook.subscriptions.values()]}
