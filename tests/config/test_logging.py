"""What a log line looks like, and that no secret is in it, whichever way it came."""

import json
import logging
import re
import sys
import warnings
from typing import Any

import pydantic
import pytest
import structlog

from config.logging import set_up

TOKEN = "123456789:" + "A" * 35
SECRETS = ["max-token-1", 'quo"ted\\key', "ключ-от-двери"]


pytestmark = pytest.mark.usefixtures("process_as_before")


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err.splitlines()


def events(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(capsys)]


def test_json_has_one_object_a_line_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("info", "json", [])
    structlog.get_logger("bot.sender").info("sent", chat=-100, text="Привет\nи ещё")
    logging.getLogger("aiohttp.server").warning("slow %s", "answer", extra={"seconds": 3})
    ours, theirs = events(capsys)
    assert ours.pop("timestamp").endswith("Z")
    assert ours == {
        "message": "sent",
        "level": "info",
        "logger": "bot.sender",
        "chat": -100,
        "text": "Привет\nи ещё",
    }
    assert (theirs["message"], theirs["logger"], theirs["seconds"]) == (
        "slow answer",
        "aiohttp.server",
        3,
    )


def test_console_has_one_line_a_failure_that_says_where(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up("info", "console", [])
    try:
        raise ValueError("it is\nbroken")
    except ValueError:
        structlog.get_logger("bot.sender").exception("Sending failed", chat=7)
    (line,) = lines(capsys)
    assert re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z \[error +\] Sending failed +\[bot.sender\]", line)
    assert re.search(
        r"chat=7 \(ValueError: it is broken at tests/config/test_logging\.py:\d+\)$", line
    )


def test_console_names_every_failure_of_a_group(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("info", "console", [])
    group = ExceptionGroup("two", [ValueError("one"), ExceptionGroup("in", [KeyError("other")])])
    logging.getLogger("tasks").error("Stopped", exc_info=group)
    (line,) = lines(capsys)
    assert line.endswith("(ValueError: one; KeyError: 'other')")


def test_a_customers_text_makes_no_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("info", "console", [])
    structlog.get_logger().info("Got: hello\n2026 [error] forged", text="hello\n2026 forged")
    assert len(lines(capsys)) == 1


def test_debug_shows_tracebacks_on_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("debug", "console", SECRETS)
    try:
        raise ValueError(SECRETS[0])
    except ValueError:
        structlog.get_logger().exception("failed")
    printed = "\n".join(lines(capsys))
    assert "Traceback (most recent call last)" in printed
    assert "ValueError: ***" in printed


@pytest.mark.parametrize("log_format", ["console", "json"])
@pytest.mark.parametrize("secret", [*SECRETS, TOKEN, TOKEN.replace(":", "%3A")])
def test_no_secret_reaches_the_log(
    capsys: pytest.CaptureFixture[str], log_format: Any, secret: str
) -> None:
    set_up("info", log_format, SECRETS)
    log = structlog.get_logger("bot")
    log.info("at https://api.telegram.org/bot%s/getMe", secret)
    log.info("nested", value={"deep": [secret, {"deeper": (secret,)}]}, error=ValueError(secret))
    logging.getLogger("aiohttp").warning("asked with %r", {"Authorization": secret})
    try:
        raise RuntimeError(f"failed at {secret}")
    except RuntimeError as error:
        log.exception("failed", reason=str(error))
        sys.excepthook(type(error), error, error.__traceback__)
    printed = "\n".join(lines(capsys))
    assert printed.count("***") >= 8
    for spelling in (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1]):
        assert spelling not in printed


def test_what_a_bearer_carries_is_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("info", "json", [])
    structlog.get_logger().info("asked", headers={"Authorization": "Bearer dw_0a1b2c3d"})
    (event,) = events(capsys)
    assert event["headers"] == {"Authorization": "Bearer ***"}


class Order(pydantic.BaseModel):
    amount: int


@pytest.mark.parametrize(
    ("level", "log_format"), [("info", "console"), ("debug", "console"), ("info", "json")]
)
def test_an_error_that_repeats_what_was_read_keeps_it_to_itself(
    capsys: pytest.CaptureFixture[str], level: Any, log_format: Any
) -> None:
    set_up(level, log_format, [])
    try:
        try:
            Order.model_validate({"amount": " ".join(["a", "customer's", "words"])})
        except pydantic.ValidationError as cause:
            raise ExceptionGroup("both", [RuntimeError("could not read"), cause]) from cause
    except ExceptionGroup:
        structlog.get_logger("bot").exception("failed", ticket="8f14")
    printed = "\n".join(lines(capsys))
    assert "a customer's words" not in printed
    assert "ValidationError" in printed
    assert "RuntimeError: could not read" in printed
    assert "8f14" in printed


def test_a_traceback_shows_what_led_to_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("info", "json", [])
    try:
        try:
            raise KeyError("first")
        except KeyError as error:
            raise ValueError("second") from error
    except ValueError:
        structlog.get_logger("bot").exception("failed")
    (event,) = events(capsys)
    first, second = event["exception"].split("Which led to:")
    for part, words in ((first, "KeyError: 'first'"), (second, "ValueError: second")):
        assert part.strip().startswith("Traceback (most recent call last):")
        assert f'File "{__file__}"' in part
        assert part.strip().endswith(words)


def test_a_level_is_kept_and_warnings_are_lines_too(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("warning", "json", [])
    structlog.get_logger("bot").info("quiet")
    logging.getLogger("aiogram.dispatcher").info("quiet")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old way", DeprecationWarning, stacklevel=1)
    (event,) = events(capsys)
    assert event["logger"] == "py.warnings"
    assert "old way" in event["message"]


def test_libraries_do_not_log_what_customers_write(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("debug", "json", [])
    logging.getLogger("aiosqlite").debug("executing INSERT … 'my text'")
    assert events(capsys) == []


def test_an_uncaught_error_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("info", "console", SECRETS)
    sys.excepthook(RuntimeError, RuntimeError(SECRETS[0]), None)
    (line,) = lines(capsys)
    assert line.endswith("Stopped by an error            [deskwire] (RuntimeError: ***)")
