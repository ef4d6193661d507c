"""What a start and the commands beside it make of what the configuration names."""

import re
import socket
from pathlib import Path

import pytest

import run

pytestmark = pytest.mark.usefixtures("process_as_before")

KEY_ID = "00000000-0000-4000-8000-000000000000"
MADE = ["project", "create", "--name", "My shop", "--slug", "main"]


@pytest.fixture(autouse=True)
def no_playground(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKWIRE_PLAYGROUND", "off")


@pytest.mark.parametrize(
    "words",
    [
        "project list",
        "project show main",
        "project set main --locale ru",
        "key list",
        "key create --project main",
        f"key revoke {KEY_ID}",
        "connect",
        "backup copy.db",
    ],
)
def test_a_command_makes_no_database_where_the_variable_leads_nowhere(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert run.main(MADE) == 0
    capsys.readouterr()
    monkeypatch.setenv("DESKWIRE_DATABASE", "deskwrie.db")
    assert run.main(words.split()) == 1
    assert capsys.readouterr() == (
        "",
        "DESKWIRE_DATABASE: There is no database at deskwrie.db:"
        " the first start makes it, or `project create`.\n",
    )
    assert {path.name for path in folder.iterdir()} == {"deskwire.db"}


def start(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What a start says that ends where it should listen: the port is taken."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DESKWIRE_PORT", str(taken.getsockname()[1]))
        assert run.main([]) == 1
    *said, last = capsys.readouterr().err.splitlines()
    assert "DESKWIRE_PORT" in last
    return said


def test_a_start_with_a_key_that_was_revoked_warns_of_it_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DESKWIRE_API_KEY", "a-key-of-my-own")
    assert start(capsys) == []
    run.main(["key", "list"])
    run.main(["key", "revoke", capsys.readouterr().out.splitlines()[1].split()[0]])
    capsys.readouterr()
    (line,) = start(capsys)
    assert re.search(r"\[warning +\] DESKWIRE_API_KEY .*revoked", line)
    assert "a-key-of-my-own" not in line
