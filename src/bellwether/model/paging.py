"""One page of a list that is read with cursors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Items in a stable order; `next_cursor` is None on the last page."""

    items: Sequence[T]
    next_cursor: str | None
