"""Lists of URLs as commands take them: arguments, a file, standard input."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Annotated, TextIO

import typer

from bellwether.model.errors import InvalidInputError

STDIN = "-"

Urls = Annotated[
    list[str] | None,
    typer.Argument(metavar="[URL]...", help="URLs or handles; - reads them from standard input."),
]
File = Annotated[
    str | None,
    typer.Option(
        "--file", metavar="FILE", help="One URL a line; empty lines and lines with # are skipped."
    ),
]


def read_urls(urls: Sequence[str] | None, file: str | None) -> Iterator[str]:
    """Yield the arguments, then the lines of the file, one at a time; "-" is standard input.

    InvalidInputError when there is neither, or when the file cannot be read (`file`).
    """
    if not urls and file is None:
        raise InvalidInputError("give at least one URL, or --file", field="url")
    return _read(urls or (), file)


def _read(urls: Sequence[str], file: str | None) -> Iterator[str]:
    for url in urls:
        if url == STDIN:
            yield from _lines(sys.stdin)
        else:
            yield url
    if file == STDIN:
        yield from _lines(sys.stdin)
    elif file is not None:
        with closing(_open(file)) as lines:
            yield from _lines(lines)


def _open(file: str) -> TextIO:
    try:
        return Path(file).open(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise InvalidInputError(f"cannot read {file}: {error.strerror}", field="file") from error


def _lines(lines: TextIO) -> Iterator[str]:
    for line in lines:
        text = line.strip()
        if text and not text.startswith("#"):
            yield text


def batches(items: Iterator[str], size: int) -> Iterator[Sequence[str]]:
    """Yield the items in lists of at most `size`."""
    while batch := list(islice(items, size)):
        yield batch
