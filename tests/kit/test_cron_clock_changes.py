"""Schedules on the days when clocks are moved, as stories."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bellwether.kit.cron import Schedule


def local(expression: str, zone: str, start: str, count: int) -> list[str]:
    first = datetime.fromisoformat(start).replace(tzinfo=UTC)
    runs = Schedule(expression, zone).upcoming(first, count)
    return [run.astimezone(ZoneInfo(zone)).strftime("%d %H:%M %z") for run in runs]


def test_a_time_that_is_skipped_runs_once_when_the_clock_has_jumped() -> None:
    assert local("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00", 3) == [
        "28 02:30 +0100",
        "29 03:00 +0200",
        "30 02:30 +0200",
    ]


def test_several_skipped_times_are_one_run() -> None:
    assert local("0,20,40 2 * * *", "Europe/Berlin", "2026-03-28T12:00", 2) == [
        "29 03:00 +0200",
        "30 02:00 +0200",
    ]


def test_a_time_that_comes_twice_runs_the_first_time_only() -> None:
    assert local("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", 2) == [
        "25 02:30 +0200",
        "26 02:30 +0100",
    ]


def test_asked_within_the_repeated_hour_the_answer_is_not_in_the_past() -> None:
    assert local("30 2 * * *", "Europe/Berlin", "2026-10-25T01:15", 1) == ["26 02:30 +0100"]


def test_an_hourly_job_runs_every_hour_that_passes() -> None:
    assert local("0 * * * *", "Europe/Berlin", "2026-03-28T23:59", 4) == [
        "29 01:00 +0100",
        "29 03:00 +0200",
        "29 04:00 +0200",
        "29 05:00 +0200",
    ]
    assert local("0 * * * *", "Europe/Berlin", "2026-10-24T22:59", 4) == [
        "25 01:00 +0200",
        "25 02:00 +0200",
        "25 02:00 +0100",
        "25 03:00 +0100",
    ]


def test_a_change_of_half_an_hour_loses_nothing() -> None:
    assert local("0 */2 * * *", "Australia/Lord_Howe", "2026-04-04T12:30", 3) == [
        "05 00:00 +1100",
        "05 02:00 +1030",
        "05 04:00 +1030",
    ]
    assert local("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00", 2) == [
        "04 02:30 +1100",
        "05 02:15 +1100",
    ]


def test_midnight_that_is_skipped_runs_at_the_first_minute_of_the_day() -> None:
    assert local("0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00", 2) == [
        "04 01:00 -0200",
        "05 00:00 -0200",
    ]


def test_an_offset_of_three_quarters_of_an_hour_is_kept() -> None:
    assert local("0 6 * * *", "Asia/Kathmandu", "2026-01-01T00:00", 1) == ["01 06:00 +0545"]


def test_the_month_in_which_casablanca_goes_back_keeps_daily_runs_daily() -> None:
    runs = local("30 2 * * *", "Africa/Casablanca", "2026-02-13T12:00", 4)
    assert runs == ["14 02:30 +0100", "15 02:30 +0100", "16 02:30 +0000", "17 02:30 +0000"]
