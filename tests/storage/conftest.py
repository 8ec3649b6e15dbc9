import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.postgres import PrivatePostgres

from bellwether.kit.ids import new_id


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A store of this test alone: tests in this folder make tables and change the schema."""
    if request.param == "sqlite":
        path = tmp_path / "bellwether.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PrivatePostgres = request.getfixturevalue("postgres")
    name = "test_" + new_id().replace("-", "")
    yield server.create(name)
    server.drop(name)
