"""Counting equal rows of one file in bounded memory."""

import json
import sqlite3
from collections.abc import Sequence
from types import TracebackType
from typing import Self


class Occurrences:
    """Tells for each key how often it came before.

    Keys are signed 64-bit hashes. They live in a private temporary database that keeps a few
    megabytes in memory and the rest in an unnamed file, gone when closed.
    """

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for statement in (
            "PRAGMA journal_mode=OFF",
            "PRAGMA synchronous=OFF",
            "PRAGMA cache_size=-32768",
            "CREATE TABLE seen (key INTEGER PRIMARY KEY, count INTEGER NOT NULL)",
        ):
            self._connection.execute(statement).close()

    def number(self, keys: Sequence[int]) -> list[int]:
        """Return for each key, in order, how many equal ones came before it, also within `keys`."""
        found = self._connection.execute(
            "SELECT key, count FROM seen WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(keys),),
        )
        counts: dict[int, int] = dict(found)
        ordinals = []
        for key in keys:
            before = counts.get(key, 0)
            ordinals.append(before)
            counts[key] = before + 1
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?)", counts.items())
        self._connection.execute("COMMIT")
        return ordinals

    def __enter__(self) -> Self:
        """Return the counter."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Forget everything."""
        self._connection.close()
