"""What Deskwire is installed with fits it: the container, the compose file, the systemd unit.

No container is built here: the steps of the Dockerfile are taken one by one instead.
"""

import asyncio
import compileall
import json
import re
import shlex
import shutil
import stat
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from bot.playground.telegram import TelegramStandIn
from config.settings import PREFIX, Settings
from tests.e2e.desk import Desk

ROOT = Path(__file__).parent.parent
UNIT = ROOT / "docs" / "operation" / "deskwire.service"
VARIABLES = {PREFIX + name.upper() for name in Settings.model_fields}
SOURCES = {"api", "bot", "config", "locales", "storage", "run.py"}
GRACE = 10
"""Seconds within which Deskwire ends."""


def instructions() -> dict[str, list[str]]:
    """The Dockerfile by instruction, continued lines put together."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    found = defaultdict(list)
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        word, _, rest = line.partition(" ")
        if word:
            found[word].append(rest)
    return found


def copied() -> set[str]:
    lines = [line.split() for line in instructions()["COPY"] if "--from" not in line]
    return {source for *sources, _ in lines for source in sources}


def environment() -> dict[str, str]:
    """What the image sets for what runs in it."""
    return dict(pair.split("=", 1) for line in instructions()["ENV"] for pair in line.split())


def unit() -> dict[str, list[str]]:
    found = defaultdict(list)
    for line in UNIT.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            found[name].append(value)
    return found


# --- the container --------------------------------------------------------------------------------


def test_the_image_has_what_runs_and_nothing_else() -> None:
    assert copied() == {*SOURCES, "requirements.lock"}
    admitted = set(re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert admitted == copied()
    assert all((ROOT / name).exists() for name in copied())


def test_the_image_needs_no_host_but_those_of_its_tools() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"https?://(?!127\.0\.0\.1)", text) == []
    assert "index" not in text
    (install,) = [line for line in instructions()["RUN"] if "pip" in line]
    assert "--require-hashes" in install
    assert "--no-deps" in install


def test_the_image_runs_as_nobody_special_and_keeps_its_data_in_a_volume() -> None:
    found = instructions()
    assert found["USER"] == ["deskwire"]
    (account,) = [line for line in found["RUN"] if "useradd" in line]
    assert "--gid 10001 deskwire" in account
    assert "--uid 10001 --gid 10001" in account
    assert found["VOLUME"] == ["/data"]
    assert f"WORKDIR {found['VOLUME'][0]}" in (ROOT / "Dockerfile").read_text()
    assert environment()["DESKWIRE_DATABASE"].startswith("/data/")
    assert environment()["PYTHONDONTWRITEBYTECODE"] == "1"
    assert json.loads(found["CMD"][-1]) == ["python", "/deskwire/run.py"]


def test_the_image_has_a_health_check_of_its_own() -> None:
    (check,) = instructions()["HEALTHCHECK"]
    command = json.loads(check.partition("CMD ")[2])
    assert command[0] == "python"
    assert "/healthz" in command[-1]


def test_every_variable_that_is_set_is_one_of_deskwires() -> None:
    ours = {name for name in environment() if name.startswith(PREFIX)}
    ours |= {name for name in compose()["environment"] if name.startswith(PREFIX)}
    assert ours
    assert ours <= VARIABLES


@pytest.mark.parametrize("path", ["Dockerfile", "compose.yaml", "docs/operation/deskwire.service"])
def test_no_secret_stands_in_a_file(path: str) -> None:
    named = set(re.findall(r"DESKWIRE_[A-Z_]+", (ROOT / path).read_text()))
    assert {name for name in named if re.search("TOKEN|KEY|SECRET", name)} == set()


class Installed(Desk):
    """What the image would hold, in an empty folder, under what the unit forbids."""

    def __init__(self, source: Path, folder: Path, **settings: object) -> None:
        super().__init__(folder, **settings)
        # prctl(2): PR_SET_MDWE is MemoryDenyWriteExecute; older kernels know no such call.
        deny = "import ctypes, os, sys; ctypes.CDLL(None).prctl(65, 1, 0, 0, 0);"
        run = f"os.execv(sys.executable, [sys.executable, {str(source / 'run.py')!r}])"
        self.program = ("-c", deny + run)


def everything_in(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*")}


async def health_check(port: str) -> int:
    """The exit code of the image's own check, on a machine where a proxy is set."""
    (check,) = instructions()["HEALTHCHECK"]
    _, *command = json.loads(check.partition("CMD ")[2])
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        env={"DESKWIRE_PORT": port, "http_proxy": "http://127.0.0.1:1"},
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await process.wait()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The files of the image, with byte code, read-only."""
    made = tmp_path / "deskwire"
    made.mkdir()
    for name in SOURCES:
        origin, target = ROOT / name, made / name
        if origin.is_dir():
            shutil.copytree(origin, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, target)
    assert compileall.compile_dir(made, quiet=1)
    for path in [made, *made.rglob("*")]:
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    return made


async def test_what_is_in_the_image_runs_and_writes_into_its_folder_alone(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", environment()["PYTHONDONTWRITEBYTECODE"])
    before = everything_in(source)
    async with TelegramStandIn() as messenger:
        settings = {"telegram_token": messenger.token, "telegram_api_url": messenger.url}
        async with Installed(source, data, database=data / "deskwire.db", **settings) as desk:
            assert "swagger" in await desk.text("/docs")
            assert await health_check(desk.url.rpartition(":")[2]) == 0
            assert await health_check("1") == 1
            assert await desk.stop() == 0
    assert everything_in(source) == before
    assert {path.name for path in data.iterdir()} == {"deskwire.db"}


# --- compose --------------------------------------------------------------------------------------


def compose() -> dict[str, Any]:
    (service,) = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"].values()
    assert isinstance(service, dict)
    return service


def test_compose_gives_the_container_no_more_than_it_needs() -> None:
    service = compose()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["ports"] == ["127.0.0.1:8080:8080"]
    assert int(str(service["stop_grace_period"]).removesuffix("s")) > GRACE


def test_compose_mounts_what_the_image_made_for_its_user() -> None:
    (folders,) = [line for line in instructions()["RUN"] if "install -d" in line]
    text = yaml.safe_load((ROOT / "compose.yaml").read_text())
    mounted = [str(each).split(":") for each in text["services"]["deskwire"]["volumes"]]
    assert {name for name, _ in mounted} == set(text["volumes"])
    assert {path for _, path in mounted} <= set(shlex.split(folders))
    variables = text["services"]["deskwire"]["environment"]
    for name in ("DESKWIRE_DATABASE", "DESKWIRE_BACKUP_DIR"):
        assert any(variables[name].startswith(path) for _, path in mounted)


# --- systemd --------------------------------------------------------------------------------------


def test_the_unit_starts_what_is_there_as_nobody_special() -> None:
    found = unit()
    (start,) = found["ExecStart"]
    python, program = start.split()
    assert python.endswith("/.venv/bin/python")
    assert (ROOT / Path(program).name).is_file()
    assert found["Type"] == ["notify"]
    assert found["User"] == ["deskwire"]
    assert found["WorkingDirectory"] == [f"/var/lib/{found['StateDirectory'][0].split()[0]}"]
    assert int(found["TimeoutStopSec"][0]) > GRACE


def test_the_unit_shuts_deskwire_in() -> None:
    found = unit()
    for name in (
        *("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictNamespaces"),
        *("MemoryDenyWriteExecute", "RestrictSUIDSGID", "LockPersonality", "ProtectKernelTunables"),
    ):
        assert found[name] == ["yes"], name
    assert found["ProtectSystem"] == ["strict"]
    assert "ProcSubset" not in found  # the metrics of the process need /proc/stat
    assert found["CapabilityBoundingSet"] == [""]
    assert found["SystemCallFilter"][0] == "@system-service"
    assert found["UMask"] == ["0077"]


def test_systemd_itself_finds_the_unit_sound(tmp_path: Path) -> None:
    """Where systemd is installed; elsewhere the tests above say what can be said."""
    if (analyze := shutil.which("systemd-analyze")) is None:
        return
    copy = tmp_path / "deskwire.service"
    text = UNIT.read_text().replace("/opt/deskwire/.venv/bin/python", sys.executable)
    copy.write_text(re.sub(r"^(User|Group)=deskwire$", "", text, flags=re.MULTILINE))
    done = subprocess.run(
        [analyze, "verify", str(copy)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "deskwire.service" in done.stderr) == (0, False), done.stderr
    rated = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", str(UNIT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert rated.returncode == 0, rated.stdout[-200:]
