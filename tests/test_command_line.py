"""The command line does what it says, says what it did, and teaches how to ask."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import run
from config.command_line import CommandLine
from storage.database import Database

pytestmark = pytest.mark.usefixtures("process_as_before")

RUN = Path(run.__file__)
COMMANDS = [
    "project create",
    "project list",
    "project show",
    "project set",
    "key create",
    "key list",
    "key revoke",
    "connect",
    "backup",
    "doctor",
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in os.environ:
        if name.upper().startswith("DESKWIRE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DESKWIRE_PLAYGROUND", "off")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Shell:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.errors = ""

    def __call__(self, *words: str, code: int = 0) -> str:
        assert run.main(list(words)) == code
        printed = self._capsys.readouterr()
        self.errors = printed.err.strip()
        return printed.out.strip()

    def fails(self, *words: str, code: int = 1) -> str:
        assert self(*words, code=code) == ""
        assert "\n" not in self.errors
        return self.errors


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


@pytest.fixture
def main(shell: Shell) -> str:
    shell("project", "create", "--name", "My shop", "--slug", "main")
    return "main"


def test_a_project_is_made_listed_shown_and_changed(shell: Shell) -> None:
    made = shell("project", "create", "--name", "Second shop", "--slug", "shop", "--locale", "ru")
    assert made == 'Made the project "Second shop", slug shop'
    assert shell("project", "list").splitlines() == [
        "SLUG  NAME         AGENTS' CHAT",
        "shop  Second shop  none",
    ]
    changed = shell(
        *("project", "set", "shop", "--description", "Ask us.", "--helpdesk-enabled", "false"),
        *("--allowed-origins", "https://Shop.example/,http://[::1]:3000,http://my_shop"),
    )
    assert changed == shell("project", "show", "shop")
    assert dict(re.split(r"  +", line) for line in changed.splitlines()) == {
        "slug": "shop",
        "name": "Second shop",
        "description": "Ask us.",
        "locale": "ru",
        "helpdesk enabled": "false",
        "helpdesk allow create": "true",
        "allowed origins": "https://shop.example, http://[::1]:3000, http://my_shop",
        "agents' chat": "none",
    }


def test_a_project_speaks_the_installations_language_unless_told(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKWIRE_LOCALE", "ru")
    shell("project", "create", "--name", "A", "--slug", "a")
    shell("project", "create", "--name", "B", "--slug", "b", "--locale", "en")
    assert re.search(r"locale +ru", shell("project", "show", "a"))
    assert re.search(r"locale +en", shell("project", "show", "b"))


def test_settings_not_named_stay(shell: Shell, main: str) -> None:
    before = shell("project", "set", main, "--allowed-origins", "https://shop.example")
    after = shell("project", "set", main, "--locale", "ru")
    assert after == before.replace("en", "ru", 1)
    assert "allowed origins        none" in shell("project", "set", main, "--allowed-origins=")


def test_a_key_is_shown_once_and_can_be_revoked(shell: Shell, main: str) -> None:
    key = shell("key", "create", "--project", main)
    assert re.fullmatch(r"dw_[A-Za-z0-9_-]{43}", key)
    assert key not in shell.errors
    listed = shell("key", "list")
    assert key not in listed
    assert key[:6] in listed
    key_id = listed.splitlines()[1].split()[0]
    assert key_id in shell("key", "revoke", key_id)
    assert re.search(rf"{key_id}.*\d{{4}}-\d\d-\d\d  \d{{4}}-\d\d-\d\d$", shell("key", "list"))


def test_keys_are_listed_for_one_project_too(shell: Shell, main: str) -> None:
    shell("project", "create", "--name", "Second", "--slug", "second")
    shell("key", "create", "--project", main)
    shell("key", "create", "--project", "second")
    assert len(shell("key", "list").splitlines()) == 3
    (_, line) = shell("key", "list", "--project", "second").splitlines()
    assert line.split()[1] == "second"


def test_connect_prints_the_line_to_send(shell: Shell, main: str) -> None:
    shell("project", "create", "--name", "Second", "--slug", "second")
    first = shell("connect")
    assert re.fullmatch(r"/connect [A-Za-z0-9_-]{10,}", first)
    assert "agents' group of main" in shell.errors
    assert shell("connect", "--project", "second") != first
    assert "agents' group of second" in shell.errors


def test_backup_copies_to_a_new_file_only(shell: Shell, main: str, folder: Path) -> None:
    done = shell("backup", "copy.db")
    size = (folder / "copy.db").stat().st_size
    assert done == f"Copied deskwire.db to copy.db: {size} bytes, checked"
    assert shell.fails("backup", "copy.db") == (
        "copy.db exists already; a backup overwrites nothing."
    )


def test_what_commands_write_is_nobody_elses_to_read(shell: Shell, main: str, folder: Path) -> None:
    shell("backup", "copy.db")
    for name in ("deskwire.db", "copy.db"):
        assert (folder / name).stat().st_mode & 0o077 == 0


def test_commands_work_while_the_server_has_the_database(shell: Shell, folder: Path) -> None:
    async def serve_meanwhile() -> None:
        database = await Database.open(folder / "deskwire.db")
        try:
            for words in ("project create --name A --slug a", "key create --project a", "backup b"):
                process = await asyncio.create_subprocess_exec(
                    sys.executable, str(RUN), *words.split(), stdout=subprocess.PIPE
                )
                out, _ = await process.communicate()
                assert (process.returncode, bool(out)) == (0, True)
        finally:
            await database.close()

    asyncio.run(serve_meanwhile())


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("project show nope", "There is no project with the slug nope."),
        ("project set nope --locale ru", "There is no project with the slug nope."),
        ("project create --name A --slug main", "A project with the slug main exists already."),
        ("key create --project nope", "There is no project with the slug nope."),
        (
            "key revoke 00000000-0000-4000-8000-000000000000",
            "There is no API key with this id.",
        ),
        ("backup nowhere/copy.db", "There is no folder nowhere."),
    ],
)
def test_what_fails_is_one_line_and_exit_code_1(
    shell: Shell, main: str, words: str, problem: str
) -> None:
    assert shell.fails(*words.split()) == problem


def test_connect_without_a_project_tells_the_way(shell: Shell, folder: Path) -> None:
    (folder / "deskwire.db").touch()
    assert shell.fails("connect") == (
        "There is no project yet: the first start makes one, or `project create`."
    )


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("project", "name what to do: create, list, show, set"),
        ("key", "name what to do: create, list, revoke"),
        ("key create", "the following arguments are required: --project"),
        ("key revoke 12", "id: must be an id as `key list` shows it"),
        ("project set main", "set: name at least one setting to change"),
        ("project set main --locale de", "locale: must be en or ru"),
        ("project set main --helpdesk-enabled maybe", "helpdesk-enabled: must be true or false"),
        (
            "project set main --allowed-origins shop.example",
            'allowed-origins: must be origins such as https://shop.example, not "shop.example"',
        ),
        (
            "project create --name A --slug a:b",
            "slug: must be 1 to 59 characters of A-Z, a-z, 0-9, _ and -",
        ),
        ("project list --all", "unrecognized arguments: --all"),
    ],
)
def test_misuse_is_one_line_and_exit_code_2(shell: Shell, words: str, problem: str) -> None:
    assert shell.fails(*words.split(), code=2) == f"{problem} (--help explains)"


def test_a_start_that_its_database_refuses_names_the_variable(
    shell: Shell, main: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell("project", "create", "--name", "B", "--slug", "b")
    key = shell("key", "create", "--project", "b")
    monkeypatch.setenv("DESKWIRE_API_KEY", key)
    assert shell.fails().startswith("DESKWIRE_API_KEY, ")
    (folder / "text.db").write_text("This is no database, however long it may be.")
    monkeypatch.setenv("DESKWIRE_DATABASE", "text.db")
    assert shell.fails().startswith("DESKWIRE_DATABASE: ")


def test_a_wrong_configuration_stops_a_command_too(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKWIRE_PORT", "abc")
    assert shell.fails("project", "list", code=2) == (
        'DESKWIRE_PORT: must be between 0 and 65535, not "abc"'
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        run.main([*command.split(), "--help"])
    assert stopped.value.code == 0
    assert f"\n  run.py {command}" in capsys.readouterr().out


def test_every_command_is_carried_out() -> None:
    groups = [name for name in CommandLine.model_fields if name not in COMMANDS]
    assert sorted(groups) == sorted({command.split()[0] for command in COMMANDS if " " in command})
    assert len(run.COMMANDS) == len(COMMANDS) - 2  # backup and doctor need no transaction


def test_a_variable_named_like_a_command_is_no_command(
    shell: Shell, main: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("connect", "{}")
    monkeypatch.setenv("backup", '{"file": "x"}')
    assert shell("project", "list").startswith("SLUG")


def test_the_playground_is_served_by_the_same_commands(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.delenv("DESKWIRE_PLAYGROUND")
    shell("project", "create", "--name", "My shop", "--slug", "main")
    assert shell.errors == "No messenger is set up: this is the playground, playground.db"
    assert {path.name for path in folder.iterdir()} == {"playground.db"}


def test_a_command_does_not_wait_for_the_bots_libraries(main: str) -> None:
    script = (
        "import sys, run; run.main(['project', 'list']);"
        " print(*{'aiogram', 'aiohttp'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(RUN.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == ""


@pytest.mark.parametrize("words", [["project", "list"], ["doctor"]])
def test_a_reader_that_reads_no_further_ends_a_command_quietly(main: str, words: list[str]) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    ended = subprocess.run([sys.executable, RUN, *words], check=False, stdout=writes, stderr=-1)
    os.close(writes)
    assert (ended.returncode, ended.stderr) == (141, b"")
