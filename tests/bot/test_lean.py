"""aiogram is imported without building what is not used, and all of it can still be used."""

import gc
import re
import subprocess
import sys
import weakref
from pathlib import Path

import aiogram.methods
import aiogram.types
import pytest
from aiogram.methods.base import Response
from aiogram.types import Message, Update
from pydantic import BaseModel

ROOT = Path(__file__).parents[2]
MODELS = [
    model
    for module in (aiogram.types, aiogram.methods)
    for name in module.__all__
    if isinstance(model := getattr(module, name), type)
    and issubclass(model, BaseModel)
    and not getattr(model, "__abstractmethods__", None)
]


def test_every_model_of_aiogram_can_be_built_when_it_is_wanted() -> None:
    assert len(MODELS) > 500
    for model in MODELS:
        model.model_rebuild(force=True)
        assert model.__pydantic_complete__, model


def test_nested_types_are_the_real_ones() -> None:
    chat = {"id": 1, "type": "private"}
    message = {"message_id": 1, "date": 0, "chat": chat, "text": "hello"}
    update = Update.model_validate(
        {"update_id": 1, "message": {**message, "reply_to_message": message}}
    )
    assert isinstance(update.message, Message)
    assert isinstance(update.message.reply_to_message, Message)
    answer = Response[Update].model_validate({"ok": True, "result": update.model_dump()})
    assert isinstance(answer.result, Update)


def test_what_is_made_for_an_answer_is_made_once() -> None:
    Response[list[Update]].model_validate({"ok": True, "result": []})
    made = weakref.ref(Response[list[Update]])
    gc.collect()
    assert made() is Response[list[Update]]


@pytest.mark.parametrize("module", ["bot.service", "bot.sender"])
def test_importing_the_bot_takes_less_memory_than_aiogram_alone_would(module: str) -> None:
    program = f"import {module}; print(open('/proc/self/status').read())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    peak = re.search(r"VmHWM:\s+(\d+) kB", done.stdout)
    assert peak is not None
    assert int(peak.group(1)) < 110 * 1024
