"""What is remembered of schedules never differs from what the schedule says."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bellwether.engine.tracking.schedules import Upcoming, next_tick
from bellwether.kit.clock import from_micros, opt_micros, to_micros

START = to_micros(datetime(2026, 3, 28, 22, tzinfo=UTC))  # the clocks of Europe change at 01:00
SCHEDULES = st.tuples(
    st.sampled_from(["* * * * *", "*/20 * * * *", "30 2 * * *", "0 0 29 2 *", "15 6-8 * * 1"]),
    st.sampled_from(["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Nowhere/Atall"]),
)
INSTANTS = st.integers(-3600 * 10**6, timedelta(days=3) // timedelta(microseconds=1))


@given(st.lists(st.tuples(SCHEDULES, INSTANTS), max_size=40))
def test_asking_again_later_or_earlier_gives_the_schedules_own_answer(
    asked: list[tuple[tuple[str, str], int]],
) -> None:
    upcoming = Upcoming()
    for (cron, zone), offset in asked:
        now = START + offset
        assert upcoming.after(cron, zone, now) == opt_micros(
            next_tick(cron, zone, from_micros(now))
        )


def test_the_tick_itself_is_no_longer_ahead() -> None:
    upcoming = Upcoming()
    tick = upcoming.after("0 * * * *", "UTC", START)
    assert tick is not None
    assert upcoming.after("0 * * * *", "UTC", tick - 1) == tick
    assert upcoming.after("0 * * * *", "UTC", tick) == tick + 3600 * 10**6
