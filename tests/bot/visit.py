"""A visit of the doctor: an installation, what is asked about it, and what is found."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.consultation import consulting
from bot.doctor import Finding, Mark, Patient, examine
from bot.messengers.telegram import build
from storage.model import Channel
from tests.bot.mailroom import Clock, Mailroom


class Visit:
    """An installation with the room's database and messenger; a test changes what it is about."""

    def __init__(self, mail: Mailroom, clock: Clock, folder: Path) -> None:
        self.mail = mail
        self.clock = clock
        self.token = mail.telegram.token
        self.url = mail.telegram.url
        self.webhook: str | None = None
        (folder / "backups").mkdir()
        self.patient = Patient(
            database=mail.db.path,
            backups=folder / "backups",
            public_url=None,
            webhooks=False,
            server=None,
            playground=False,
            private=(),
            channels=(Channel.TELEGRAM,),
            clock=clock,
        )

    def change(self, **values: Any) -> None:
        self.patient = replace(self.patient, **values)

    async def findings(self) -> list[Finding]:
        asked = build(self.token, self.url, {})
        way = None if self.webhook is None else lambda _: str(self.webhook)
        consult = consulting([asked], {"telegram": self.url}, way, self.clock)
        return [finding async for finding in examine(self.patient, consult)]

    async def finds(self, mark: Mark, *words: str) -> None:
        """There is a finding with this mark and these words, on one line."""
        found = await self.findings()
        assert all("\n" not in str(finding) for finding in found)
        fits = [f for f in found if f.mark is mark and all(word in f.text for word in words)]
        assert fits, "\n".join(map(str, found))
