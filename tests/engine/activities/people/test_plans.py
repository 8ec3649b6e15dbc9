"""On SQLite no statement walks all rows of a datamart where a few are asked for."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bellwether.engine.activities import store_people, store_profiles, store_residue, store_timeline
from bellwether.storage.database import open_database
from bellwether.storage.statements import Sql

_ALL = {
    "store_people._TOMBSTONES",
    "store_people._DIGESTS",
    "store_people._ANY_ERASED",  # content with any
    "store_residue._FAILURES",  # one row for each imported file, and these come in order
}
"""What lists all there is of a datamart."""

_STATEMENTS = {
    f"{module.__name__.rsplit('.', 1)[1]}.{name}": statement
    for module in (store_people, store_profiles, store_residue, store_timeline)
    for name, statement in vars(module).items()
    if isinstance(statement, str)
    and re.match(r"\s*(SELECT|UPDATE|DELETE)\b", statement)
    and "{which}" not in statement
} | {f"places {key}": statement for key, statement in store_timeline._PAGES.items()}


def _plan(connection: Connection, statement: str) -> list[str]:
    count = statement.count("?") + statement.count("{numbers}") + statement.count("{texts}")
    asked = f"EXPLAIN QUERY PLAN {statement.replace('{kept}', '')}"
    return [row[3] for row in Sql(connection).run(asked, *["[]"] * count)]


@pytest.mark.parametrize("name", sorted(_STATEMENTS))
def test_a_statement_finds_its_rows_by_an_index(name: str, sqlite_template: Path) -> None:
    database = open_database(f"sqlite:///{sqlite_template}")
    plan = database.submit_read(lambda it: _plan(it, _STATEMENTS[name])).result()
    database.close()
    walks = [
        step
        for step in plan
        if re.match(r"SCAN (?!json_each|wanted|\(|CONSTANT)", step) or "(datamart_id=?)" in step
    ]
    others = [step for step in walks if not step.startswith("SEARCH people ")]  # one row each
    assert bool(others) == (name in _ALL), plan


def test_statements_are_found() -> None:
    assert len(_STATEMENTS) > 30
