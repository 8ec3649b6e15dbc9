#!/usr/bin/env python3
"""Write the migration that brings the newest schema to what tables.py says: revise NAME."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from bellwether.engine import schema
from bellwether.storage.database import open_database
from bellwether.storage.migrate import migrate


def main() -> None:
    """Make a store at the newest revision and let Alembic compare."""
    assert schema.metadata.tables
    scripts = Path(__file__).parents[1] / "src/bellwether/storage/migrations"
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/new.sqlite")
        if any((scripts / "versions").glob("*.py")):
            migrate(database)
        config = Config()
        config.set_main_option("script_location", str(scripts))
        number = len(list((scripts / "versions").glob("*.py"))) + 1
        with database.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.revision(config, sys.argv[1], autogenerate=True, rev_id=f"{number:04d}")
        database.close()


main()
