"""Deskwire as its owner runs it: a process, told by its environment, seen from outside."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import aiohttp

ROOT = Path(__file__).parents[2]
API_KEY = "an-owner-chose-this-key"
LISTENS = re.compile(r"Deskwire listens on (\S+)")
END = "<end>"
PATIENCE = 30.0
"""Seconds for the process to say what is waited for; importing its libraries takes some."""


class Desk:
    """One installation in a folder of its own, to be started again after it ended or was killed."""

    program: Sequence[str] = (str(ROOT / "run.py"),)

    def __init__(self, folder: Path, **settings: object) -> None:
        """`settings` are variables without their prefix, in lower case."""
        self.folder = folder
        self.settings: dict[str, object] = {
            "port": 0,
            "api_key": API_KEY,
            "webhook_allow_private": "true",
            "rate_limit": 0,
            "playground": "off",
            **settings,
        }
        self.lines: list[str] = []
        self.url = ""
        self._news = asyncio.Condition()
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None and self._process.returncode is None:
            await self.kill()
        if self._http is not None:
            await self._http.close()

    async def launch(self, *arguments: str) -> asyncio.subprocess.Process:
        """Begin a process without waiting for anything."""
        names = {f"DESKWIRE_{name.upper()}": str(value) for name, value in self.settings.items()}
        clean = {key: value for key, value in os.environ.items() if not key.startswith("DESKWIRE_")}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *self.program,
            *arguments,
            cwd=self.folder,
            env={**clean, **names, "PYTHONUNBUFFERED": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    async def start(self) -> None:
        """Serve, and wait until the messengers are connected."""
        await self.begin()
        await self.ready()

    async def begin(self) -> None:
        """Serve, and wait until the HTTP server listens."""
        self.lines.clear()
        self._process = await self.launch()
        self._reader = asyncio.create_task(self._read())
        line = await self.said(LISTENS.pattern)
        match = LISTENS.search(line)
        assert match is not None
        self.url = match.group(1)

    async def ready(self) -> None:
        for channel in ("telegram", "max"):
            if f"{channel}_token" in self.settings:
                await self.said(rf"\] connected .*{channel}")

    async def works(self) -> None:
        """Wait until it says that it is ready."""
        async with asyncio.timeout(PATIENCE):
            while (await self.call("GET", "/readyz"))[0] != 200:
                continue

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._news:
                self.lines.append(line.decode().rstrip())
                self._news.notify_all()
        async with self._news:
            self.lines.append(END)
            self._news.notify_all()

    async def said(self, pattern: str, seconds: float = PATIENCE) -> str:
        """The first line of output that matches, waited for. Fails when the process ends before."""

        def found() -> str | None:
            return next((line for line in self.lines if re.search(pattern, line)), None)

        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: found() or self.silent)
        except TimeoutError:
            raise AssertionError(f"never said {pattern!r}:\n{self.output}") from None
        line = found()
        assert line is not None, f"ended without saying {pattern!r}:\n{self.output}"
        return line

    @property
    def silent(self) -> bool:
        """Whether it will never say another word: it has ended, or is about to."""
        return END in self.lines

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    async def ended(self, seconds: float = PATIENCE) -> int:
        """The exit code, waited for."""
        assert self._process is not None
        assert self._reader is not None
        async with asyncio.timeout(seconds):
            await self._reader
            return await self._process.wait()

    async def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """End it as a service manager does, or another way; the exit code."""
        assert self._process is not None
        self._process.send_signal(by)
        return await self.ended()

    async def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        await self.ended()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def command(self, *arguments: str) -> tuple[int, str]:
        """Run a sub-command; its exit code and what it printed."""
        process = await self.launch(*arguments)
        output, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, output.decode()

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str = API_KEY,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:
        """A request to the REST API; status and parsed answer."""
        if self._http is None:
            self._http = aiohttp.ClientSession()
        sent = {"Authorization": f"Bearer {key}", **(headers or {})}
        async with self._http.request(method, self.url + path, json=body, headers=sent) as answer:
            text = await answer.text()
            parsed = await answer.json(content_type=None) if text else None
            return answer.status, parsed

    async def get(self, path: str) -> Any:
        """The parsed answer of a GET that must succeed."""
        status, body = await self.call("GET", path)
        assert status == 200, body
        return body

    async def text(self, path: str) -> str:
        """The text of a page that anybody on this machine may read."""
        async with aiohttp.ClientSession() as http, http.get(self.url + path) as answer:
            assert answer.status == 200
            return await answer.text()
