"""Bringing a store's schema up to date."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bellwether.storage.database import Database

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Apply the migrations a store lacks. Several processes may do so at once.

    A store that a newer release has brought further is left as it is: every change of the schema
    runs under the release before it.
    """
    with database.engine.connect() as connection:
        revision = _revision(connection)
    if revision is not None and revision >= newest_revision():
        return
    _upgrade(database)


def newest_revision() -> str:
    """Return the revision this release works on; revisions are numbered in their file names."""
    return max(path.name.split("_")[0] for path in (_SCRIPTS / "versions").glob("[0-9]*.py"))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _upgrade(database: Database) -> None:
    # Alembic takes a third of a second to import, and is needed once a release.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    with database.engine.begin() as connection:
        if database.kind == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7241901)")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
