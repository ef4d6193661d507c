"""A fuzzer that reads the API's own document finds nothing in the running process."""

import asyncio
import sys
from pathlib import Path

from tests.e2e.desk import API_KEY, Desk

EXAMPLES = 15
"""For each operation and phase; a longer run takes `schemathesis run` by hand."""


async def test_schemathesis_finds_nothing_with_all_its_checks(tmp_path: Path) -> None:
    async with Desk(tmp_path) as desk:
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"{desk.url}/v1/openapi.json",
            "--header",
            f"Authorization: Bearer {API_KEY}",
            "--checks",
            "all",
            # A 404 may be about the agent that the body names, in a ticket that was just made.
            "--exclude-checks",
            "ensure_resource_availability",
            "--seed",
            "1",
            "--max-examples",
            str(EXAMPLES),
            "--suppress-health-check",
            "all",
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        assert process.returncode == 0, output.decode()
        assert (await desk.call("GET", "/readyz"))[0] == 200
        assert "Request failed" not in desk.output
