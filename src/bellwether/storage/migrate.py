"""Bringing a store's schema up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from bellwether.storage.database import Database

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Apply the migrations a store lacks. Several processes may do so at once."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    with database.engine.begin() as connection:
        if database.kind == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7241901)")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
