"""Recordings as a source: what was known of an entity at the clock's instant."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bellwether.connectors.base import (
    Capability,
    Check,
    Connector,
    ConnectorError,
    Declaration,
    Operation,
)
from bellwether.connectors.replay.library import Found, Library, Recorded
from bellwether.connectors.replay.loading import RecordingError
from bellwether.connectors.replay.table import Row
from bellwether.kit.clock import Clock
from bellwether.kit.instants import read_instant
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.readings import ContentReading, CreatorReading, Failed, FailureReason
from bellwether.model.tenants import Environment

SOURCE = "replay"
BATCH = 500
T = TypeVar("T")

_DURATION = re.compile(
    r"(?:(?:([0-9]{1,3}):)?([0-9]{1,3}):)?([0-9]{1,9}(?:\.[0-9]{1,9})?)", re.ASCII
)
_UNKNOWN = Failed(FailureReason.NOT_FOUND, "no recording knows this")


class ReplayConnector(Connector):
    """Answers with the last row at or before now; `as_of` is that row's instant.

    `folder` holds the recordings known by name, `mapping` is a TOML file about others. Both are
    read at the first question. Nothing here means that an entity does not exist, so a caller asks
    the next source about what is not found. Of what is recorded only later nobody else is to be
    asked, or a series would mix numbers of two kinds: that is told as unsupported.
    """

    declaration = Declaration(
        name=SOURCE,
        environments=frozenset({Environment.SANDBOX}),
        operations={
            platform: {
                Capability.PROFILE: Operation(batch_size=BATCH),
                Capability.CONTENT: Operation(batch_size=BATCH),
            }
            for platform in Platform
        },
        partial=True,
    )

    def __init__(self, clock: Clock, folder: Path, *, mapping: Path | None = None) -> None:
        self._clock = clock
        self._folder = folder
        self._library = Library(folder, mapping)

    async def fetch_profiles(
        self, platform: Platform, keys: Sequence[str]
    ) -> Sequence[CreatorReading | Failed]:
        """Read creators by id or handle."""
        return await self._each(platform, SubjectKind.CREATOR, keys, _creator)

    async def fetch_contents(
        self, platform: Platform, ids: Sequence[str]
    ) -> Sequence[ContentReading | Failed]:
        """Read contents by id."""
        return await self._each(platform, SubjectKind.CONTENT, ids, _content)

    async def check(self) -> Check:
        """Load the recordings and say how many entities there are."""
        if not self._folder.is_dir():
            return Check(SOURCE, ok=False, detail=f"there is no folder {self._folder}")
        try:
            counts = await asyncio.to_thread(self._library.counts)
        except RecordingError as error:
            return Check(SOURCE, ok=False, detail=str(error))
        if not counts:
            detail = f"{self._folder} holds no recording that is known by name or mapped"
            return Check(SOURCE, ok=False, detail=detail)
        parts = [
            f"{count} {platform} {kind}{'s' if count != 1 else ''}"
            for (platform, kind), count in sorted(counts.items())
        ]
        span = await asyncio.to_thread(self._library.span)
        when = f" between {span[0]:%Y-%m-%d} and {span[1]:%Y-%m-%d}" if span else ""
        return Check(SOURCE, ok=True, detail=", ".join(parts) + when)

    def entities(self, platform: Platform, kind: SubjectKind) -> Iterator[Recorded]:
        """Yield what can be replayed. Loads the recordings: not for the event loop."""
        return self._library.entities(platform, kind)

    def span(self) -> tuple[datetime, datetime] | None:
        """Return the first and last instant recorded. Loads the recordings as well."""
        return self._library.span()

    async def _each(
        self,
        platform: Platform,
        kind: SubjectKind,
        keys: Sequence[str],
        read: Callable[[Platform, str, Found, Row], T],
    ) -> list[T | Failed]:
        try:
            if not self._library.loaded:
                await asyncio.to_thread(self._library.load)
        except RecordingError as error:
            raise ConnectorError(Failed(FailureReason.PLATFORM_ERROR, str(error))) from error
        now = self._clock.now()
        answers: list[T | Failed] = []
        for key in keys:
            found = self._library.find(platform, kind, key, now)
            if found is None:
                answers.append(_UNKNOWN)
            elif found.row is None:
                answers.append(_too_early(found))
            else:
                answers.append(read(platform, key, found, found.row))
        return answers


def _too_early(found: Found) -> Failed:
    when = f"{found.first_at:%Y-%m-%d %H:%M:%S} UTC"
    return Failed(FailureReason.UNSUPPORTED, f"the recording of this begins at {when}")


def _creator(platform: Platform, key: str, found: Found, row: Row) -> CreatorReading:
    facts = found.entity.facts
    return CreatorReading(
        platform=platform,
        key=key,
        metrics=row.metrics,
        source=SOURCE,
        external_id=facts.get("external_id"),
        handle=facts.get("handle"),
        name=facts.get("name"),
        url=found.entity.url,
        as_of=row.at,
        estimates=row.estimates,
        details=found.entity.details,
    )


def _content(platform: Platform, key: str, found: Found, row: Row) -> ContentReading:
    facts = found.entity.facts
    return ContentReading(
        platform=platform,
        id=key,
        metrics=row.metrics,
        source=SOURCE,
        kind=found.recording.reading_kind,
        url=found.entity.url,
        title=facts.get("title"),
        creator_id=facts.get("creator_id"),
        creator_handle=facts.get("creator_handle"),
        published_at=_instant(facts.get("published_at"), found.recording.timezone),
        thumbnail_url=facts.get("thumbnail"),
        duration_s=_seconds(facts.get("duration")),
        as_of=row.at,
        estimates=row.estimates,
        details=found.entity.details,
    )


def _instant(text: str | None, zone: str) -> datetime | None:
    """Read an instant; one that is written in an odd way is not known."""
    if text is None:
        return None
    try:
        return read_instant(text, zone)
    except ValueError:
        return None


def _seconds(text: str | None) -> float | None:
    """Read a duration in seconds, or as minutes:seconds or hours:minutes:seconds."""
    match = _DURATION.fullmatch(text.strip()) if text else None
    if match is None:
        return None
    hours, minutes, seconds = match.groups()
    return int(hours or 0) * 3600.0 + int(minutes or 0) * 60.0 + float(seconds)
