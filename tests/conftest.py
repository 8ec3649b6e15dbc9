"""Fixtures shared by every test: both stores, migrated and empty."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bellwether.engine import schema
from bellwether.storage.database import Database, open_database
from bellwether.storage.migrate import migrate
from tests.support.postgres import PrivatePostgres

_SHARED = "shared"

# A run says something about the change it is run on, not about luck. To search for what no run
# has tried yet: make test ARGS=--hypothesis-profile=default
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")

assert schema.metadata.tables  # every room's tables are registered


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """A PostgreSQL server of this test process alone, with a migrated template database."""
    server = PrivatePostgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres: PrivatePostgres) -> str:
    """The one PostgreSQL database that tests share in turn; each leaves it empty."""
    return postgres.create(_SHARED)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite store to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, migrated store: each test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "bellwether.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PrivatePostgres = request.getfixturevalue("postgres")
    yield request.getfixturevalue("postgres_url")
    server.empty(_SHARED)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open handle of `database_url`."""
    handle = open_database(database_url)
    yield handle
    handle.close()
