"""How often the process looks for garbage that refers to itself."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_YOUNG = 20_000
"""Objects made and kept before the first look; Python's own is 700."""
_GENERATIONS = 20


@contextmanager
def garbage_left_alone() -> Iterator[None]:
    """Look for no garbage within the block, nor afterwards at what was made in it.

    For importing a program: what that makes stays, and looking through it takes its time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def look_for_garbage_less_often() -> None:
    """Do so for the rest of the process; what is there now is never looked at again.

    Rows in batches of a thousand are many objects that go by themselves. With Python's own
    thresholds a third of a scheduler's time went into looking for cycles among them.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, _GENERATIONS, _GENERATIONS)
