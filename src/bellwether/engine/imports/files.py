"""Files to import: CSV and JSON lines, packed or not, read line by line in bounded memory."""

import csv
import gzip
import io
import stat
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any, Literal, cast

import msgspec

from bellwether.model.errors import InvalidInputError

Format = Literal["csv", "jsonl"]
Cell = Any
"""Text in CSV; text, number, bool, None, list or dict in JSON lines."""

ABSENT = object()
"""The cell of a JSON object that does not have the column."""

_CHUNK = 1 << 20
_LONGEST_LINE = 16 << 20
_PEEK = 1000
_GZIP = b"\x1f\x8b"
_FOREIGN = {
    b"PK\x03\x04": "a zip archive: unpack it first",
    b"\xff\xfe": "UTF-16: say --encoding utf-16",
    b"\xfe\xff": "UTF-16: say --encoding utf-16",
    b"[": "a JSON array: write one object a line",
}
_DELIMITERS = (",", ";", "\t", "|")


class RowError(ValueError):
    """Why one row cannot be imported; `field` names the column or option at fault."""

    def __init__(self, field: str | None, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on, and its cells in the order asked for, or what is wrong."""

    line: int
    cells: Sequence[Cell]
    error: RowError | None = None


class DamagedFileError(InvalidInputError):
    """The file cannot be read on; what stood before was read."""

    code = "damaged_file"

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message, field="file")
        self.line = line


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was read through once, so that it is known to be whole."""

    name: str
    digest: str
    lines: int
    form: Format
    encoding: str
    delimiter: str
    open: Callable[[], IO[bytes]]

    def columns(self) -> Sequence[str]:
        """Return the columns there are: the header, or the keys of the first 1,000 objects."""
        with self._text() as text:
            lines = _Lines(text, self.name)
            if self.form == "csv":
                return self._header(csv.reader(lines, delimiter=self.delimiter, strict=True))
            keys: dict[str, None] = {}
            for _, line in zip(range(_PEEK), lines, strict=False):
                found = _decode_object(line)
                keys.update(dict.fromkeys(found if isinstance(found, dict) else ()))
            return list(keys)

    def rows(self, columns: Sequence[str]) -> Iterator[Row]:
        """Yield the rows with the cells of the named columns; blank lines are none.

        In JSON lines a name with dots that is no key reaches into objects. Raises
        DamagedFileError where the file cannot be read on.
        """
        with self._text() as text:
            lines = _Lines(text, self.name)
            yield from (self._csv if self.form == "csv" else _objects)(lines, columns)

    def _csv(self, lines: "_Lines", columns: Sequence[str]) -> Iterator[Row]:
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        header = self._header(reader)
        places = [header.index(column) for column in columns]
        width = len(header)
        while True:
            before = reader.line_num
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._broken(before + 1, reader.line_num, str(error))
                continue
            if len(cells) == width:
                yield Row(before + 1, [cells[place] for place in places])
            elif cells:
                yield Row(before + 1, (), _ragged(len(cells), width, before + 1, reader.line_num))

    def _broken(self, first: int, last: int, message: str) -> Row:
        if last > first:  # it swallowed lines: nobody knows where rows begin again
            raise DamagedFileError(
                f"{self.name}: {message} between lines {first} and {last}; "
                "is a quote left open there?",
                first,
            )
        return Row(first, (), RowError(None, f"not a row of CSV: {message}"))

    def _header(self, reader: Iterator[list[str]]) -> list[str]:
        try:
            header = [name.strip() for name in next(reader, [])]
        except csv.Error as error:
            raise InvalidInputError(f"{self.name} has no header: {error}", field="file") from error
        if not any(header):
            raise InvalidInputError(f"{self.name} has no header line", field="file")
        return header

    @contextmanager
    def _text(self) -> Iterator[io.TextIOWrapper]:
        newline = "" if self.form == "csv" else "\n"
        with (
            self.open() as raw,
            io.TextIOWrapper(
                raw,
                self.encoding,
                errors="surrogateescape",  # text that is not needed may be broken
                newline=newline,
            ) as text,
        ):
            yield text


class _Lines:
    """Lines of a text, none of them too long for memory."""

    def __init__(self, text: io.TextIOWrapper, name: str) -> None:
        self._text = text
        self._name = name
        self._count = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self._count += 1
        try:
            line = self._text.readline(_LONGEST_LINE)
        except (UnicodeError, OSError, EOFError, zlib.error) as error:
            raise self._damaged(str(error)) from error
        if not line:
            raise StopIteration
        if len(line) == _LONGEST_LINE and not line.endswith("\n"):
            raise self._damaged(f"longer than {_LONGEST_LINE >> 20} MB")
        return line

    def _damaged(self, what: str) -> DamagedFileError:
        return DamagedFileError(f"{self._name}, line {self._count}: {what}", self._count)


def _ragged(cells: int, width: int, first: int, last: int) -> RowError:
    message = f"{cells} cells, but the header has {width}"
    if last > first:
        message += f"; the row ends on line {last}: is a quote left open?"
    return RowError(None, message)


def _objects(lines: _Lines, columns: Sequence[str]) -> Iterator[Row]:
    paths = [(column, column.split(".")) for column in columns]
    for number, line in enumerate(lines, 1):
        if line.isspace():
            continue
        found = _decode_object(line)
        if isinstance(found, RowError):
            yield Row(number, (), found)
        else:
            yield Row(number, [_reach(found, name, path) for name, path in paths])


def _decode_object(line: str) -> dict[str, Cell] | RowError:
    try:
        found = msgspec.json.decode(line)
    except (ValueError, RecursionError) as error:
        return RowError(None, f"not JSON: {error}"[:200])
    return found if isinstance(found, dict) else RowError(None, "not a JSON object")


def _reach(found: dict[str, Cell], name: str, path: Sequence[str]) -> Cell:
    if name in found or len(path) == 1:
        return found.get(name, ABSENT)
    inner: Cell = found
    for part in path:
        if not isinstance(inner, dict) or part not in inner:
            return ABSENT
        inner = inner[part]
    return inner


def open_source(
    path: str,
    *,
    form: Format | None = None,
    encoding: str = "utf-8-sig",
    delimiter: str | None = None,
    stdin: IO[bytes] | None = None,
) -> SourceFile:
    """Read a file through once and say what it is: gzip and the format are told by its content.

    "-" is standard input. What can be read only once is copied to a temporary file first. Raises
    InvalidInputError (`file`, `encoding`, `delimiter`) for what cannot be imported; nothing has
    been imported then.
    """
    try:
        "".encode(encoding)
    except LookupError as error:
        raise InvalidInputError(f"unknown encoding: {encoding}", field="encoding") from error
    if delimiter is not None and len(delimiter) != 1:
        raise InvalidInputError("the delimiter must be one character", field="delimiter")
    name = "standard input" if path == "-" else path
    try:
        reopen = _reopener(path, stdin)
        digest, lines, head = _read_through(reopen)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error) or "damaged"
        raise InvalidInputError(f"{name} cannot be read: {reason}", field="file") from error
    if not head.strip():
        raise InvalidInputError(f"{name} is empty", field="file")
    if encoding.startswith("utf-8"):
        _refuse_foreign(name, head)
    start = head.decode(encoding, errors="replace").lstrip("\ufeff \r\n\t")
    return SourceFile(
        name=name,
        digest=digest,
        lines=lines,
        form=form or ("jsonl" if start.startswith("{") else "csv"),
        encoding=encoding,
        delimiter=delimiter or _guess_delimiter(start),
        open=reopen,
    )


def _reopener(path: str, stdin: IO[bytes] | None) -> Callable[[], IO[bytes]]:
    """Return how to open the content from its start, unpacked."""
    if path != "-" and stat.S_ISREG(Path(path).stat().st_mode):
        with Path(path).open("rb") as file:
            packed = file.read(2) == _GZIP
        # The handle belongs to the caller, who closes it.
        return lambda: _open(path, packed=packed)
    if path == "-" and stdin is not None:
        return _spool(stdin)
    with Path("/dev/stdin" if path == "-" else path).open("rb") as pipe:
        return _spool(pipe)


def _spool(pipe: IO[bytes]) -> Callable[[], IO[bytes]]:
    """Copy what can be read once to a file that goes when the process does."""
    kept = tempfile.NamedTemporaryFile(prefix="bellwether-")  # noqa: SIM115  lives as the source
    while chunk := pipe.read(_CHUNK):
        kept.write(chunk)
    kept.flush()
    kept.seek(0)
    packed = kept.read(2) == _GZIP
    name = kept.name

    def reopen(_owner: object = kept) -> IO[bytes]:
        return _open(name, packed=packed)

    return reopen


def _open(path: str, *, packed: bool) -> IO[bytes]:
    if not packed:
        return Path(path).open("rb")
    return cast("IO[bytes]", gzip.open(path, "rb"))  # it reads like any other


def _read_through(reopen: Callable[[], IO[bytes]]) -> tuple[str, int, bytes]:
    """Return a hash of the content, how many lines it has, and its beginning."""
    hashed = blake2b(digest_size=24)
    lines = 0
    head = b""
    with reopen() as file:
        while chunk := file.read(_CHUNK):
            head = head or chunk[:65536]
            hashed.update(chunk)
            lines += chunk.count(b"\n")
    return hashed.hexdigest(), lines, head


def _refuse_foreign(name: str, head: bytes) -> None:
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise InvalidInputError(f"{name} is {what}", field="file")
    if b"\0" in head.partition(b"\n")[0]:
        raise InvalidInputError(f"{name} is not a text file", field="file")


def _guess_delimiter(start: str) -> str:
    header = start.partition("\n")[0]
    return max(_DELIMITERS, key=header.count)
