"""Files at most 400 lines, functions at most 50. The list of exceptions may only shrink."""

import ast
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_FILES = sorted(
    path
    for folder in ("src", "tests", "bench", "scripts")
    for path in (_ROOT / folder).rglob("*.py")
    if "migrations/versions" not in path.as_posix()
)


def _functions(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        (node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.relative_to(_ROOT).as_posix())
def test_a_file_does_one_thing(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert [(name, lines) for name, lines in _functions(path) if lines > 50] == []


def test_route_handlers_parse_call_and_render() -> None:
    long = [
        (path.relative_to(_ROOT).as_posix(), name, lines)
        for path in (_ROOT / "src/bellwether/dialects").rglob("routes*.py")
        for name, lines in _functions(path)
        if lines > 25
    ]
    assert long == []
