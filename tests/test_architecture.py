"""The house keeps its shape: imports go one way, rooms are few, files and functions short."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parent.parent
ROOMS = {"api", "bot", "config", "locales", "storage", "tests"}
MOST_LINES_IN_A_FILE = 300
MOST_LINES_IN_A_FUNCTION = 40


def source_files() -> Iterator[Path]:
    yield from ROOT.glob("*.py")
    for room in sorted(ROOMS):
        yield from (ROOT / room).rglob("*.py")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines on which a statement begins: a call is one, however many arguments it has."""
    return len({node.lineno for node in ast.walk(function) if isinstance(node, ast.stmt)})


def test_imports_go_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True, no_logo=True) == EXIT_STATUS_SUCCESS


def test_no_room_is_added_beside_the_known_ones() -> None:
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name[0] not in "._"]
    assert {path.name for path in folders if any(path.rglob("*.py"))} <= ROOMS
    assert [path.name for path in ROOT.glob("*.py")] == ["run.py"]


def test_no_file_grows_past_its_limit() -> None:
    lines = {path: path.read_text().count("\n") for path in source_files()}
    assert [path for path, count in lines.items() if count > MOST_LINES_IN_A_FILE] == []


def test_no_function_grows_past_its_limit() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}"
        for path in source_files()
        for function in functions(path)
        if lines_of_code(function) > MOST_LINES_IN_A_FUNCTION
    ]
    assert long == []
