"""Reads the settings from the environment and `.env`, and says in plain lines what is wrong.

A line names its variable and never shows a secret; a name that nobody knows is an error too, so
that a slip of the pen isn't passed over.
"""

import json
import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from dotenv.parser import parse_stream
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.masking import Mask
from config.settings import PREFIX, Settings
from config.values import ConfigError
from config.wording import wanted

ENV_FILE = Path(".env")  # of the folder that Deskwire is started in
ENCODING = "utf-8-sig"  # some editors put a mark at the beginning of a file


def load() -> Settings:
    """The settings; ConfigError, with a line for each wrong variable, if they can't be used.

    The environment wins over `.env`; an empty value counts as none.
    """
    names = set(os.environ)
    problems: list[str] = []
    if ENV_FILE.is_file():
        names |= _names_in_env_file(problems)
    problems += _unknown(names)
    try:
        settings = Settings(_env_file=ENV_FILE, _env_file_encoding=ENCODING)
    except ValidationError as error:
        problems += [_line(details) for details in error.errors()]
        raise ConfigError("\n".join(problems)) from None
    if problems:
        raise ConfigError("\n".join(problems))
    return settings


def _names_in_env_file(problems: list[str]) -> set[str]:
    try:
        with ENV_FILE.open(encoding=ENCODING) as file:
            bindings = list(parse_stream(file))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise ConfigError(f"{ENV_FILE}: can't be read: {reason}") from None
    problems += [
        f"{ENV_FILE}: line {binding.original.line} is not NAME=value"
        for binding in bindings
        if binding.error
    ]
    return {binding.key for binding in bindings if binding.key}


def _unknown(names: set[str]) -> Iterator[str]:
    known = [name.upper() for name in Settings.model_fields]
    for name in sorted(names):
        prefix, own = name[: len(PREFIX)].upper(), name[len(PREFIX) :].upper()
        if prefix != PREFIX or own in known:
            continue
        nearest = get_close_matches(own, known, n=1)
        hint = f", did you mean {PREFIX}{nearest[0]}?" if nearest else "; .env.example lists all"
        yield f"{name}: there is no such variable{hint}"


def _line(details: ErrorDetails) -> str:
    name = str(details["loc"][0])
    line = f"{PREFIX}{name.upper()}: {wanted(details)}"
    given = details["input"]
    hidden = _is_secret(name) or "@" in str(given)  # a URL may hold a password before its @
    if hidden or given is None:
        return line
    return f"{line}, not {Mask()(json.dumps(given, ensure_ascii=False))}"


def _is_secret(name: str) -> bool:
    return "SecretStr" in repr(Settings.model_fields[name].annotation)
