"""P4: appending snapshots, one series, who grew most, and bytes; SQLite, PostgreSQL and DuckDB.

    python -m bench snapshots

5,000 entities with 400 days of three metrics. Histories are appended a hundred entities a
transaction, new rows a thousand a transaction, each flushed at its commit. Then come late rows,
corrections and deletes, one transaction each. What all engines answer is compared before anything
is timed. Rounds of the engines alternate.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from bellwether.engine.metrics.service import MetricsService
from bellwether.kit.clock import from_micros
from bellwether.kit.garbage import look_for_garbage_less_often
from bench import activity_peers
from bench.snapshot_peer import DuckDb, duckdb
from bench.snapshot_world import BATCH, DAY, DAYS, ENTITIES, NAMES, TODAY, Ours, World, make_world

ROUNDS = 4
ASKED = 300


def main() -> None:
    """Print every figure."""
    look_for_garbage_less_often()
    world = make_world()
    with ExitStack() as stack:
        where = ".bench" if Path(".bench").is_dir() else None
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=where)))
        url, _ = stack.enter_context(activity_peers.postgres())
        ours = [
            Ours("SQLite", f"sqlite:///{folder}/ours.sqlite"),
            Ours("PostgreSQL", url),
        ]
        for one in ours:
            stack.callback(one.database.close)
        peer = duckdb(folder)
        if peer is not None:
            stack.callback(peer.close)
            print(f"snapshots  DuckDB {peer.call('version')} beside it")
        _append(ours, peer, world)
        _change(ours, peer, world)
        for one in ours:
            one.settle()
        _compare(ours, peer, world)
        _print_sizes(ours, peer)
        _append_new(ours, peer, world)
        _ask_series(ours, peer)
        _ask_top(ours, peer)


def _nothing_yet(ours: Sequence[Ours]) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {one.name: [] for one in ours}
    took["DuckDB"] = []
    return took


def _append(ours: Sequence[Ours], peer: DuckDb | None, world: World) -> None:
    took = _nothing_yet(ours)
    share = ENTITIES // ROUNDS
    for number in range(ROUNDS):
        entities = range(number * share, (number + 1) * share)
        for one in ours:
            took[one.name].append(one.append(world, entities))
        if peer is not None:
            columns: list[list[int]] = [[], [], [], [], []]
            for entity in entities:
                columns[0] += [entity] * DAYS
                for place, column in enumerate(world.histories[entity], 1):
                    columns[place] += column
            took["DuckDB"].append(peer.append(columns, BATCH * DAYS))
    _print_rates(f"whole histories, {DAYS} rows each", took, share * DAYS)
    for one in ours:
        print(f"snapshots  {one.name}: {ENTITIES * DAYS / one.cpu_s:,.0f} a second of our own CPU")


def _append_new(ours: Sequence[Ours], peer: DuckDb | None, world: World) -> None:
    took = _nothing_yet(ours)
    for number in range(ROUNDS):
        at = TODAY + number * 1_000_000
        for one in ours:
            took[one.name].append(one.append_new(at, world))
        if peer is not None:
            newest = [[history[place][-1] for history in world.histories] for place in (1, 2, 3)]
            columns = [list(range(ENTITIES)), [at] * ENTITIES, *newest]
            took["DuckDB"].append(peer.append(columns, 1000))
    _print_rates(f"one new row each for {ENTITIES:,} entities", took, ENTITIES)


def _print_rates(what: str, took: dict[str, list[float]], rows: int) -> None:
    rates = {name: rows / statistics.median(each) for name, each in took.items() if each}
    shown = ", ".join(f"{name} {rate:,.0f}" for name, rate in rates.items())
    print(f"snapshots  rows/s, {what}: {shown}{_ratios(rates)}")


def _ratios(figures: dict[str, float]) -> str:
    if "DuckDB" not in figures:
        return ""
    ratios = [
        f"{name} {figure / figures['DuckDB']:.2f}"
        for name, figure in figures.items()
        if name != "DuckDB"
    ]
    return f"; ratio to DuckDB: {', '.join(ratios)}"


def _change(ours: Sequence[Ours], peer: DuckDb | None, world: World) -> None:
    took = {one.name: one.change(world.changes) for one in ours}
    if peer is not None:
        took["DuckDB"] = float(peer.call("change", world.changes))
    each = {name: seconds / len(world.changes) * 1e3 for name, seconds in took.items()}
    shown = ", ".join(f"{name} {one:.2f}" for name, one in each.items())
    print(f"snapshots  ms for a late row, a correction or a delete: {shown}")


def _compare(ours: Sequence[Ours], peer: DuckDb | None, world: World) -> None:
    """See that all engines hold and answer the same, and what was meant."""
    entities = [*world.expected, *range(0, ENTITIES, 25)]
    for entity in entities:
        plain = world.expected.get(entity) or {
            at: tuple(values) for at, *values in zip(*world.histories[entity], strict=True)
        }
        instants = sorted(plain)
        for place, name in enumerate(NAMES):
            meant = [plain[at][place] for at in instants]
            for one in ours:
                found = one.read(
                    lambda metrics, one=one, name=name, entity=entity: metrics.values(  # type: ignore[misc]
                        one.ids[entity], name
                    )
                )
                assert (list(found.instants), list(found.values)) == (instants, meant)
            if peer is not None:
                (rows,) = peer.call("series", [entity], 0, name)[1]
                assert [tuple(row) for row in rows] == list(zip(instants, meant, strict=True))
    tops = [one.read(lambda metrics, one=one: _top(metrics, one)) for one in ours]  # type: ignore[misc]
    if peer is not None:
        found = peer.call("top", TODAY - 31 * DAY, TODAY - 30 * DAY, TODAY, 20, 1)[1]
        tops.append([tuple(row) for row in found])
    assert all(top == tops[0] and len(top) == 20 for top in tops)
    print(f"snapshots  {len(entities):,} histories and the ranking are equal in all")


def _top(metrics: MetricsService, one: Ours) -> Sequence[tuple[int, float]]:
    places = {subject: entity for entity, subject in enumerate(one.ids)}
    found = metrics.top(one.scope, "views", days=30, limit=20).gains
    return [(places[gain.subject_id], gain.net_change) for gain in found]


def _print_sizes(ours: Sequence[Ours], peer: DuckDb | None) -> None:
    rows = ENTITIES * DAYS
    for one in ours:
        data, derived = one.grown
        print(
            f"snapshots  {one.name}: {data / rows / len(NAMES):.2f} bytes a sample,"
            f" {data / rows:.1f} a row; closing values {derived / rows / len(NAMES):.2f} a sample"
        )
    if peer is not None:
        size = peer.call("size")
        print(f"snapshots  DuckDB: {size / rows / len(NAMES):.2f} bytes a sample")


def _ask_series(ours: Sequence[Ours], peer: DuckDb | None) -> None:
    took, again = _nothing_yet(ours), _nothing_yet(ours)
    start = from_micros(TODAY - 90 * DAY)
    for number in range(ROUNDS):
        asked = random.Random(number).sample(range(ENTITIES), ASKED)
        for times in (took, again):
            for one in ours:
                times[one.name] += one.read(
                    lambda metrics, one=one, asked=asked: _series(metrics, one, asked, start)  # type: ignore[misc]
                )
            if peer is not None:
                times["DuckDB"] += peer.call("series", asked[:30], TODAY - 90 * DAY, "views")[0]
    _print_times("90 days of one entity", took)
    _print_times("the same asked again", again)


def _series(
    metrics: MetricsService, one: Ours, asked: Sequence[int], start: datetime
) -> Sequence[float]:
    times = []
    for entity in asked:
        began = time.perf_counter()
        metrics.values(one.ids[entity], "views", start=start)
        times.append(time.perf_counter() - began)
    return times


def _ask_top(ours: Sequence[Ours], peer: DuckDb | None) -> None:
    took = _nothing_yet(ours)
    for _ in range(ROUNDS):
        for one in ours:
            took[one.name] += one.read(lambda metrics, one=one: _tops(metrics, one))  # type: ignore[misc]
        if peer is not None:
            window = TODAY - 31 * DAY, TODAY - 30 * DAY, TODAY
            took["DuckDB"] += peer.call("top", *window, 20, 20)[0]
    _print_times(f"top growth of 30 days over {ENTITIES:,} entities", took)


def _tops(metrics: MetricsService, one: Ours) -> Sequence[float]:
    times = []
    for _ in range(20):
        began = time.perf_counter()
        metrics.top(one.scope, "views", days=30, limit=20)
        times.append(time.perf_counter() - began)
    return times


def _print_times(what: str, took: dict[str, list[float]]) -> None:
    middle = {name: statistics.median(each) * 1e3 for name, each in took.items() if each}
    shown = ", ".join(f"{name} {each:.3f}" for name, each in middle.items())
    print(f"snapshots  ms, {what}: {shown}{_ratios(middle)}")


if __name__ == "__main__":
    main()
