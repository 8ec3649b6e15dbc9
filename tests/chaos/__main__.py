"""Every fault in full: `make chaos`, or `make chaos ARGS="kill --count 20"` for some of them."""

import argparse
import shutil
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from tests.chaos import backups, disks, kill, platforms, schedules, shutdown, torn, twins
from tests.chaos.machine import describe
from tests.chaos.nursery import Nursery
from tests.chaos.process import Starter
from tests.chaos.tally import Tally, say, table
from tests.support.postgres import PrivatePostgres

STORES = ("sqlite", "postgresql")


class Ground:
    """Where faults happen: a folder and fresh stores, gone when the block ends."""

    def __init__(self, stack: ExitStack, wanted: argparse.Namespace) -> None:
        self._stack = stack
        self._postgres: PrivatePostgres | None = None
        self._lock = threading.Lock()
        self._made = 0
        self.root = Path(tempfile.mkdtemp(prefix="bellwether-chaos-"))
        stack.callback(shutil.rmtree, self.root, ignore_errors=True)
        self.forked = Starter(stack.enter_context(Nursery()))
        self.wanted = wanted

    def folder(self) -> Path:
        """Return a new folder."""
        with self._lock:
            self._made += 1
            folder = self.root / str(self._made)
        folder.mkdir()
        return folder

    def store(self, kind: str) -> tuple[str, Path]:
        """Return the URL of a new, empty store and a folder for what is beside it."""
        folder = self.folder()
        if kind == "sqlite":
            return f"sqlite:///{folder / 'store.sqlite'}", folder
        with self._lock:
            if self._postgres is None:
                self._postgres = PrivatePostgres()
                self._stack.callback(self._postgres.stop)
            return self._postgres.create(f"chaos{folder.name}"), folder

    def count(self, usual: int) -> int:
        """Return how many rounds are wanted."""
        return int(self.wanted.count or usual)

    @property
    def trackers(self) -> int:
        """How many trackers are wanted where there are many."""
        return int(self.wanted.trackers or schedules.FULL.trackers)

    @property
    def stores(self) -> Sequence[str]:
        """The kinds of store that are wanted."""
        return [self.wanted.store] if self.wanted.store else STORES


def _kill(ground: Ground) -> Iterator[Tally]:
    for kind in ground.stores:
        size = kill.FULL[kind]
        if ground.wanted.count:
            size = replace(size, kills=ground.wanted.count, acknowledged=0, files=2)
        yield kill.run(ground.forked, *ground.store(kind), size)
    if "sqlite" in ground.stores:
        many = replace(kill.FULL_MANY, trackers=ground.trackers, kills=ground.count(20))
        place = ground.store("sqlite")
        yield kill.run(ground.forked, *place, many, servers=Starter())


def _torn(ground: Ground) -> Sequence[Tally]:
    size = replace(torn.FULL, rounds=ground.count(torn.FULL.rounds))
    return [torn.run(ground.forked, ground.folder(), size)]


def _disk(ground: Ground) -> Sequence[Tally]:
    size = replace(disks.FULL, rounds=ground.count(disks.FULL.rounds))
    return [disks.run(ground.forked, ground.folder(), size)]


def _schedules(ground: Ground) -> Sequence[Tally]:
    kills = ground.count(schedules.FULL.kills)
    size = replace(schedules.FULL, trackers=ground.trackers, kills=kills)
    return [schedules.run(ground.forked, *ground.store(ground.wanted.store or "sqlite"), size)]


def _twins(ground: Ground) -> Sequence[Tally]:
    """Both stores at a time: they sleep through most of it."""

    def run(kind: str, place: tuple[str, Path]) -> Tally:
        size = replace(twins.FULL[kind], pauses=ground.count(twins.FULL[kind].pauses))
        return twins.run(ground.forked, *place, size)

    places = [ground.store(kind) for kind in ground.stores]
    with ThreadPoolExecutor() as pool:
        return list(pool.map(run, ground.stores, places))


def _platforms(ground: Ground) -> Sequence[Tally]:
    return [platforms.run(ground.forked, *ground.store("sqlite"), platforms.FULL)]


def _backup(ground: Ground) -> Sequence[Tally]:
    size = replace(backups.FULL, rounds=ground.count(backups.FULL.rounds))
    return [backups.run_backup(ground.forked, ground.folder(), size)]


def _upgrade(ground: Ground) -> Iterator[Tally]:
    size = replace(backups.FULL, rounds=ground.count(backups.FULL.rounds))
    for kind in ground.stores:
        for revision in backups.starting_points():
            yield backups.run_upgrade(ground.forked, *ground.store(kind), size, revision)


def _shutdown(ground: Ground) -> Sequence[Tally]:
    size = replace(shutdown.FULL, rounds=ground.count(shutdown.FULL.rounds))
    return [shutdown.run(ground.forked, *ground.store(kind), size) for kind in ground.stores]


FAULTS: Mapping[str, Callable[[Ground], Iterable[Tally]]] = {
    "kill": _kill,
    "torn": _torn,
    "disk": _disk,
    "schedules": _schedules,
    "twins": _twins,
    "platforms": _platforms,
    "backup": _backup,
    "upgrade": _upgrade,
    "shutdown": _shutdown,
}


BESIDE = "twins"
MEANWHILE = ("torn", "disk", "backup", "upgrade")
"""What runs while twins sleep, as they do most of their time; none of these keeps time."""


def _rounds(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield faults that run at a time: the first beside the others, one after the other."""
    meanwhile = [name for name in names if name in MEANWHILE]
    together = BESIDE in names and meanwhile
    for name in names:
        if name == BESIDE and together:
            yield [BESIDE, *meanwhile]
        elif not (together and name in meanwhile):
            yield [name]


def _attempt(ground: Ground, name: str) -> Sequence[Tally]:
    """Run a fault and say what it came to; one that could not be ended is wrong."""
    say(f"== {name}")
    tallies: list[Tally] = []
    try:
        for tally in FAULTS[name](ground):
            _tell(tally)
            tallies.append(tally)
    except Exception as error:  # noqa: BLE001  the others are to run, too
        say(traceback.format_exc())
        tally = Tally(name, "?")
        tally.check("wrong", f"it ended with {error!r}", 1)
        tallies.append(tally)
    return tallies


def _tell(tally: Tally) -> None:
    say(table([tally]).splitlines()[-1])
    for complaint in tally.complaints:
        say(f"   {complaint}")


def _wanted() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description="Faults, and what they cost.")
    names = ", ".join(FAULTS)
    parser.add_argument("faults", nargs="*", help=f"{names}; all unless given")
    parser.add_argument("--count", type=int, help="kills, cuts, pauses or rounds of each fault")
    parser.add_argument("--store", choices=STORES, help="only on this store")
    parser.add_argument("--trackers", type=int, help="trackers, where there are a million")
    wanted = parser.parse_args()
    unknown = set(wanted.faults) - set(FAULTS)
    if unknown:
        parser.error(f"no such fault: {', '.join(sorted(unknown))}; there are {names}")
    return wanted


def main() -> None:
    """Run the faults that are wanted and print what they came to; 1 when anything was wrong."""
    wanted, machine, began = _wanted(), describe(), time.monotonic()
    tallies: list[Tally] = []
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        ground = Ground(stack, wanted)
        for beside, *others in _rounds(wanted.faults or list(FAULTS)):
            first = pool.submit(_attempt, ground, beside)
            for name in others:
                tallies += _attempt(ground, name)
            tallies += first.result()
    names = list(FAULTS)
    tallies.sort(key=lambda tally: names.index(tally.fault.split()[0].rstrip(",")))
    say(f"\n{machine}; {(time.monotonic() - began) / 60:.0f} minutes in all.\n\n{table(tallies)}")
    sys.exit(0 if all(tally.ok for tally in tallies) else 1)


if __name__ == "__main__":
    main()
