"""The one place where the command line prints.

Answers go to standard output, everything else (errors, progress, hints) to standard error, so
that `bellwether ... --json | jq` always works.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, NoReturn

import typer

from bellwether.model.errors import BellwetherError, InvalidInputError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

FAILED = 1
USAGE = 2
_BARS = "▁▂▃▄▅▆▇█"
NOTHING = "\N{EN DASH}"
"""How a table shows a value that is not known."""

_UNKNOWN: tuple[object, ...] = (None, [], "")

Record = Mapping[str, object]


def out() -> "Console":
    """Return a console on standard output, for tables and panels."""
    from rich.console import Console  # noqa: PLC0415  rich takes a tenth of a second to import

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def err() -> "Console":
    """Return a console on standard error, for progress and hints."""
    from rich.console import Console  # noqa: PLC0415  see `out`

    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def is_terminal() -> bool:
    """Whether a person is watching standard error."""
    return sys.stderr.isatty()


def say(message: str) -> None:
    """Print a line for people on standard output, as it is."""
    sys.stdout.write(message + "\n")
    sys.stdout.flush()


def hint(message: str) -> None:
    """Print a line for people on standard error, as it is."""
    sys.stderr.write(message + "\n")
    sys.stderr.flush()


def plain(value: object) -> object:
    """Return a value as JSON can hold it: instants in ISO 8601 with Z, enums by value."""
    if isinstance(value, Mapping):
        return {str(plain(name)): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(part) for part in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):  # datetime too
        return value.isoformat().replace("+00:00", "Z")
    return float(value) if isinstance(value, Decimal) else value


def emit_json(value: object) -> None:
    """Print one JSON value on one line."""
    say(json.dumps(plain(value), ensure_ascii=False))


def emit_rows(
    rows: Iterable[Record], *, as_json: bool, columns: Sequence[str] = (), title: str | None = None
) -> None:
    """Print records: JSON lines as they come, or one table of the named columns (default all).

    A table leaves out columns in which nothing is known.
    """
    if as_json:
        for row in rows:
            emit_json(row)
        return
    from rich.table import Table  # noqa: PLC0415  see `out`

    records = list(rows)
    if not records:
        return
    names = [
        name
        for name in columns or records[0]
        if any(row.get(name) not in _UNKNOWN for row in records)
    ]
    table = Table(title=title, title_justify="left", header_style="bold")
    for name in names:
        numeric = all(_is_number(row[name]) for row in records if row.get(name) is not None)
        table.add_column(
            name.replace("_", " "), justify="right" if numeric else "left", overflow="fold"
        )
    for row in records:
        table.add_row(*(_cell(row.get(name)) for name in names))
    show(table)


def emit_record(record: Record, *, as_json: bool) -> None:
    """Print one record: a JSON object, or a line for each of its fields."""
    if as_json:
        emit_json(record)
        return
    width = max(len(name) for name in record)
    for name, value in record.items():
        say(f"{name.replace('_', ' '):<{width}}  {_text(value)}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def show(renderable: "RenderableType") -> None:
    """Print a table or the like on standard output."""
    console = out()
    if not console.is_terminal:
        console.width = 200  # nobody's window: do not fold a table that goes to a file
    console.print(renderable)


def _text(value: object) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, list | tuple):
        return ", ".join(_text(part) for part in value)
    return str(plain(value))


def _cell(value: object) -> "RenderableType":
    from rich.text import Text  # noqa: PLC0415  see `out`

    return Text(_text(value))  # never read as markup


def fail(
    error: BellwetherError | str, *, as_json: bool = False, code: int | None = None
) -> NoReturn:
    """Print an error and exit: 2 for wrong input, 1 for anything else, unless `code` says.

    With `as_json` the error is an object on standard output, so that a program reading the answer
    gets one either way.
    """
    if isinstance(error, str):
        error = BellwetherError(error)
    if code is None:
        code = USAGE if isinstance(error, InvalidInputError) else FAILED
    if as_json:
        emit_json({"error": {"code": error.code, "message": error.message, "field": error.field}})
    else:
        where = f" ({error.field})" if error.field else ""
        hint(f"error: {error.message}{where}")
    raise typer.Exit(code)


class Progress:
    """A bar on standard error, or nothing when nobody watches."""

    def __init__(self, move: "Callable[[float], None] | None" = None) -> None:
        self._move = move

    def advance(self, amount: float = 1) -> None:
        """Move the bar on."""
        if self._move is not None:
            self._move(amount)


@contextmanager
def progress(label: str, *, total: float | None = None, quiet: bool = False) -> Iterator[Progress]:
    """Show a progress bar while the block runs, on a terminal only; `quiet` never."""
    if quiet or not is_terminal():
        yield Progress()
        return
    from rich import progress as bars  # noqa: PLC0415  see `out`

    with bars.Progress(
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
        console=err(),
        transient=True,
    ) as shown:
        task = shown.add_task(label, total=total)
        yield Progress(lambda amount: shown.advance(task, amount))


@contextmanager
def live() -> "Iterator[Live | None]":
    """Yield something to be drawn again and again while the block runs; None without a terminal."""
    if not is_terminal():
        yield None
        return
    from rich.live import Live  # noqa: PLC0415  see `out`

    with Live(console=err(), refresh_per_second=8, transient=True) as shown:
        yield shown


def sparkline(values: Sequence[float | None], *, width: int = 30) -> str:
    """Draw values as one line of bars, the newest `width` of them; a missing value is a blank."""
    recent = values[-width:]
    known = [value for value in recent if value is not None]
    if not known:
        return ""
    low, span = min(known), max(known) - min(known)
    top = len(_BARS) - 1
    return "".join(
        " " if value is None else _BARS[round((value - low) / span * top) if span else top // 2]
        for value in recent
    )


def duration(span: timedelta | float) -> str:
    """Say how long something is, in the largest two units that are not zero."""
    seconds = span.total_seconds() if isinstance(span, timedelta) else span
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    parts = []
    rest = round(seconds)
    for name, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2])
