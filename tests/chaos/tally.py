"""What a fault came to, in numbers."""

import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Tally:
    """The counts of one fault on one store.

    `acknowledged` writes were compared with the store (`checked` comparisons in all): `lost` ones
    are not there, `half` ones lack a part or agree with nothing, `double` ones took effect twice.
    `wrong` is everything else that should not have been. `notes` are figures for people.
    """

    fault: str
    store: str
    rounds: int = 0
    acknowledged: int = 0
    checked: int = 0
    lost: int = 0
    half: int = 0
    double: int = 0
    wrong: int = 0
    notes: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether nothing went wrong, and anything was looked at."""
        return not (self.lost or self.half or self.double or self.wrong) and self.checked > 0

    def check(self, kind: str, what: str, found: int, of: int = 1) -> None:
        """Count `of` comparisons, of which `found` failed as `kind` (lost, half, double, wrong)."""
        self.checked += of
        if found:
            setattr(self, kind, getattr(self, kind) + found)
            self.complaints.append(f"{kind}: {found} x {what}")

    def note(self, **figures: str) -> None:
        """Keep figures for people."""
        self.notes.update(figures)

    def done(self) -> "Tally":
        """Stop the watch."""
        self.seconds = time.monotonic() - self.began
        return self


COLUMNS = ("fault", "store", "rounds", "acknowledged", "checked", "lost", "half", "double", "wrong")


OUT = threading.Lock()
"""Standard output: a command that runs within this process has it to itself."""


def say(line: str) -> None:
    """Print a line at once."""
    with OUT:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


class _Pace:
    """Lets somebody who waits know how far it is, now and then."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._said_at = time.monotonic()

    def tell(self, line: str) -> None:
        """Print a line, unless another was printed just before."""
        now = time.monotonic()
        if now - self._said_at >= self._every_s:
            self._said_at = now
            say(f"   ... {line}")


progress = _Pace(10.0).tell


def table(tallies: Sequence[Tally]) -> str:
    """Return the tallies as a table for docs/reliability.md."""
    head = [*COLUMNS, "seconds", "figures"]
    rows = [
        [
            *(_shown(getattr(one, name)) for name in COLUMNS),
            f"{one.seconds:.0f}",
            ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in one.notes.items()),
        ]
        for one in tallies
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
