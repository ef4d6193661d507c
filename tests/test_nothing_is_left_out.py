"""In CI no test is skipped, and none that needs a browser is left out for want of one."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parent / "conftest.py"
TESTS = {
    "plain": "def test_plain(): pass",
    "skipped": "import pytest\n@pytest.mark.skip(reason='later')\ndef test_it(): pass",
    "excused": "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False",
    "browser": "import pytest\n@pytest.mark.browser\ndef test_it(chromium): pass",
}


def run_tests(folder: Path, kind: str, ci: str) -> subprocess.CompletedProcess[str]:
    """Pytest in a folder with our conftest and tests of `kind`, on a machine without a browser."""
    shutil.copy(CONFTEST, folder)
    (folder / "pytest.toml").write_text("[pytest]\nmarkers = ['browser']\n")
    (folder / "test_plain.py").write_text(TESTS["plain"])
    (folder / f"test_{kind}.py").write_text(TESTS[kind])
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
        cwd=folder,
        env={"CI": ci, "PATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("kind", ["skipped", "excused", "browser"])
def test_ci_fails_when_a_test_is_left_out(tmp_path: Path, kind: str) -> None:
    assert run_tests(tmp_path, kind, ci="true").returncode == 1


def test_ci_passes_when_all_ran(tmp_path: Path) -> None:
    assert run_tests(tmp_path, "plain", ci="true").returncode == 0


def test_elsewhere_a_missing_browser_is_told(tmp_path: Path) -> None:
    done = run_tests(tmp_path, "browser", ci="")
    assert done.returncode == 0
    assert "1 passed, 1 deselected" in done.stdout
    assert "apt-get install chromium" in done.stdout
