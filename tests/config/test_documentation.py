"""What people read about the configuration is what the code does."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

import config
from config.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent.parent
VARIABLES = [PREFIX + name.upper() for name in Settings.model_fields]


def documented() -> dict[str, str]:
    text = (ROOT / "docs" / "configuration.md").read_text()
    rows = re.findall(r"^\| `(DESKWIRE_\w+)` \| (.+?) \| .+ \|$", text, re.MULTILINE)
    return {
        name: "" if default in {"none", "empty"} else default.strip("`") for name, default in rows
    }


def example() -> dict[str, str]:
    text = (ROOT / ".env.example").read_text()
    return dict(re.findall(r"^#(DESKWIRE_\w+)=(.*)$", text, re.MULTILINE))


def test_every_variable_is_documented_in_order() -> None:
    assert list(documented()) == VARIABLES


def test_every_variable_is_in_the_example_with_a_line_that_explains_it() -> None:
    assert sorted(example()) == sorted(VARIABLES)
    lines = (ROOT / ".env.example").read_text().splitlines()
    for before, line in pairwise(lines):
        if line.startswith("#DESKWIRE_"):
            assert before.startswith("# ")


@pytest.mark.parametrize("source", [documented, example])
def test_documented_defaults_are_the_defaults(
    monkeypatch: pytest.MonkeyPatch, source: type[dict[str, str]]
) -> None:
    by_default = config.load()
    for name, value in source().items():
        monkeypatch.setenv(name, value)
    assert config.load() == by_default


def test_the_readme_names_no_variable_that_is_not_there() -> None:
    named = set(re.findall(r"DESKWIRE_[A-Z_]+", (ROOT / "README.md").read_text()))
    assert named
    assert named <= set(VARIABLES)


def test_every_language_of_the_setting_ships() -> None:
    shipped = {path.stem for path in (ROOT / "locales").glob("*.jinja")}
    assert {"en", "ru"} <= shipped


@pytest.mark.parametrize("page", ["README.md", "docs/configuration.md"])
def test_every_link_inside_the_project_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / page).read_text())
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []
