"""A page of a website, as its browser calls the public routes: with an origin, without a key."""

from typing import Any

from tests.api.conftest import Answer, Client, Desk

SHOP = "https://shop.example"
PATH = "/v1/public/main/request"


class Page:
    """Calls from a page of this origin."""

    def __init__(self, desk: Desk, origin: str | None = SHOP) -> None:
        self.desk = desk
        self.origin = origin

    async def call(self, method: str, path: str, **how: Any) -> Answer:
        headers = {**({} if self.origin is None else {"Origin": self.origin})}
        headers |= how.pop("headers", {})
        return await self.desk.stranger.call(method, path, headers=headers, **how)

    async def ask(self, path: str = PATH, /, **body: object) -> Answer:
        """Make a request."""
        return await self.call("POST", path, json=body)

    async def request(self, **body: object) -> Any:
        answer = await self.ask(**body)
        assert answer.status == 201, answer.body
        return answer.json

    async def about(self, request: Any, what: str = "status", **query: object) -> Answer:
        params = {name: str(value) for name, value in query.items()}
        path = f"/v1/public/request/{request['request_id']}/{what}"
        return await self.call("GET", path, params=params)


async def allow(client: Client, *origins: str) -> None:
    """Let pages of these origins in, and no others."""
    answer = await client.patch("/v1/helpdesk/settings", {"allowed_origins": list(origins)})
    assert answer.status == 200, answer.body
