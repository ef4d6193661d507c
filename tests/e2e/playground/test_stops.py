"""The playground ends as the desk does: told by a signal, in order, with exit code 0."""

from pathlib import Path

from tests.e2e.desk import Desk


async def test_the_playground_stops_when_it_is_told_to(tmp_path: Path) -> None:
    async with Desk(tmp_path, playground="auto") as desk:
        assert "playground" in await desk.said("playground")
        assert await desk.stop() == 0
        assert (tmp_path / "playground.db").exists()
        assert not (tmp_path / "deskwire.db").exists()
