"""Settings and agents of a project."""

import pytest

from storage import agents
from storage.model import Channel
from tests.api.conftest import Client, Desk

SETTINGS = "/v1/helpdesk/settings"
AS_MADE = {
    "name": "Shop",
    "description": "",
    "helpdesk_enabled": True,
    "helpdesk_allow_create": True,
    "allowed_origins": [],
    "locale": "en",
}


async def test_a_project_tells_its_settings(client: Client) -> None:
    answer = await client.get(SETTINGS)
    assert (answer.status, answer.json) == (200, AS_MADE)
    assert list(answer.json) == list(AS_MADE)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Лавка"},
        {"description": "Ask us.\nAnything."},
        {"description": ""},
        {"helpdesk_enabled": False},
        {"helpdesk_allow_create": False},
        {"locale": "ru"},
        {"allowed_origins": ["https://shop.example", "http://localhost:3000"]},
        {"name": "Other", "locale": "ru", "helpdesk_enabled": False},
    ],
)
async def test_a_change_changes_what_it_names(desk: Desk, change: dict[str, object]) -> None:
    answer = await desk.client.patch(SETTINGS, change)
    assert (answer.status, answer.json) == (200, {**AS_MADE, **change})
    assert (await desk.client.get(SETTINGS)).json == answer.json
    assert (await desk.other.get(SETTINGS)).json == {**AS_MADE, "name": "Second shop"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, "body"),
        ({"slug": "other"}, "slug"),
        ({"agent_chat": 5}, "agent_chat"),
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 129}, "name"),
        ({"description": None}, "description"),
        ({"description": "x" * 1001}, "description"),
        ({"helpdesk_enabled": None}, "helpdesk_enabled"),
        ({"helpdesk_enabled": 0}, "helpdesk_enabled"),
        ({"helpdesk_allow_create": "true"}, "helpdesk_allow_create"),
        ({"locale": "de"}, "locale"),
        ({"locale": None}, "locale"),
        ({"allowed_origins": None}, "allowed_origins"),
        ({"allowed_origins": "https://shop.example"}, "allowed_origins"),
        ({"name": "Good", "locale": "de"}, "locale"),
    ],
)
async def test_a_change_that_does_not_fit_changes_nothing(
    client: Client, change: dict[str, object], field: str
) -> None:
    assert list((await client.patch(SETTINGS, change)).wrong) == [field]
    assert (await client.get(SETTINGS)).json == AS_MADE


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "",
        "shop.example",
        "//shop.example",
        "ftp://shop.example",
        "https://shop.example/",
        "https://shop.example/path",
        "https://shop.example?x",
        "https://user@shop.example",
        "https://*.shop.example",
        "https://shop.example:",
        "https://shop.example:0",
        "https://shop.example:99999",
        "https://shop .example",
        "http://::1:3000",
        "http://[::1",
        "http://[::1]x",
        "http://[shop]",
        "http://[]",
        "https://магазин.рф",
        " https://shop.example",
        "https://shop.example\n",
        5,
        None,
    ],
)
async def test_what_is_no_clean_origin_is_refused(client: Client, origin: object) -> None:
    change = {"allowed_origins": ["https://good.example", origin]}
    assert list((await client.patch(SETTINGS, change)).wrong) == ["allowed_origins.1"]
    assert (await client.get(SETTINGS)).json["allowed_origins"] == []


async def test_origins_are_kept_as_browsers_send_them(client: Client) -> None:
    given = [
        "https://Shop.Example:443",
        "http://shop.example:80",
        "https://127.0.0.1:8443",
        "http://[::1]:3000",
        "https://[2001:DB8::80]:443",
        "http://My_Shop:8080",
        "http://_",
    ]
    answer = await client.patch(SETTINGS, {"allowed_origins": given})
    assert answer.json["allowed_origins"] == [
        "https://shop.example",
        "http://shop.example",
        "https://127.0.0.1:8443",
        "http://[::1]:3000",
        "https://[2001:db8::80]",
        "http://my_shop:8080",
        "http://_",
    ]


async def test_agents_are_those_who_acted_in_the_order_of_their_first_action(desk: Desk) -> None:
    assert (await desk.client.get("/v1/helpdesk/agents")).json == {"agents": []}
    olga, pavel = await desk.agent("Olga", 7), await desk.agent("Pavel", 8)
    await desk.agent("Olga", 7)
    await desk.db.write(agents.left, desk.project.id, Channel.TELEGRAM, 8)
    assert (await desk.client.get("/v1/helpdesk/agents")).json == {
        "agents": [
            {
                "id": str(olga.id),
                "name": "Olga",
                "username": "olga",
                "channel": "telegram",
                "active": True,
            },
            {
                "id": str(pavel.id),
                "name": "Pavel",
                "username": "pavel",
                "channel": "telegram",
                "active": False,
            },
        ]
    }
