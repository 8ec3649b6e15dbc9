"""Datamarts: made by an operator, found by their ids within a scope."""

from collections.abc import Sequence

from sqlalchemy import Connection

from bellwether.engine.activities.store_datamarts import DatamartStore
from bellwether.kit.clock import Clock
from bellwether.model.activities import Datamart
from bellwether.model.errors import ConflictError, InvalidInputError, NotFoundError
from bellwether.model.tenants import Scope

DEFAULT_COMPARTMENT = "1"
_NAME_LENGTH = 200
_COMPARTMENT_LENGTH = 255
_LARGEST_ID = 2**31 - 1
_LARGEST_CHOSEN_ID = 2**30  # leaves room for the ids that follow it


class DatamartService:
    """Datamarts on one transaction."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._clock = clock
        self._store = DatamartStore(connection)

    def create(
        self,
        scope: Scope,
        name: str,
        *,
        compartment_id: str = DEFAULT_COMPARTMENT,
        datamart_id: int | None = None,
    ) -> Datamart:
        """Make a datamart, under the id it had elsewhere or one of our own.

        ConflictError (`name`, `datamart_id`) when the scope has one of this name or the server one
        of this id. InvalidInputError (`name`, `compartment_id`, `datamart_id`) for what is empty,
        too long, unprintable or out of range.
        """
        name = _check(name, "name", _NAME_LENGTH)
        compartment_id = _check(compartment_id, "compartment_id", _COMPARTMENT_LENGTH)
        if datamart_id is not None and not 1 <= datamart_id <= _LARGEST_CHOSEN_ID:
            raise InvalidInputError(
                f"an id is a number from 1 to {_LARGEST_CHOSEN_ID}", field="datamart_id"
            )
        made = self._store.add(scope, name, compartment_id, self._clock.now(), datamart_id)
        if made is None and self._store.has(scope, name):
            raise ConflictError(f"there is a datamart named {name} already", field="name")
        if made is None:
            raise ConflictError(
                f"the id {datamart_id} is taken on this server", field="datamart_id"
            )
        return made

    def find(self, scope: Scope, datamart_id: str | int) -> Datamart:
        """Return a datamart by its id, also as text; NotFoundError when the scope has none such."""
        text = str(datamart_id)
        found = None
        if text.isascii() and text.isdecimal() and len(text) <= len(str(_LARGEST_ID)):
            number = int(text)
            found = self._store.find(scope, number) if number <= _LARGEST_ID else None
        if found is None:
            raise NotFoundError("there is no such datamart", field="datamart_id")
        return found

    def by_id(self, datamart_id: int) -> Datamart:
        """Return a datamart that our own rows name."""
        return self._store.by_id(datamart_id)

    def list(self, scope: Scope | None = None) -> Sequence[Datamart]:
        """List a scope's datamarts, or all, in the order in which they were made."""
        return self._store.all(scope)


def _check(text: str, field: str, length: int) -> str:
    text = text.strip()
    if not 1 <= len(text) <= length or not text.isprintable():
        raise InvalidInputError(f"{field} is 1 to {length} printable characters", field=field)
    return text
