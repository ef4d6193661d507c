"""docs/webhooks.md: its programs tell what is genuine from what is not, and its words are true."""

import base64
import json
import re
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from api.webhook_attempt import LONGEST_PAUSE, TIMEOUT, headers
from api.webhook_bodies import body_of
from storage import deliveries, webhooks
from storage.webhook_queue import Due
from storage.webhooks import Event
from tests.api.conftest import Desk
from tests.conftest import IN_CI

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
SECRET, OLD_SECRET, FOREIGN_SECRET = (
    "whsec_" + base64.b64encode(bytes([number]) * 32).decode() for number in range(3)
)
BODY = '{"event":"ticket.created","data":{"text":"Wo bleibt es? ☃ \\u2028"}}'


@dataclass(frozen=True)
class Language:
    """How a program is run that has the page's function and asks it about standard input."""

    command: str
    extension: str
    before: str
    after: str


LANGUAGES = {
    "python": Language(
        sys.executable,
        "py",
        "",
        "import json, sys\ngiven = json.load(sys.stdin)\n"
        "print(is_genuine(given['secret'], given['headers'], given['body'].encode()))",
    ),
    "js": Language(
        "node",
        "mjs",
        "",
        'import { readFileSync } from "node:fs";\n'
        "const given = JSON.parse(readFileSync(0));\n"
        "console.log(isGenuine(given.secret, given.headers, Buffer.from(given.body)));",
    ),
    "php": Language(
        "php",
        "php",
        "<?php\ndeclare(strict_types=1);\n",
        "$given = json_decode(file_get_contents('php://stdin'), true);\n"
        "echo is_genuine($given['secret'], $given['headers'], $given['body']) ? 'true' : 'false';",
    ),
}
THERE = [name for name, language in LANGUAGES.items() if shutil.which(language.command)]


def test_in_ci_every_language_is_tried() -> None:
    assert not IN_CI or list(LANGUAGES) == THERE


def signed(*secrets: str, ago: timedelta = timedelta()) -> dict[str, str]:
    """The headers that a request goes out with."""
    due = Due(1, UUID(int=7), UUID(int=8), "https://shop.example/", BODY, secrets)
    return headers(due, datetime.now(UTC) - ago)


@pytest.mark.parametrize("name", THERE)
@pytest.mark.parametrize(
    ("case", "genuine"),
    [
        ("as it is sent", True),
        ("during a rotation", True),
        ("another body", False),
        ("another id", False),
        ("another time", False),
        ("an old one again", False),
        ("of somebody else", False),
        ("of another kind", False),
        ("half a signature", False),
    ],
)
def test_the_pages_programs_tell_what_is_genuine(
    tmp_path: Path, name: str, case: str, genuine: bool
) -> None:
    language = LANGUAGES[name]
    sent, body = signed(SECRET), BODY
    match case:
        case "during a rotation":
            sent = signed(OLD_SECRET, SECRET)
        case "another body":
            body = BODY.replace("created", "closed!")
        case "another id":
            sent["webhook-id"] = str(UUID(int=9))
        case "another time":
            sent["webhook-timestamp"] = str(int(time.time()) - 60)
        case "an old one again":
            sent = signed(SECRET, ago=timedelta(minutes=6))
        case "of somebody else":
            sent = signed(FOREIGN_SECRET)
        case "of another kind":
            sent["webhook-signature"] = sent["webhook-signature"].replace("v1,", "v1a,")
        case "half a signature":
            sent["webhook-signature"] = sent["webhook-signature"][:20]
    [program] = re.findall(rf"```{name}\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / f"program.{language.extension}"
    file.write_text(f"{language.before}{program}\n{language.after}\n")
    given = json.dumps({"secret": SECRET, "headers": sent, "body": body})
    done = subprocess.run(
        [language.command, str(file)], input=given, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().lower() == str(genuine).lower(), done.stderr


def test_every_event_is_explained() -> None:
    assert re.findall(r"^\| `([\w.]+)` \|", PAGE, re.MULTILINE) == [each.value for each in Event]


def test_the_numbers_are_those_that_hold() -> None:
    hours = webhooks.OVERLAP // timedelta(hours=1)
    for promise in (
        f"at most {webhooks.MOST} endpoints",
        f"2xx within {TIMEOUT:.0f} seconds",
        f"{webhooks.PATIENCE.days} days without a success",
        f"For {hours} hours the old one stays valid",
        f"{LONGEST_PAUSE // timedelta(hours=1)} hours at most",
        f"for {deliveries.REMEMBERED.days} days after it ended",
    ):
        assert promise in PAGE


async def test_the_pages_endpoint_is_registered_as_it_says(desk: Desk) -> None:
    [command] = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    program, url, *options = shlex.split(command.replace("\\\n", ""))
    given = dict(zip(options[::2], options[1::2], strict=True))
    assert (program, sorted(given)) == ("curl", ["-H", "-d"])
    assert re.findall(r'-H "(.*?)"', command) == [
        "Authorization: Bearer $KEY",
        "Content-Type: application/json",
    ]
    answer = await desk.client.post(urlsplit(url).path, json.loads(given["-d"]))
    assert answer.status == 201, answer.body
    assert answer.json["secret"].startswith("whsec_")


async def test_the_pages_event_is_such_as_it_is_sent(desk: Desk) -> None:
    await desk.db.write(webhooks.create, desk.project.id, url="https://shop.example/")
    ticket = await desk.client.ticket()
    for status in ("waiting", "closed"):
        path = f"/v1/helpdesk/tickets/{ticket['id']}/status"
        await desk.client.patch(path, {"status": status})
    rows = await desk.db.read(
        lambda tx: tx.all("SELECT snapshot FROM webhook_deliveries WHERE event LIKE '%changed'")
    )
    sent = json.loads(body_of(rows[-1]["snapshot"]))
    [shown] = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
    assert list(shown) == list(sent)
    assert list(shown["data"]) == list(sent["data"])
    assert (shown["event"], shown["timestamp"]) == (sent["event"], sent["timestamp"])
    assert shown["data"]["previous_status"] == sent["data"]["previous_status"]
    assert shown["data"]["ticket"]["status"] == sent["data"]["ticket"]["status"]
    assert shown["data"]["ticket"].keys() - {"…"} <= sent["data"]["ticket"].keys()
