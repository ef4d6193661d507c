"""No value from outside is ever a part of a statement: values go beside it, as parameters."""

import ast
from collections.abc import Iterator
from pathlib import Path

STORAGE = Path(__file__).parents[2] / "storage"
RUNNERS = {"one", "all", "run", "execute", "executescript"}
OF_OURS = {
    "table",  # a name of a table
    "name",  # a column that the code itself lists, or a placeholder's name
    "condition",  # of constants and placeholders
    "_listed(customers)",  # placeholders, so many as there are values
    "_listed(tickets)",
    "script.read_text()",  # a migration
    "_among(some)",  # numbers of ours
    "record",  # that it was applied
}


def written_into_statements() -> Iterator[tuple[str, str]]:
    """What the code puts into the text of statements, and where."""
    for path in sorted(STORAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr in RUNNERS and node.args:
                for part in ast.walk(node.args[0]):
                    if isinstance(part, ast.FormattedValue):
                        yield f"{path.name}:{part.lineno}", ast.unparse(part.value)


def test_no_statement_has_a_value_written_into_it() -> None:
    found = list(written_into_statements())
    assert len(found) > 10
    constants = [value for _, value in found if value.rpartition(".")[2].strip("_").isupper()]
    assert constants
    others = {value for _, value in found} - set(constants)
    assert others <= OF_OURS
