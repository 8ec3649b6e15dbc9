"""A consistent copy of the embedded store, taken while others write to it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from bellwether.model.errors import UnavailableError

_BUSY_SECONDS = 30


def copy_store(source: Path, target: Path) -> None:
    """Copy an SQLite store into a new file, durable and checked when this returns.

    The copy holds every write that was acknowledged before the call, and of later ones a
    consistent part. It is made in one step of SQLite's online backup, on one view of the store:
    in WAL mode writers do not wait for it, and it need not begin anew when they write.
    UnavailableError when the store cannot be read or the copy cannot be written.
    """
    where = f"file:{quote(str(source.resolve()))}?mode=rw"
    try:
        with (
            closing(sqlite3.connect(where, uri=True, timeout=_BUSY_SECONDS)) as reader,
            closing(sqlite3.connect(target)) as copy,
        ):
            reader.execute("PRAGMA query_only=ON")
            reader.backup(copy)
            (found,) = copy.execute("PRAGMA quick_check").fetchone()
        sync(target)
    except (sqlite3.Error, OSError) as error:
        raise UnavailableError(f"the store cannot be copied: {error}") from error
    if found != "ok":
        raise UnavailableError(f"the copy of the store is damaged: {found}")


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
