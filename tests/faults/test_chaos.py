"""The faults of `make chaos` in their short forms; each says what it counted."""

from pathlib import Path

import pytest
from tests.chaos import backups, disks, kill, platforms, schedules, shutdown, torn, twins
from tests.chaos.process import Starter
from tests.chaos.tally import Tally, table

from bellwether.storage.database import Database

pytestmark = pytest.mark.timeout(180)


def _judge(tally: Tally) -> None:
    print(table([tally]))  # noqa: T201  what was counted, for whoever runs this with -s
    assert tally.complaints == []
    assert tally.ok


def test_kill(starter: Starter, database: Database, database_url: str, tmp_path: Path) -> None:
    _judge(kill.run(starter, database_url, tmp_path, kill.SHORT[database.kind]))


def test_kill_with_many_trackers(starter: Starter, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    _judge(kill.run(starter, url, tmp_path, kill.SHORT_MANY, servers=starter))


def test_torn_writes(starter: Starter, tmp_path: Path) -> None:
    _judge(torn.run(starter, tmp_path, torn.SHORT))


def test_on_a_disk_that_lies_the_harness_finds_the_loss(starter: Starter, tmp_path: Path) -> None:
    tally = torn.run(starter, tmp_path, torn.Size(3), lying=True)
    assert tally.lost + tally.wrong > 0


def test_disk(starter: Starter, tmp_path: Path) -> None:
    _judge(disks.run(starter, tmp_path, disks.SHORT))


def test_schedules(starter: Starter, database_url: str, tmp_path: Path) -> None:
    _judge(schedules.run(starter, database_url, tmp_path, schedules.SHORT))


def test_twins(starter: Starter, database: Database, database_url: str, tmp_path: Path) -> None:
    _judge(twins.run(starter, database_url, tmp_path, twins.SHORT[database.kind]))


@pytest.mark.alone
def test_platforms(starter: Starter, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    _judge(platforms.run(starter, url, tmp_path, platforms.SHORT))


def test_backup(starter: Starter, tmp_path: Path) -> None:
    _judge(backups.run_backup(starter, tmp_path, backups.SHORT))


@pytest.mark.parametrize("revision", backups.starting_points())
def test_upgrade_on_sqlite(starter: Starter, tmp_path: Path, revision: str) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    _judge(backups.run_upgrade(starter, url, tmp_path, backups.SHORT, revision))


@pytest.mark.alone
def test_shutdown(starter: Starter, database_url: str, tmp_path: Path) -> None:
    _judge(shutdown.run(starter, database_url, tmp_path, shutdown.SHORT))
