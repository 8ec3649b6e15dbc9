"""`bellwether` on a disk that fails when told to: `FOLDER ARGUMENTS...`."""

import sys
from pathlib import Path

from bellwether.cli.main import run
from tests.chaos.disk import FaultyDisk


def main() -> None:
    """Become the command line, on such a disk."""
    folder, *arguments = sys.argv[1:]
    disk = FaultyDisk(Path(folder))
    sys.argv = ["bellwether", *arguments]
    run()
    del disk  # C calls it until here


if __name__ == "__main__":
    main()
