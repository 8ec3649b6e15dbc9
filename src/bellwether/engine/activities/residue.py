"""What was refused and yet names somebody: it goes with the person, too.

Nobody resolved it to a person, so its text is searched: for an identifier that is listed as one,
and for the longer ones anywhere as a value. A refused row of somebody else that happens to have
the same long value goes as well.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection

from bellwether.engine.activities.names import identifier_of, names_of
from bellwether.engine.activities.store_residue import ResidueStore
from bellwether.model.activities import Datamart
from bellwether.model.errors import InvalidInputError

_SHORTEST = 4  # anything may have the value "1"
_SHORTEST_NUMBER = 6


class Residue:
    """Finds and removes what was refused of one person."""

    def __init__(
        self, connection: Connection, datamart: Datamart, known: Iterable[tuple[str, str | None]]
    ) -> None:
        """`known` are the person's identifiers, by name, each with the e-mail beside it."""
        known = list(known)
        self._store = ResidueStore(connection, datamart.id)
        self._compartment_id = datamart.compartment_id
        self._names = frozenset(name for name, _ in known)
        values = {identifier_of(name).value for name, _ in known}
        values |= {email for _, email in known if email is not None}
        self._signs = [sign for value in sorted(values) for sign in _signs(value)]

    def remove(self) -> tuple[int, list[int]]:
        """Remove it all; return how many rows that were, and the places of those in the log."""
        found = [row for row in self._store.rejects() if self._names_person(bytes(row.body))]
        self._store.drop_rejects([row.id for row in found])
        lines = [
            (row.execution_id, row.line)
            for row in self._store.failures()
            if self._names_person(row.body.encode("utf-8", "replace"))
        ]
        self._store.blank_failures(lines)
        return len(found) + len(lines), [row.seq for row in found if row.seq is not None]

    def _names_person(self, body: bytes) -> bool:
        if any(sign in body for sign in self._signs):
            return True
        try:
            said: Any = msgspec.json.decode(body)
            named, _ = names_of(said if isinstance(said, dict) else {}, self._compartment_id)
        except (ValueError, RecursionError, InvalidInputError):
            return False
        return not self._names.isdisjoint(named)


def _signs(value: str) -> Iterator[bytes]:
    """Yield what a value looks like in JSON."""
    if len(value) >= _SHORTEST:
        yield json.dumps(value).encode()
        yield json.dumps(value, ensure_ascii=False).encode()
    if value.isdecimal() and value.isascii() and len(value) >= _SHORTEST_NUMBER:
        yield value.encode()
