"""The log of activities: what was acknowledged, in the order of each datamart."""

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from bellwether.engine.activities.store_log import Block, KeyRow, LogStore
from bellwether.kit.clock import from_micros, to_micros
from bellwether.model.activities import Accepted, Lag, LoggedActivity, NewActivity
from bellwether.model.errors import ConflictError

_LEVEL = 1  # zlib's fastest: higher ones save a tenth of the bytes for twice the time
_BLOCK = 32
"""Most activities in a block: what is unpacked together, whoever wants one of them.

A timeline reads its activities here, each perhaps from another block: 32 unpack in 0.04 ms, 1000 in
1 ms, for a tenth of the bytes more.
"""

Outcome = Accepted | ConflictError


class Entry(NamedTuple):
    """An activity for the log. `sent_by` is the id of the key it came with."""

    datamart_id: int
    sent_by: str
    activity: NewActivity


class ActivityLog:
    """The log on one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._store = LogStore(connection)

    def append(self, entries: Sequence[Entry], at: datetime) -> Sequence[Outcome]:
        """Append in this order; returns for each what became of it.

        One whose key was seen before is not logged again: it is answered as the first time when it
        says the same, else with ConflictError (`$unique_key`).
        """
        outcomes: list[Outcome | None] = [None] * len(entries)
        places: dict[int, list[int]] = defaultdict(list)
        for place, entry in enumerate(entries):
            places[entry.datamart_id].append(place)
        for datamart_id in sorted(places):  # one order, so that no two wait for each other
            mine = places[datamart_id]
            answers = self._append(datamart_id, [entries[place] for place in mine], at)
            for place, answer in zip(mine, answers, strict=True):
                outcomes[place] = answer
        return [outcome for outcome in outcomes if outcome is not None]

    def after(self, datamart_id: int, seq: int, limit: int) -> tuple[Sequence[LoggedActivity], int]:
        """Return the activities of the next `limit` places, and the last of these places.

        The places are those that are there already; erased activities are left out.
        """
        last = min(seq + limit, self.lag(datamart_id).logged)
        found = []
        for block in self._store.blocks(datamart_id, seq + 1, last):
            found += [one for one in _unpack(datamart_id, block) if seq < one.seq <= last]
        return found, last

    def lag(self, datamart_id: int) -> Lag:
        """Return where a log ends and how far it is worked off."""
        return _lag(self._store.lag(datamart_id))

    def lagging(self) -> Sequence[Lag]:
        """Return the logs that are not worked off to their ends."""
        return [_lag(row) for row in self._store.lagging()]

    def bodies(self, datamart_id: int, seqs: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
        """Return what is at places of a log; those of erased activities are absent."""
        wanted = set(seqs)
        found: dict[int, Mapping[str, Any]] = {}
        for block in self._store.holding(datamart_id, sorted(wanted)) if wanted else ():
            lines = zlib.decompress(block.body).split(b"\n")
            for seq in wanted.intersection(range(block.first_seq, block.first_seq + block.items)):
                if line := lines[seq - block.first_seq]:
                    found[seq] = msgspec.json.decode(line)
        return found

    def erase(self, datamart_id: int, seqs: Collection[int]) -> None:
        """Take activities out of the log for good; their places stay, empty."""
        if not seqs:
            return
        wanted = set(seqs)
        bodies = []
        for block in self._store.holding(datamart_id, sorted(wanted)):
            lines = zlib.decompress(block.body).split(b"\n")
            places = [seq - block.first_seq for seq in wanted]
            hit = [place for place in places if 0 <= place < block.items]
            for place in hit:
                lines[place] = b""
            if hit:
                bodies.append((block.first_seq, _pack(lines)))
        self._store.rewrite(datamart_id, bodies)

    def _append(
        self, datamart_id: int, entries: Sequence[Entry], at: datetime
    ) -> Sequence[Outcome]:
        end = self._store.take(datamart_id, len(entries))
        first = end - len(entries) + 1
        answers = self._known(datamart_id, entries)
        fresh = [entry for place, entry in enumerate(entries) if place not in answers]
        if len(fresh) < len(entries):
            self._store.take(datamart_id, len(fresh) - len(entries))
        self._store.add_blocks(_blocks(datamart_id, fresh, first, to_micros(at)))
        keyed = [one.activity for one in fresh if one.activity.key is not None]
        self._store.add_keys([_key_row(datamart_id, one) for one in keyed])
        return [
            answers[place] if place in answers else Accepted(entry.activity.body)
            for place, entry in enumerate(entries)
        ]

    def _known(self, datamart_id: int, entries: Sequence[Entry]) -> Mapping[int, Outcome]:
        """Return what is to be said of those sent before, by their places among the entries."""
        keyed = {
            place: (_hash(entry.activity.key), entry.activity)
            for place, entry in enumerate(entries)
            if entry.activity.key is not None
        }
        if not keyed:
            return {}
        hashes = list({key_hash for key_hash, _ in keyed.values()})
        seen = {
            bytes(row.key_hash): (row.ts, bytes(row.digest))
            for row in self._store.keys(datamart_id, hashes)
        }
        answers: dict[int, Outcome] = {}
        for place, (key_hash, activity) in keyed.items():
            if key_hash in seen:
                answers[place] = _again(activity, *seen[key_hash])
            else:
                seen[key_hash] = (activity.ts, activity.digest)
        return answers


def _again(activity: NewActivity, ts: int, digest: bytes) -> Outcome:
    if digest != activity.digest:
        return ConflictError("another activity was sent with this $unique_key", field="$unique_key")
    if ts == activity.ts:
        return Accepted(activity.body, repeated=True)
    body: dict[str, object] = msgspec.json.decode(activity.body)
    return Accepted(msgspec.json.encode({**body, "$ts": ts}), repeated=True)


def _blocks(
    datamart_id: int, entries: Sequence[Entry], first: int, received_at: int
) -> Sequence[Block]:
    """Pack activities from place `first` on; those that came with one key stand together."""
    by_key: dict[str, list[bytes]] = {}
    for entry in entries:
        by_key.setdefault(entry.sent_by, []).append(entry.activity.body)
    blocks = []
    for sent_by, bodies in by_key.items():
        for start in range(0, len(bodies), _BLOCK):
            part = bodies[start : start + _BLOCK]
            blocks.append(Block(datamart_id, first, len(part), received_at, sent_by, _pack(part)))
            first += len(part)
    return blocks


def _pack(lines: Sequence[bytes]) -> bytes:
    return zlib.compress(b"\n".join(lines), _LEVEL)


def _unpack(datamart_id: int, block: Any) -> Sequence[LoggedActivity]:
    received_at = from_micros(block.received_at)
    lines = zlib.decompress(block.body).split(b"\n")
    return [
        LoggedActivity(seq, datamart_id, received_at, block.sent_by, msgspec.json.decode(line))
        for seq, line in enumerate(lines, block.first_seq)
        if line
    ]


def _hash(key: str | None) -> bytes:
    return hashlib.blake2b((key or "").encode(), digest_size=16).digest()


def _key_row(datamart_id: int, activity: NewActivity) -> KeyRow:
    return KeyRow(datamart_id, _hash(activity.key), activity.ts, activity.digest)


def _lag(row: Any) -> Lag:
    return Lag(row.datamart_id, row.last_seq, row.processed_seq)
