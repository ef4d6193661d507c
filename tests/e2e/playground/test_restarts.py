"""The playground opened again on its file, and the desk killed while the messengers live on."""

from pathlib import Path

import pytest

from tests.e2e.desk import Desk
from tests.e2e.playground.feed import ANN, EMMA, open_page


async def test_tickets_and_customers_are_still_there(tmp_path: Path) -> None:
    async with Desk(tmp_path, playground="auto") as desk:
        async with open_page(desk) as page:
            await page.ask(ANN, "My lamp has no plug")
        assert await desk.stop() == 0

        await desk.begin()
        async with open_page(desk) as page:
            await page.until(lambda _: "My lamp" in str(page.group()["messages"]))
            (topic,) = page.group()["topics"]
            assert topic["name"].startswith("#1 My lamp has no plug")
            await page.say(ANN, "It came today")
            await page.until(lambda _: "It came today" in str(page.group()["messages"]))
            agent = page.state["agents"]["telegram"][0]["id"]
            where = {"person": agent, "chat": page.group()["id"], "topic": topic["id"]}
            await page.act("say", **where, text="Good to hear")
            await page.until(lambda _: "Good to hear" in str(page.texts(ANN)))


@pytest.mark.parametrize("customer", [ANN, EMMA])
async def test_files_of_a_start_before_are_named_and_hold_up_nobody(
    tmp_path: Path, customer: int
) -> None:
    async with Desk(tmp_path, playground="auto") as desk:
        async with open_page(desk) as page:
            await page.ask(customer, "Look at my lamp", photo=b"lamp")
            await page.until(lambda _: any(m["files"] for m in page.group()["messages"]))
        assert await desk.stop() == 0

        await desk.begin()
        async with open_page(desk) as page:
            await page.say(customer, "Any news?")
            await page.until(lambda _: "Any news?" in str(page.group()["messages"]))
            texts = page.texts(page.group()["id"])
            assert "Look at my lamp" in "".join(texts)
            assert "[photo]" in texts


@pytest.mark.parametrize("customer", [ANN, EMMA])
async def test_nothing_is_lost_when_the_desk_is_killed_over_and_over(
    tmp_path: Path, customer: int
) -> None:
    kills = 3
    async with Desk(tmp_path, playground="auto") as desk, open_page(desk) as page:
        await page.act("link", group="max")
        await page.ask(customer, "My lamp has no plug")
        said = []
        for kill in range(kills):
            for part in range(2):
                said.append(f"{kill}-{part}.")
                await page.say(customer, said[-1])
            await page.act("live", alive=False)
            said.append(f"{kill}-dead.")
            await page.say(customer, said[-1])
            await page.act("live", alive=True)

        def arrived() -> list[str]:
            texts = "".join(page.texts(page.group()["id"]))
            return [text for text in said if text in texts]

        await page.until(lambda _: arrived() == said)
        texts = "".join(page.texts(page.group()["id"]))
        assert sum(texts.count(text) - 1 for text in said) <= kills
        assert [texts.index(text) for text in said] == sorted(texts.index(text) for text in said)
        assert page.state["desk"]["lives"] == kills + 1
