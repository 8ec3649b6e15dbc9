import gc
import subprocess
import sys

_ASK = """
import gc
from bellwether.kit.garbage import look_for_garbage_less_often
look_for_garbage_less_often()
class Ring: pass
for n in range(100_000):
    ring = Ring()
    ring.itself = ring
print(sum(type(one) is Ring for one in gc.get_objects()) < 50_000, gc.get_freeze_count() > 0)
"""


def test_garbage_is_left_alone_for_a_while_only() -> None:
    ask = (
        "import gc\n"
        "from bellwether.kit.garbage import garbage_left_alone\n"
        "with garbage_left_alone(): print(gc.isenabled())\n"
        "print(gc.isenabled(), gc.get_freeze_count() > 0)"
    )
    found = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "True", "True"]


def test_garbage_is_still_found() -> None:
    before = gc.get_threshold()
    found = subprocess.run([sys.executable, "-c", _ASK], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True", "True"]
    assert gc.get_threshold() == before
