import subprocess
import sys

_ASK = """
import sys
from bellwether.kit.imports import without
import calendar
with without("colorsys", "calendar"):
    import calendar
    try:
        import colorsys
    except ImportError:
        print("hidden")
import colorsys
print(colorsys.__name__, calendar.__name__)
"""


def test_what_is_hidden_is_there_again_afterwards() -> None:
    found = subprocess.run([sys.executable, "-c", _ASK], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["hidden", "colorsys", "calendar"]
