"""One of each thing that a path can name, so that every route can be called as it is declared."""

from dataclasses import dataclass
from typing import Any

from api.app import ROUTES
from api.routing import Route
from storage import conversation, deliveries, events, webhooks
from storage.database import Transaction
from storage.model import Channel, Content, NewAttachment, Project, Source
from tests.api.conftest import Desk

NOBODY = "00000000-0000-4000-8000-000000000000"
NO_REQUEST = "A" * 22


@dataclass
class Things:
    """The values of path parameters, by what the path is about."""

    by_path: dict[str, dict[str, str]]

    def path(self, route: Route) -> str:
        """The route's path with ids of things that are there."""
        about = route.path.removeprefix("/v1/").removeprefix("helpdesk/").split("/")[0]
        return route.path.format(**self.by_path.get(about, {}))


def named(routes: list[Route] = ROUTES) -> list[Any]:
    """Parameters of a test for each route, with its operation id as the name."""
    import pytest

    return [pytest.param(route, id=route.operation_id) for route in routes]
