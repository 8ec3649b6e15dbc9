"""What a user can see is documented."""

from pathlib import Path

import pytest

from bellwether.app.asgi import DIALECTS
from bellwether.dialects.framework.operations import Dialect
from bellwether.dialects.framework.problems import BodyTimeoutError
from bellwether.model.errors import BellwetherError

_DOCS = Path(__file__).parents[2] / "docs"
_AT_THE_EDGE = ("bellwether.model.", "bellwether.dialects.")  # what else there is, only files meet


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_error_code_has_a_row_in_every_dialect(dialect: Dialect) -> None:
    ours = {
        child.code
        for child in _all_kinds(BellwetherError)
        if child.__module__.startswith(_AT_THE_EDGE) and child is not BellwetherError
    }
    assert BodyTimeoutError.code in ours
    assert ours == set(dialect.rules)


def _all_kinds(kind: type[BellwetherError]) -> list[type[BellwetherError]]:
    return [kind, *(one for child in kind.__subclasses__() for one in _all_kinds(child))]


def test_the_page_on_errors_has_the_tables_of_all_dialects() -> None:
    lines = (_DOCS / "errors.md").read_text(encoding="utf-8").splitlines()
    table = [[cell.strip() for cell in line.split("|")] for line in lines if line.startswith("|")]
    names, rows = table[0], [cells for cells in table if cells[1].startswith("`")]
    for dialect in DIALECTS:
        column = names.index(dialect.name)
        told = {cells[1].strip("`"): cells[column] for cells in rows}
        assert told == {
            code: f"{rule.status} `{rule.code}`" for code, rule in dialect.rules.items()
        }


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_dialects_page_names_every_call_and_everything_it_takes(dialect: Dialect) -> None:
    page = (_DOCS / "dialects" / f"{dialect.name}.md").read_text(encoding="utf-8")
    for operation in dialect.operations:
        heading = f"`{operation.method} {operation.path}`\n"
        assert heading in page, heading
        for kind in (operation.body, operation.query):
            for name in kind.__struct_encode_fields__ if kind is not None else ():
                assert f"`{name}`" in page or f"`{name}=" in page, (operation.path, name)
