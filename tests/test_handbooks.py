"""What the handbooks say is what the bot and the command line do."""

import re
from pathlib import Path

import pytest

import locales
from bot.agents import commands
from config.command_line import UsageError, parse
from config.settings import PREFIX, Settings
from storage.lifecycle import REOPEN_WITHIN

DOCS = Path(__file__).parents[1] / "docs"
HANDBOOK = (DOCS / "agents.md").read_text()
SETUP = (DOCS / "setup.md").read_text()


def test_the_handbook_lists_the_agents_commands() -> None:
    listed = re.findall(r"^\| `/(\w+)", HANDBOOK, re.MULTILINE)
    assert sorted(listed) == sorted({*commands.ACTIONS, "help"})


@pytest.mark.parametrize("name", ["take", "close", "reopen", "priority"])
def test_the_handbook_names_the_buttons_as_they_are(name: str) -> None:
    assert f"`{locales.label(name, 'en')}`" in HANDBOOK


def test_the_handbook_tells_how_long_a_closed_ticket_reopens() -> None:
    assert f"within {REOPEN_WITHIN.days} days" in HANDBOOK


def test_the_setup_names_only_variables_that_are_there() -> None:
    named = set(re.findall(r"DESKWIRE_[A-Z_]+", SETUP))
    assert named
    assert named <= {PREFIX + name.upper() for name in Settings.model_fields}


def test_the_commands_of_the_setup_can_be_given() -> None:
    given = re.findall(r"python run\.py (.+)$", SETUP, re.MULTILINE)
    assert len(given) >= 4
    for line in given:
        words = re.findall(r'"[^"]*"|\S+', line)
        assert parse([word.strip('"') for word in words]) is not None


def test_a_command_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError):
        parse(["conect"])
