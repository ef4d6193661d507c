"""What the pages say is there: files, links, commands, variables, targets, tools."""

import re
import shlex
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from config.command_line import parse
from config.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
VARIABLES = {PREFIX + name.upper() for name in Settings.model_fields}
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
FOLDERS = ("api", "bot", "config", "docs", "locales", "storage", "tests")


def shell_lines(page: str) -> list[str]:
    """The lines of a page's shell examples, continued ones put together."""
    blocks = re.findall(
        r"^ *```sh\n(.*?)^ *```", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL
    )
    return [
        line.strip()
        for block in blocks
        for line in block.replace("\\\n", " ").splitlines()
        if line.strip()
    ]


@pytest.mark.parametrize("page", NAMES)
def test_every_link_inside_the_project_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)\s]+)\)", (ROOT / page).read_text())
    for link in links:
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", NAMES)
def test_every_command_of_ours_is_one(page: str) -> None:
    for line in shell_lines(page):
        found = re.search(r"(?:run\.py|^deskwire|^sudo deskwire) (?!\")(.+)$", line)
        if found and "{" not in line:
            words = shlex.split(
                re.sub(r"<(\w+)>", r"\1", found[1].split(" #")[0].removesuffix("&&"))
            )
            assert parse(words) is not None, line


@pytest.mark.parametrize("page", NAMES)
def test_every_variable_that_is_named_is_one(page: str) -> None:
    named = set(re.findall(r"\bDESKWIRE_[A-Z_]+[A-Z]\b", (ROOT / page).read_text()))
    assert named <= VARIABLES | {"DESKWIRE_SERVICE_HOST"}  # Kubernetes', which is explained


@pytest.mark.parametrize("page", NAMES)
def test_every_target_of_make_that_is_named_is_one(page: str) -> None:
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = (ROOT / page).read_text()
    named = re.findall(r"(?:`|^)(?:sudo )?make (?:-C \S+ )?([a-z]+)", text, re.MULTILINE)
    assert set(named) <= known


@pytest.mark.parametrize("page", NAMES)
def test_every_file_that_is_named_is_there(page: str) -> None:
    quoted = re.findall(r"`([\w./-]+)`", (ROOT / page).read_text())
    paths = [
        name
        for name in quoted
        if name.split("/")[0] in FOLDERS and "/" in name and "NNNN" not in name
    ]
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_map_has_every_room() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    rooms = set(re.findall(r"^\| `(\w+)/` \|", text, re.MULTILINE))
    assert rooms == {path.parent.name for path in ROOT.glob("[a-z]*/*.py")} | {"tests"}


def test_a_commit_is_checked_by_the_tools_of_make_lint() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local"
    entries = [hook["entry"] for hook in repository["hooks"]]
    makefile = (ROOT / "Makefile").read_text()
    for tool in ("ruff format", "ruff check", "mypy", "lint-imports --no-cache"):
        assert any(tool in entry for entry in entries)
        assert tool in makefile
    for entry in entries:
        program, *words = entry.split()
        assert program.startswith(".venv/bin/")
        assert [w for w in words if w.startswith("tests/") and not (ROOT / w).exists()] == []


def test_a_release_has_what_its_page_asks_for() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version is not None
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text()
