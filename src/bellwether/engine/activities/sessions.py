"""Sessions: parts that were sent one by one, put together when they are read.

Each IN_SESSION call is kept as it came. What belongs together follows from the calls alone: the
same person, the same site or app, and less than 30 minutes from one to the next by `$ts`. So the
order in which calls arrive plays no part, and joining or parting people needs no repair.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SILENCE_MS = 30 * 60 * 1000
"""A session is over when nothing of it happened for so long."""

MOST_PARTS = 1000
"""A session of more calls (a probe that never rests) is read in pieces of so many."""

_SHORT = {"SITE_VISIT": "s", "APP_VISIT": "a"}


class Place(NamedTuple):
    """Where an activity is: its `$ts`, its place in the log, and its session's lane."""

    ts: int
    seq: int
    lane: str | None


@dataclass(slots=True, eq=False)
class Group:
    """The places of one activity as it is read, newest first."""

    lane: str | None
    places: list[Place] = field(default_factory=list)

    @property
    def ts(self) -> int:
        """When it began."""
        return self.places[-1].ts


def lane_of(body: Mapping[str, Any]) -> str | None:
    """Return what the parts of a session have in common; None for what is whole by itself."""
    if body.get("$session_status") != "IN_SESSION":
        return None
    kind = body.get("$type", "")
    site = body.get("$app_id") if kind == "APP_VISIT" else body.get("$site_id")
    return f"{_SHORT.get(kind, kind)}:{'' if site is None else site}"


def group(newest_first: Iterable[Place]) -> Iterator[Group]:
    """Put places together, reading no further than needed; those with the newest place come first.

    The places are ordered by (ts, seq), descending. Pieces of a long session are counted from its
    newest part.
    """
    waiting: deque[Group] = deque()
    open_groups: dict[str, Group] = {}
    for place in newest_first:
        for lane, one in list(open_groups.items()):
            if one.ts - place.ts >= SILENCE_MS or len(one.places) >= MOST_PARTS:
                del open_groups[lane]
        known = None if place.lane is None else open_groups.get(place.lane)
        if known is None:
            known = Group(place.lane)
            waiting.append(known)
            if place.lane is not None:
                open_groups[place.lane] = known
        known.places.append(place)
        while waiting and (waiting[0].lane is None or waiting[0] not in open_groups.values()):
            yield waiting.popleft()
    yield from waiting


def assemble(parts: Sequence[tuple[Place, Mapping[str, Any]]], now_ts: int) -> Mapping[str, Any]:
    """Return one activity made of its parts, which are given oldest first.

    Fields of later parts win. The events of all are ordered by their `$ts`; the `$unique_key` is
    that of the part which arrived first. `$session_duration` (seconds) is set where it was not
    sent, and the session is closed once 30 minutes have passed since its last part.
    """
    if parts[0][0].lane is None:
        return parts[0][1]
    whole: dict[str, Any] = {}
    identifiers: dict[str, Any] = {}
    events: list[tuple[int, int, int, Any]] = []
    for place, body in parts:
        whole.update(body)
        for one in body.get("$user_identifiers") or ():
            identifiers.setdefault(repr(sorted(one.items())), one)
        for number, event in enumerate(body.get("$events") or ()):
            ts = event.get("$ts")
            events.append((ts if type(ts) is int else place.ts, place.seq, number, event))
    first = min(parts, key=lambda part: part[0].seq)[1]
    events.sort(key=lambda event: event[:3])
    start, end = parts[0][0].ts, parts[-1][0].ts
    whole["$ts"] = start
    whole["$unique_key"] = first["$unique_key"]
    if identifiers:
        whole["$user_identifiers"] = list(identifiers.values())
    whole["$events"] = [event for *_, event in events]
    whole.setdefault("$session_duration", (max([end, *(one[0] for one in events)]) - start) // 1000)
    if now_ts - end >= SILENCE_MS:
        whole["$session_status"] = "CLOSED_SESSION"
    return whole
