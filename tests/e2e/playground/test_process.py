"""The playground as a process: on this machine alone, without tokens only, and ended in order."""

from pathlib import Path

from bot.playground.telegram import TelegramStandIn
from tests.e2e.desk import Desk

PATHS = ("", "/feed", "/shop", "/assets/app.js", "/files/telegram/x")


async def test_the_playground_stops_when_it_is_told_to(tmp_path: Path) -> None:
    async with Desk(tmp_path, playground="auto") as desk:
        assert "playground" in await desk.said("playground")
        assert await desk.stop() == 0
        assert (tmp_path / "playground.db").exists()
        assert not (tmp_path / "deskwire.db").exists()


async def test_it_listens_on_loopback_whatever_the_host(tmp_path: Path) -> None:
    async with Desk(tmp_path, playground="auto", host="0.0.0.0") as desk:
        assert desk.url.startswith("http://127.0.0.1:")
        status, _ = await desk.call("GET", "/playground", headers={"Host": "desk.example"})
        assert status == 403


async def test_with_a_token_there_is_no_playground(
    tmp_path: Path, messenger: TelegramStandIn
) -> None:
    tokens = {"telegram_token": messenger.token, "telegram_api_url": messenger.url}
    async with Desk(tmp_path, playground="auto", **tokens) as desk:
        for path in PATHS:
            assert (await desk.call("GET", f"/playground{path}"))[0] == 404
        status, _ = await desk.call("POST", "/playground/actions/live", {"alive": False})
        assert status == 404
