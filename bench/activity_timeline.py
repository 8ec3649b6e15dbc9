"""One user's timeline among very many activities."""

import itertools
import json
import random
import statistics
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from bellwether.app.container import open_container
from bellwether.app.settings import read_settings
from bellwether.engine.facade import Engine
from bellwether.kit.clock import SystemClock
from bellwether.kit.ids import new_id
from bellwether.model.activities import Datamart
from bellwether.model.people import Identifier, IdentifierKind, TimelineFilter
from bellwether.model.tenants import Environment
from bench import activity_peers as peers

_EACH = 20
"""Activities of one user."""
_BLOCK = 32
_PORTION = 20_000
_LOOKUPS = 300
_START_TS = 1_770_000_000_000


def measure_timeline(many: int) -> None:
    """Fill a store with `many` activities, those of a user far apart, and look users up."""
    with tempfile.TemporaryDirectory() as name:
        container = open_container(read_settings({"data": name}, {}))

        def make(engine: Engine) -> Datamart:
            made = engine.tenants.create_key(new_id(), Environment.SANDBOX)
            return engine.datamarts.create(made.key.scope, "bench")

        datamart = container.units.write_now(make)
        with container.database.engine.begin() as connection:
            _fill(connection, datamart.id, many)
        size = peers.size_of(Path(name)) / many
        took = sorted(_look(container.database, datamart, many))
        container.close()
    print(
        f"timeline of one of {many // _EACH:,} users among {many:,} activities ({size:,.0f} bytes"
        f" each): median {statistics.median(took):.2f} ms,"
        f" p99 {took[int(len(took) * 0.99)]:.2f} ms"
    )


def _look(database: object, datamart: Datamart, many: int) -> Iterator[float]:
    chance = random.Random(7)
    for _ in range(_LOOKUPS):
        user = Identifier(IdentifierKind.AGENT, f"vec:{chance.randrange(many // _EACH)}")

        def work(connection: Connection, user: Identifier = user) -> float:
            engine = Engine(connection, SystemClock())
            began = time.perf_counter()
            page = engine.people.timeline(datamart, user, TimelineFilter(), first=0, limit=_EACH)
            took = time.perf_counter() - began
            assert len(page.items) == _EACH, len(page.items)
            return took * 1000

        yield database.submit_read(work).result()  # type: ignore[attr-defined]


def _fill(connection: Connection, datamart_id: int, many: int) -> None:
    """Write what the pipeline would have written, without its work."""
    users = many // _EACH
    points = ((datamart_id, n + 1, new_id(), n + 1, 0) for n in range(users))
    _insert(connection, "user_points (datamart_id, number, id, person, created_at)", points)
    names = ((datamart_id, f"u:vec:{n}", n + 1, 0) for n in range(users))
    _insert(connection, "user_identifiers (datamart_id, name, point, added_at)", names)
    places = ((datamart_id, n % users + 1, _START_TS + n, n + 1) for n in range(many))
    _insert(connection, "timeline (datamart_id, point, ts, seq)", places)
    _insert(
        connection,
        "activity_blocks (datamart_id, first_seq, items, received_at, sent_by, body)",
        (
            (datamart_id, first + 1, min(_BLOCK, many - first), 0, "bench", _block(first, many))
            for first in range(0, many, _BLOCK)
        ),
    )
    connection.exec_driver_sql(f"UPDATE activity_heads SET last_seq = {many}")
    connection.exec_driver_sql(f"UPDATE activity_cursors SET processed_seq = {many}")


def _block(first: int, many: int) -> bytes:
    users = many // _EACH
    lines = []
    for number in range(first, min(first + _BLOCK, many)):
        ts = _START_TS + number
        body = {
            "$type": "SITE_VISIT",
            "$user_agent_id": f"vec:{number % users}",
            "$ts": ts,
            "$unique_key": f"01a1fe2a-07fe-76aa-8140-{number:012x}",
            "$events": [{"$event_name": "$item_view", "$ts": ts, "$properties": {"n": number}}],
        }
        lines.append(json.dumps(body, separators=(",", ":")).encode())
    return zlib.compress(b"\n".join(lines), 1)


def _insert(connection: Connection, into: str, rows: Iterator[tuple[object, ...]]) -> None:
    columns = into.count(",") + 1
    statement = f"INSERT INTO {into} VALUES ({', '.join('?' * columns)})"
    while portion := list(itertools.islice(rows, _PORTION)):
        connection.exec_driver_sql(statement, portion)
