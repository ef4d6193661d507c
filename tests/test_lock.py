"""What is installed is what was locked: every dependency, by its hash, from wherever it comes."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = PROJECT["project"]["dependencies"]
DEVELOPMENT = PROJECT["dependency-groups"]["dev"]


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9_.-]", requirement)[0] for requirement in requirements}


def locked(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text()
    return dict(re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", text, re.MULTILINE))


def test_every_dependency_is_locked() -> None:
    assert names(RUNTIME) <= set(locked("requirements.lock"))
    assert names(DEVELOPMENT) <= set(locked("requirements-dev.lock"))


def test_tests_run_with_the_versions_that_users_get() -> None:
    assert locked("requirements.lock").items() <= locked("requirements-dev.lock").items()


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_hashes_and_no_place(file: str) -> None:
    text = (ROOT / file).read_text()
    unhashed = [line for line in text.splitlines() if "==" in line and not line.endswith("\\")]
    assert unhashed == []
    assert not re.search(r"://|--(extra-)?index|--find-links|file:|@ ", text)
