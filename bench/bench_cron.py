"""Next runs a second: our remembered schedules against cronsim alone, interleaved in one run."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from zoneinfo import ZoneInfo

from cronsim import CronSim

from bellwether.kit.cron import Schedule

START = datetime(2026, 3, 28, 12, tzinfo=UTC)
ROUNDS = 5
CALLS = 2_000
CASES = (
    ("daily, UTC", "0 1 * * *", "UTC"),
    ("daily, Berlin", "0 1 * * *", "Europe/Berlin"),
    ("every 5 min, New York", "0/5 * * * *", "America/New_York"),
    ("first Monday or 1st", "0 0 1 * MON", "Asia/Kathmandu"),
)


def bare(expression: str, zone: str, instants: list[datetime]) -> None:
    """Ask cronsim as its documentation does: an iterator for each question."""
    place = UTC if zone == "UTC" else ZoneInfo(zone)
    for instant in instants:
        next(CronSim(expression, instant.astimezone(place))).astimezone(UTC)


def ours(expression: str, zone: str, instants: list[datetime]) -> None:
    """Ask as the scheduler does: the schedule is made again from its text each time."""
    for instant in instants:
        Schedule(expression, zone).next_after(instant)


def rate(work: Callable[[str, str, list[datetime]], None], *case: str, step: timedelta) -> float:
    """Return questions a second, for instants that lie `step` apart."""
    instants = [START + step * number for number in range(CALLS)]
    began = perf_counter()
    work(case[0], case[1], instants)
    return CALLS / (perf_counter() - began)


def main() -> None:
    """Print both rates and their ratio, for trackers due together and for all days apart."""
    print("cron: next runs a second; due together = many trackers within seconds of each other")
    for label, expression, zone in CASES:
        for how, step in (
            ("due together", timedelta(milliseconds=10)),
            ("days apart", timedelta(days=1, minutes=7)),
        ):
            pairs = [
                (
                    rate(ours, expression, zone, step=step),
                    rate(bare, expression, zone, step=step),
                )
                for _ in range(ROUNDS)
            ]
            mine = median(pair[0] for pair in pairs)
            theirs = median(pair[1] for pair in pairs)
            ratio = median(first / second for first, second in pairs)
            print(
                f"  {label:<22} {how:<13} ours {mine:>10,.0f}  cronsim {theirs:>8,.0f}"
                f"  ratio {ratio:6.1f}"
            )


if __name__ == "__main__":
    main()
