"""Run every benchmark in turn: `make bench`, or `python -m bench NAME ...` for some of them."""

import importlib
import sys
from pathlib import Path


def main() -> None:
    """Print what each benchmark prints: figures, and a ratio against a peer of the same run."""
    names = sorted(
        path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py")
    )
    wanted = sys.argv[1:] or names
    unknown = sorted(set(wanted) - set(names))
    if unknown:
        sys.exit(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(names)}")
    for name in wanted:
        print(f"== {name}", flush=True)
        importlib.import_module(f"bench.bench_{name}").main()


main()
