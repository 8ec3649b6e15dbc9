import sys
import threading
import time
from collections.abc import Iterator

import pytest

from bellwether.kit.threads import hand_over_soon


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


def _turns() -> int:
    """Count how often a thread gets the interpreter back while another computes."""
    stop = threading.Event()

    def compute() -> None:
        while not stop.is_set():
            pass

    busy = threading.Thread(target=compute)
    busy.start()
    end, count = time.perf_counter() + 0.2, 0
    while time.perf_counter() < end:
        time.sleep(0)  # gives the interpreter up, as a statement does
        count += 1
    stop.set()
    busy.join()
    return count


def test_a_thread_that_waits_gets_more_turns_beside_one_that_computes() -> None:
    before = min(_turns() for _ in range(2))
    hand_over_soon()
    assert max(_turns() for _ in range(3)) > before
