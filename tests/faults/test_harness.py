"""What `make chaos` says, and in which order it does what."""

import platform
import sqlite3
from collections.abc import Sequence
from typing import cast

import pytest
from tests.chaos import __main__ as chaos
from tests.chaos import backups
from tests.chaos.machine import describe
from tests.chaos.tally import Tally, table

from bellwether.storage.migrate import newest_revision

_NO_GROUND = cast(chaos.Ground, None)


def test_every_fault_runs_once_and_what_keeps_time_runs_alone() -> None:
    rounds = list(chaos._rounds(list(chaos.FAULTS)))
    assert sorted(name for together in rounds for name in together) == sorted(chaos.FAULTS)
    alone = {names[0] for names in rounds if len(names) == 1}
    assert {"kill", "schedules", "platforms", "shutdown"} <= alone


def test_faults_that_are_named_run_in_that_order() -> None:
    assert list(chaos._rounds(["torn", "disk"])) == [["torn"], ["disk"]]
    assert list(chaos._rounds(["torn", "kill", "twins"])) == [["kill"], ["twins", "torn"]]


def test_a_fault_that_cannot_be_ended_is_wrong_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_ground: chaos.Ground) -> Sequence[Tally]:
        raise TimeoutError("for ever")

    monkeypatch.setattr(chaos, "FAULTS", {"kill": fail})
    (tally,) = chaos._attempt(_NO_GROUND, "kill")
    assert (tally.ok, tally.wrong) == (False, 1)
    assert "for ever" in capsys.readouterr().out


def test_the_machine_is_described_with_what_numbers_depend_on() -> None:
    said = describe()
    for part in (
        "cores",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
    ):
        assert part in said


def test_the_table_is_one_of_markdown() -> None:
    tally = Tally("kill", "sqlite", rounds=1, acknowledged=1000)
    tally.check("lost", "nothing", 0, 2000)
    tally.note(told="3")
    head, rule, row = table([tally.done()]).splitlines()
    assert head.count("|") == rule.count("|") == row.count("|")
    assert "| 1,000 | 2,000 | 0 | 0 | 0 | 0 | 0 | told 3 |" in row


def test_upgrades_start_from_an_old_schema_and_from_before_the_newest_change() -> None:
    points = backups.starting_points()
    assert points[0] == "0002"
    assert int(points[-1]) == int(newest_revision()) - 1
