"""A process that is stopped past its lease and goes on as if nothing had happened."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.fleet import Fleet, check_laws, count_runs
from tests.support.tracking import House, order

from bellwether.model.platforms import Platform
from bellwether.storage.database import Database

RATE = 60.0  # a tick of "* * * * *" every second
SLOW = "sbx_slow___"  # the simulated network takes three real seconds over it


@pytest.mark.timeout(120)
def test_two_processes_of_which_one_sleeps_past_its_lease_run_no_tick_twice(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BELLWETHER_LEASE_SECONDS", "1")
    house = House(database)
    scope = house.scope()
    orders = [order(f"v{n:010}", cron="* * * * *") for n in range(100)]
    # Whoever fetches these holds their claims for seconds, and is stopped in the middle of it.
    slow = [
        order(SLOW, platform=platform, cron="* * * * *")
        for platform in (Platform.VIMEO, Platform.X)
    ]
    house.track(scope, *orders, *slow)
    fleet = Fleet(tmp_path, database_url, RATE)
    with fleet.start() as (_, first), fleet.start() as (_, second):
        try:
            for number in range(4):
                paused = (first, second)[number % 2]
                paused.send_signal(signal.SIGSTOP)
                before = count_runs(database)
                time.sleep(2.2)
                # The other one does not wait for it.
                assert count_runs(database) > before
                paused.send_signal(signal.SIGCONT)
                time.sleep(0.6)
        finally:
            first.send_signal(signal.SIGCONT)
            second.send_signal(signal.SIGCONT)
        before = count_runs(database)
        _until(20, lambda: count_runs(database) >= before + len(orders))
    check_laws(database)
    slow_runs = [run for one in _trackers(house, SLOW) for run in house.runs(scope, one)]
    assert slow_runs


def _trackers(house: House, target: str) -> list[str]:
    page = house.read(lambda engine: engine.tracking.list_trackers(house.scope(), limit=200))
    return [tracker.id for tracker in page.items if tracker.target == target]


def _until(seconds: float, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)
