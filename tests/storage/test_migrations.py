from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from bellwether.engine import schema
from bellwether.storage.database import Database
from bellwether.storage.migrate import migrate


def test_the_migrations_give_exactly_the_schema_of_the_tables(database: Database) -> None:
    with database.engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate(database)
    migrate(database)


def test_a_store_that_a_newer_release_has_brought_further_still_opens(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    migrate(database)
    with database.engine.begin() as connection:
        assert (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
        )


def test_no_identifier_is_longer_than_postgresql_keeps() -> None:
    names = [
        str(item.name)
        for table in schema.metadata.tables.values()
        for item in [*table.constraints, *table.indexes, *table.columns, table]
        if item.name is not None
    ]
    assert [name for name in names if len(name) > 63] == []
