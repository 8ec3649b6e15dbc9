import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from tests.support.postgres import PrivatePostgres
from tests.support.tracking import House

from bellwether.engine import schema
from bellwether.kit.ids import new_id
from bellwether.storage.database import Database


@pytest.fixture(scope="session")
def credits_url(postgres: PrivatePostgres) -> Iterator[str]:
    """One PostgreSQL database for all tests of this folder: making one takes half a second."""
    name = "credits_" + new_id().replace("-", "")
    yield postgres.create(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        path = tmp_path / "bellwether.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    url: str = request.getfixturevalue("credits_url")
    yield url
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(table.delete())
    engine.dispose()


@pytest.fixture
def house(database: Database) -> House:
    return House(database)
