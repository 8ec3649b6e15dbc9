"""Inside the engine: SQL is in stores, and a room's store is its own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_ENGINE = Path(__file__).parents[2] / "src/bellwether/engine"
_MODULES = sorted(_ENGINE.rglob("*.py"))
_SQL = {"select", "insert", "update", "delete", "text", "func"}


def _imports(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of everything a file imports from somewhere."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)


def test_sql_is_written_in_stores_and_tables_only() -> None:
    writers = {
        path.relative_to(_ENGINE).as_posix()
        for path in _MODULES
        for module, name in _imports(path)
        if module.split(".")[0] == "sqlalchemy" and name in _SQL
    }
    allowed = re.compile(r"/(store|tables)(_\w+)?\.py$")
    assert {name for name in writers if not allowed.search(name)} == set()
    assert len(writers) > 5


def test_a_rooms_store_and_tables_are_private_to_it() -> None:
    strangers = [
        f"{path.relative_to(_ENGINE).as_posix()} imports {module}.{name}"
        for path in _MODULES
        for module, name in _imports(path)
        if (found := re.match(r"bellwether\.engine\.(\w+)\.store", f"{module}.{name}"))
        and path.relative_to(_ENGINE).parts[0] != found[1]
    ]
    assert strangers == []
