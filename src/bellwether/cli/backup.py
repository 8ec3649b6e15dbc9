"""`bellwether backup`: a consistent copy of the embedded store, while the server runs."""

import os
import shutil
import time
from pathlib import Path
from typing import Annotated

import typer

from bellwether.cli import common, output
from bellwether.kit.ids import new_id
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
    try:
        has_key = _copy(place, settings.data / KEY_FILE, folder)
    except OSError as error:
        raise InvalidInputError(f"cannot write {folder}: {error}", field="folder") from error
    record = {
        "folder": str(folder),
        "bytes": (folder / STORE).stat().st_size,
        "secret_key": has_key,
        "seconds": round(time.monotonic() - began, 3),
    }
    output.emit_record(record, as_json=as_json)
    if not has_key:
        output.hint("There was no key file: if you set BELLWETHER_SECRET_KEY, keep that, too.")


def _copy(store: Path, key: Path, folder: Path) -> bool:
    """Make the folder, whole or not at all; returns whether there was a key file."""
    from bellwether.storage.backup import copy_store, sync

    fresh = folder.with_name(f"{folder.name}.unfinished-{new_id()}")
    try:
        fresh.mkdir(mode=0o700, parents=True)
        copy_store(store, fresh / STORE)
        # After the store, so that whatever is sealed in it has its key.
        has_key = key.exists()
        if has_key:
            _copy_key(key, fresh / key.name)
        sync(fresh)
        fresh.rename(folder)
        sync(folder.parent)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return has_key


def _copy_key(key: Path, target: Path) -> None:
    with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(key.read_bytes())
        file.flush()
        os.fsync(file.fileno())
