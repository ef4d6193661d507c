"""The schema that calls, answers and updates are held to fits what MAX really sends."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bot.playground.max.errata import correct
from bot.playground.max.operations import OPERATIONS
from bot.playground.max.schema import SCHEMA_FILE, Schema, load
from bot.playground.stand_in.checks import SchemaError

SAMPLES: dict[str, Any] = json.loads(Path(__file__).with_name("max_samples.json").read_text())
UPDATES = [name for name in SAMPLES if name.startswith("update.")]
TYPES = {
    "botInfo.ok": "BotInfo",
    "error.attachment.not.ready": "Error",
    "error.invalid-token": "Error",
    **dict.fromkeys(UPDATES, "UpdateList"),
}


@pytest.mark.parametrize("name", TYPES)
def test_what_max_sent_fits(name: str) -> None:
    load().check(TYPES[name], SAMPLES[name])


@pytest.mark.parametrize("update", SAMPLES["live-updates"].values())
def test_what_max_sent_to_a_living_bot_fits(update: dict[str, Any]) -> None:
    load().check("Update", update)


def test_every_kind_of_update_has_a_sample() -> None:
    kinds = {SAMPLES[name]["updates"][0]["update_type"] for name in UPDATES}
    assert kinds == load().update_types


def test_without_its_corrections_the_published_schema_refuses_what_max_sent() -> None:
    published = Schema(json.loads(SCHEMA_FILE.read_text()))
    with pytest.raises(SchemaError):
        published.check("UpdateList", SAMPLES["update.bot_added"])


def test_corrections_leave_the_published_file_as_it_is() -> None:
    document = json.loads(SCHEMA_FILE.read_text())
    correct(deepcopy(document))
    assert document == json.loads(SCHEMA_FILE.read_text())
    assert load().document != document


def test_every_operation_of_the_schema_is_simulated() -> None:
    assert {operation.id for operation in load().operations} == set(OPERATIONS)


def test_checks_are_compiled_once() -> None:
    schema = load()
    schema.check("Error", {"code": "a", "message": "b"})
    compiled = schema._checks["Error"]
    schema.check("Error", {"code": "a", "message": "b"})
    assert load() is schema
    assert schema._checks["Error"] is compiled


def changed(sample: str, path: str, value: Any) -> Any:
    """The sample with one part replaced; None as the last step's value takes it out."""
    found = deepcopy(SAMPLES[sample])
    part: Any = found
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in steps:
        part = part[step]
    if value is None:
        del part[last]
    else:
        part[last] = value
    return found


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("updates.0.timestamp", None, "updates.0: lacks 'timestamp'"),
        ("updates.0.timestamp", "now", "updates.0.timestamp: must be an integer, not str"),
        ("updates.0.timestamp", True, "must be an integer, not bool"),
        ("updates.0.timestamp", 2**63, "does not fit 64 bits"),
        ("updates.0.update_type", "poll_created", "(poll_created) is no kind of Update"),
        ("updates.0.message.recipient.chat_type", "party", "must be one of chat, channel, dialog"),
        ("updates.0.message.recipient", [], "must be an object"),
        ("updates.0.message.mood", "good", "'mood' is no field of Message"),
        ("updates.0.message.body.attachments", [{"type": "hologram"}], "attachments.0"),
        ("updates.0.message.body.attachments", {}, "must be an Array"),
        ("updates", None, "lacks 'updates'"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(path: str, value: Any, problem: str) -> None:
    with pytest.raises(SchemaError) as refused:
        load().check("UpdateList", changed("update.message_created", path, value))
    assert problem in str(refused.value)


def test_64_bit_identifiers_fit() -> None:
    for chat_id in (2**63 - 1, -(2**63)):
        update = changed("update.message_created", "updates.0.message.recipient.chat_id", chat_id)
        load().check("UpdateList", update)
