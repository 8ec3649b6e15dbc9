"""`bellwether backup`: a consistent copy of the embedded store, while the server runs."""

import os
import shutil
import time
from pathlib import Path
from typing import Annotated

import typer

from bellwether.cli import common, output
from bellwether.model.errors import ConflictError, InvalidInputError, NotFoundError

# ruff: noqa: PLC0415  `bellwether --help` must not wait for the store

STORE = "bellwether.sqlite"

Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="Where the copy goes; must not be there yet.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backup")(backup)


def backup(
    *,
    folder: Folder,
    data: common.Data = None,
    database: common.Database = None,
    as_json: common.Json = False,
) -> None:
    """Copy the embedded store and the key that seals its secrets into a new data folder.

    The copy holds everything that was acknowledged before. A server may run meanwhile, and does
    not wait. `bellwether serve --data FOLDER` runs on the copy.
    """
    from bellwether.app.secret_key import KEY_FILE
    from bellwether.app.settings import load_settings
    from bellwether.storage.backup import copy_store, sync

    began = time.monotonic()
    settings = load_settings({"data": data, "database": database})
    place = common.embedded_path(settings)
    if place is None:
        raise InvalidInputError(
            "this copies the embedded store only; copy a PostgreSQL database with pg_dump, which "
            "is consistent and may run under load, too",
            field="database",
        )
    if not place.exists():
        raise NotFoundError(f"there is no store at {place}", field="data")
    if folder.exists():
        raise ConflictError(f"{folder} is there already; name a new folder")
    fresh = folder.with_name(f"{folder.name}.unfinished")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        copy_store(place, fresh / STORE)
        # After the store, so that whatever is sealed in it has its key.
        key = settings.data / KEY_FILE
        has_key = key.exists()
        if has_key:
            _copy_key(key, fresh / KEY_FILE)
        sync(fresh)
        fresh.rename(folder)
        sync(folder.parent)
    except OSError as error:
        raise InvalidInputError(f"cannot write {folder}: {error}", field="folder") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    record = {
        "folder": str(folder),
        "bytes": (folder / STORE).stat().st_size,
        "secret_key": has_key,
        "seconds": round(time.monotonic() - began, 3),
    }
    output.emit_record(record, as_json=as_json)
    if not has_key:
        output.hint("There was no key file: if you set BELLWETHER_SECRET_KEY, keep that, too.")


def _copy_key(key: Path, target: Path) -> None:
    with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(key.read_bytes())
        file.flush()
        os.fsync(file.fileno())
