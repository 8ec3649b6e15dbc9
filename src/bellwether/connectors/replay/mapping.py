"""The user's own recordings: a TOML file that says how their columns are read."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bellwether.connectors.replay.loading import RecordingError
from bellwether.connectors.replay.recording import (
    CONTENT_FACTS,
    CREATOR_FACTS,
    Join,
    Recording,
)
from bellwether.kit.instants import read_instant
from bellwether.kit.numbers import DecimalMark
from bellwether.model.platforms import CONTENT_KINDS, Kind, Platform, SubjectKind, parse_platform

KEYS = (
    "file", "platform", "kind", "id", "id_pattern", "public_id", "public_id_pattern", "at",
    "undated_from", "timezone", "decimal", "where", "metrics", "url", "content_kind", "details",
    "join", *CONTENT_FACTS, *CREATOR_FACTS,
)  # fmt: skip
"""Everything that may stand in a [[recording]]; docs/connectors/replay.md explains each."""

_KINDS = {kind.value: kind for kind in SubjectKind}
_MARKS: dict[str, DecimalMark] = {"auto": "auto", ".": ".", ",": ","}
_METRIC = re.compile(r"[a-z][a-z0-9_]{0,39}")


def read_mapping(path: Path) -> Sequence[Recording]:
    """Read a mapping file. Raises RecordingError naming the file and the key at fault."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise RecordingError(f"{path}: not TOML ({error})") from error
    entries = document.pop("recording", None)
    if document:
        raise RecordingError(f"{path}: {next(iter(document))}: only [[recording]] is known")
    if not isinstance(entries, list) or not entries:
        raise RecordingError(f"{path}: recording: there must be at least one [[recording]]")
    return [_Entry(path, number, entry).read() for number, entry in enumerate(entries, 1)]


class _Entry:
    """One [[recording]], and what is wrong with it."""

    def __init__(self, path: Path, number: int, entry: object) -> None:
        self._path, self._number = path, number
        if not isinstance(entry, dict):
            raise self._wrong("recording", "must be a table: write [[recording]]")
        self._entry: dict[str, Any] = entry

    def read(self) -> Recording:
        unknown = [key for key in self._entry if key not in KEYS]
        if unknown:
            raise self._wrong(unknown[0], "no such key")
        kind = self._kind()
        at, undated_from = self._optional("at"), self._undated()
        if at is None and undated_from is None:
            raise self._wrong("at", "name the column of the instant, or give undated_from")
        if at is not None and undated_from is not None:
            raise self._wrong("undated_from", "not beside at: rows that have instants are dated")
        return Recording(
            file=self._text("file"),
            platform=self._platform(),
            kind=kind,
            id=self._text("id"),
            id_pattern=self._pattern("id_pattern"),
            public_id=self._optional("public_id"),
            public_id_pattern=self._pattern("public_id_pattern"),
            at=at,
            undated_from=undated_from,
            timezone=self._timezone(),
            decimal=self._decimal(),
            where=self._texts("where"),
            metrics=self._metrics(),
            url=self._url(),
            content_kind=self._content_kind(kind),
            facts=self._facts(kind),
            details=self._texts("details"),
            join=self._join(),
        )

    def _wrong(self, key: str, message: str) -> RecordingError:
        return RecordingError(f"{self._path}: recording {self._number}: {key}: {message}")

    def _text(self, key: str) -> str:
        value = self._entry.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key, "must be given, as text")
        return value

    def _optional(self, key: str) -> str | None:
        return self._text(key) if key in self._entry else None

    def _texts(self, key: str) -> Mapping[str, str]:
        value = self._entry.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            raise self._wrong(key, 'must be a table of texts, such as {name = "column"}')
        return value

    def _platform(self) -> Platform:
        platform = parse_platform(self._text("platform"))
        if platform is None:
            raise self._wrong("platform", "must be one of " + ", ".join(Platform))
        return platform

    def _kind(self) -> SubjectKind:
        text = self._text("kind")
        if text not in _KINDS:
            raise self._wrong("kind", "must be content or creator")
        return _KINDS[text]

    def _content_kind(self, kind: SubjectKind) -> Kind | None:
        text = self._optional("content_kind")
        if text is None:
            return None
        if kind is SubjectKind.CREATOR:
            raise self._wrong("content_kind", "a creator has none")
        if text not in CONTENT_KINDS:
            raise self._wrong("content_kind", "must be one of " + ", ".join(sorted(CONTENT_KINDS)))
        return Kind(text)

    def _metrics(self) -> Mapping[str, str]:
        metrics = self._texts("metrics")
        if not metrics:
            raise self._wrong("metrics", 'name at least one, such as {views = "column"}')
        odd = [name for name in metrics if not _METRIC.fullmatch(name)]
        if odd:
            raise self._wrong(f"metrics.{odd[0]}", "a metric's name is lower case and underscores")
        return metrics

    def _pattern(self, key: str) -> re.Pattern[str] | None:
        text = self._optional(key)
        if text is None:
            return None
        try:
            pattern = re.compile(text)
        except re.error as error:
            raise self._wrong(key, f"not a regular expression ({error})") from error
        if pattern.groups < 1:
            raise self._wrong(key, "must have a group (...) around the id")
        return pattern

    def _undated(self) -> datetime | None:
        value = self._entry.get("undated_from")
        try:
            if isinstance(value, datetime):
                return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
            if isinstance(value, date | str):
                return read_instant(str(value))
        except ValueError as error:
            raise self._wrong("undated_from", str(error)) from error
        if value is not None:
            raise self._wrong("undated_from", "must be a date or an instant")
        return None

    def _timezone(self) -> str:
        name = self._optional("timezone") or "UTC"
        try:
            ZoneInfo(name)
        except (OSError, ValueError, KeyError) as error:
            raise self._wrong("timezone", f"there is no time zone {name!r}") from error
        return name

    def _decimal(self) -> DecimalMark:
        value = self._optional("decimal") or "auto"
        if value not in _MARKS:
            raise self._wrong("decimal", 'must be "auto", "." or ","')
        return _MARKS[value]

    def _url(self) -> str | None:
        url = self._optional("url")
        if url is not None and "{" in url and "{id}" not in url:
            raise self._wrong("url", "an address must hold {id}")
        return url

    def _facts(self, kind: SubjectKind) -> Mapping[str, str]:
        mine, others = CONTENT_FACTS, CREATOR_FACTS
        if kind is SubjectKind.CREATOR:
            mine, others = others, mine
        for key in others:
            if key in self._entry:
                raise self._wrong(key, f"a {kind} has none")
        return {key: self._text(key) for key in mine if key in self._entry}

    def _join(self) -> Join | None:
        if "join" not in self._entry:
            return None
        given = self._texts("join")
        if set(given) != {"file", "on"}:
            raise self._wrong("join", 'must be {file = "other file", on = "column in both"}')
        return Join(given["file"], given["on"])
