"""Laws that every store obeys, whatever happened to it, as queries that count offenders."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from bellwether.storage.database import Database
from tests.chaos.tally import Tally
from tests.support.observations import packed_observations


class Law(NamedTuple):
    """What an offence is, how it is called, the rows that are looked at, and the offenders."""

    kind: str
    offence: str
    rows: str
    offenders: str


# Every workspace of the harness that has an endpoint made it before it tracked anything.
_TOLD = "(SELECT DISTINCT workspace_id FROM endpoints)"
LAWS: Sequence[Law] = (
    Law(
        "double",
        "a tick has two runs",
        "runs",
        "SELECT 1 FROM runs GROUP BY tracker_id, tick HAVING COUNT(*) > 1",
    ),
    Law(
        "double",
        "a run has two events of one kind",
        "events",
        "SELECT 1 FROM events WHERE run_id IS NOT NULL GROUP BY run_id, type HAVING COUNT(*) > 1",
    ),
    Law(
        "double",
        "a tracker was paid or refunded twice",
        "credit_entries",
        "SELECT 1 FROM credit_entries WHERE kind <> 'grant'"
        " GROUP BY reference, occasion, kind HAVING COUNT(*) > 1",
    ),
    Law(
        "half",
        "a run has another number of snapshots than it says",
        "runs",
        "SELECT 1 FROM runs LEFT JOIN (SELECT run_id, COUNT(*) AS n FROM snapshots"
        " WHERE run_id IS NOT NULL GROUP BY run_id) AS s ON s.run_id = runs.id"
        # What is packed has forgotten its run; it is counted as a whole below.
        " WHERE runs.snapshots < COALESCE(s.n, 0) OR runs.snapshots > COALESCE(s.n, 0)"
        " AND NOT EXISTS (SELECT 1 FROM snapshot_blocks)",
    ),
    Law(
        "half",
        "a snapshot belongs to a run that is not there",
        "snapshots",
        "SELECT 1 FROM snapshots LEFT JOIN runs ON runs.id = snapshots.run_id"
        " WHERE snapshots.run_id IS NOT NULL AND runs.id IS NULL",
    ),
    Law(
        "half",
        "a tracker counts other runs than it has",
        "trackers",
        "SELECT 1 FROM trackers LEFT JOIN (SELECT tracker_id, COUNT(*) AS n FROM runs"
        " GROUP BY tracker_id) AS r ON r.tracker_id = trackers.id"
        " WHERE trackers.runs <> COALESCE(r.n, 0)",
    ),
    Law(
        "half",
        "a tracker has nothing that it tracks",
        "trackers",
        "SELECT 1 FROM trackers LEFT JOIN contents ON contents.id = trackers.subject_id"
        " LEFT JOIN creators ON creators.id = trackers.subject_id"
        " WHERE contents.id IS NULL AND creators.id IS NULL",
    ),
    Law(
        "half",
        "a run is told in no event",
        "runs",
        "SELECT 1 FROM runs LEFT JOIN events ON events.run_id = runs.id"
        f" WHERE events.id IS NULL AND runs.workspace_id IN {_TOLD}",
    ),
    Law(
        "half",
        "an event has no delivery",
        "events",
        "SELECT 1 FROM events LEFT JOIN deliveries ON deliveries.event_id = events.id"
        f" WHERE deliveries.id IS NULL AND events.workspace_id IN {_TOLD}",
    ),
    Law(
        "half",
        "a pending delivery waits in no lane",
        "deliveries",
        "SELECT 1 FROM deliveries LEFT JOIN lanes ON lanes.endpoint_id = deliveries.endpoint_id"
        " AND lanes.lane = deliveries.lane WHERE deliveries.state = 'pending' AND lanes.id IS NULL",
    ),
    Law(
        "half",
        "a balance is not what its ledger says",
        "balances",
        "SELECT 1 FROM balances LEFT JOIN (SELECT workspace_id, environment, SUM(amount) AS n"
        " FROM credit_entries WHERE free = 0 GROUP BY workspace_id, environment) AS e"
        " ON e.workspace_id = balances.workspace_id AND e.environment = balances.environment"
        " WHERE balances.credits <> COALESCE(e.n, 0)",
    ),
)


def check_laws(database: Database, tally: Tally) -> None:
    """Count the offenders against every law."""

    def work(connection: Connection) -> list[tuple[Law, int, int]]:
        return [
            (
                law,
                _count(connection, f"SELECT 1 FROM {law.rows}"),
                _count(connection, law.offenders),
            )
            for law in LAWS
        ]

    for law, rows, offenders in database.submit_read(work).result():
        tally.check(law.kind, law.offence, offenders, rows)
    said, stored = database.submit_read(_of_runs).result()
    tally.check("half", "runs have other snapshots than they say", abs(said - stored), said)


def _of_runs(connection: Connection) -> tuple[int, int]:
    """Return how many snapshots runs say that they have, and how many there are of runs."""
    said = connection.execute(text("SELECT SUM(snapshots) FROM runs")).scalar_one() or 0
    rows = _count(connection, "SELECT 1 FROM snapshots WHERE run_id IS NOT NULL")
    return int(said), rows + sum(one.of_run for one in packed_observations(connection))


def _count(connection: Connection, query: str) -> int:
    return int(connection.execute(text(f"SELECT COUNT(*) FROM ({query}) AS q")).scalar_one())


def ids_of(database: Database, query: str) -> set[str]:
    """Return the first column of a query."""
    return database.submit_read(
        lambda connection: {row[0] for row in connection.execute(text(query))}
    ).result()


def number_of(database: Database, query: str) -> int:
    """Return the one number that a query answers."""
    return database.submit_read(
        lambda connection: int(connection.execute(text(query)).scalar_one() or 0)
    ).result()
