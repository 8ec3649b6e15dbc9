"""Importing a program without what it has no use for."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Let whoever tries to import one of these packages within the block find that it is not there.

    For packages that others import when they happen to be installed. One that is imported already
    stays.
    """
    known: dict[str, Any] = sys.modules
    hidden = [name for name in names if name not in known]
    known.update(dict.fromkeys(hidden))  # None is Python's own word for "not there"
    try:
        yield
    finally:
        for name in hidden:
            del known[name]
