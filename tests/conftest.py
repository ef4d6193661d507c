"""What every test may need: where Chromium is, and the promise that nothing is left out in CI."""

import logging
import os
import shutil
import sys
from collections.abc import Iterator
from typing import Any, TypedDict

import pytest
import structlog

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MISSING = "Chromium is missing, so the browser tests are left out; apt-get install chromium has it"


class LaunchOptions(TypedDict):
    executable_path: str
    args: list[str]


@pytest.fixture(scope="session")
def chromium() -> LaunchOptions:
    """Options for Playwright's `chromium.launch`: Debian's browser, calling nobody, also as root.

    A test that asks for it is marked `browser`.
    """
    assert CHROMIUM, MISSING
    flags = ["no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-sync"]
    flags += ["disable-background-networking", "disable-component-update"]
    return {"executable_path": CHROMIUM, "args": [f"--{flag}" for flag in flags]}


@pytest.fixture
def process_as_before() -> Iterator[None]:
    """Puts back what the program sets for its process: logging, and who may read its files."""
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level, mask = root.handlers[:], root.level, os.umask(0o022)
    yield
    os.umask(mask)
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


LEFT_OUT = pytest.StashKey[int]()
LONGEST = ("tests/faults/", "tests/e2e/")
"""What takes longest comes first, so that several workers end at one time."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: half of the time tests wait for what they started."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    browser = [item for item in items if item.get_closest_marker("browser")]
    if browser and not CHROMIUM and not IN_CI:
        config.stash[LEFT_OUT] = len(browser)
        config.hook.pytest_deselected(items=browser)
        items[:] = [item for item in items if item not in browser]
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if IN_CI and exitstatus == pytest.ExitCode.OK and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    config = terminalreporter.config
    if IN_CI and _skipped(config):
        terminalreporter.write_line("In CI a skipped test is a failed one.", red=True)
    if LEFT_OUT in config.stash:
        terminalreporter.write_line(MISSING, yellow=True)


def _skipped(config: pytest.Config) -> bool:
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    return any(reporter.stats.get(kind) for kind in ("skipped", "xfailed", "xpassed"))
