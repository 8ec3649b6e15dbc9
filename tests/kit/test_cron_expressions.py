"""Which expressions are five-field cron, what they mean, and how the others are refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellwether.kit.cron import CronError, Schedule, daily_at

START = datetime(2026, 1, 1, tzinfo=UTC)  # a Thursday


def days(expression: str, count: int) -> list[str]:
    return [run.strftime("%m-%d %a %H:%M") for run in Schedule(expression).upcoming(START, count)]


@pytest.mark.parametrize(
    ("expression", "same"),
    [
        ("0/5 * * * *", "*/5 * * * *"),  # as Ylytic writes it
        ("3/20 * * * *", "3,23,43 * * * *"),
        ("0 0/6 * * *", "0 0,6,12,18 * * *"),
        ("0,30/10 * * * *", "0,30,40,50 * * * *"),
        ("59/5 * * * *", "59 * * * *"),
        ("0 0 * feb/5 *", "0 0 * 2,7,12 *"),
        ("0 0 * * mon/2", "0 0 * * 1,3,5,7"),
        ("0 0 * * 0/3", "0 0 * * SUN,WED,SAT"),
        ("0 0 * jan,Mar-MAY mon-FRI", "0 0 * 1,3-5 1-5"),
        ("0 0 * * 7", "0 0 * * SUN"),
        ("0 0 * * 5-7", "0 0 * * 0,5,6"),
        ("5-5/2 * * * *", "5 * * * *"),
        ("00 08 * * *", "0 8 * * *"),
        ("*/60 * * * *", "0 * * * *"),
        ("1-9/3,20 * * * *", "1,4,7,20 * * * *"),
        ("  0\t1   * * * ", "0 1 * * *"),
    ],
)
def test_two_spellings_mean_the_same(expression: str, same: str) -> None:
    assert days(expression, 40) == days(same, 40)


def test_a_range_of_one_minute_on_one_weekday_is_weekly() -> None:
    assert days("28-28 8 * * 2", 3) == ["01-06 Tue 08:28", "01-13 Tue 08:28", "01-20 Tue 08:28"]


def test_both_day_fields_restricted_means_either() -> None:
    assert days("0 0 13 * FRI", 4) == [
        "01-02 Fri 00:00",
        "01-09 Fri 00:00",
        "01-13 Tue 00:00",
        "01-16 Fri 00:00",
    ]


def test_a_day_field_that_starts_with_a_star_must_hold_too() -> None:
    assert days("0 0 */2 * TUE", 2) == ["01-13 Tue 00:00", "01-27 Tue 00:00"]
    assert days("0 0 1-7 * */2", 2) == ["01-03 Sat 00:00", "01-04 Sun 00:00"]


def test_leap_days_are_waited_for() -> None:
    runs = Schedule("0 0 29 2 *").upcoming(START, 2)
    assert [run.year for run in runs] == [2028, 2032]
    across = Schedule("0 0 29 2 *").next_after(datetime(2096, 3, 1, tzinfo=UTC))
    assert across.year == 2104
    sunday = Schedule("0 0 29 2 */7").next_after(datetime(2088, 3, 1, tzinfo=UTC))
    assert sunday.year == 2128


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("", "has 0"),
        ("* * * *", "has 4"),
        ("0 * * * * *", "has 6"),
        ("0 0 12 * * ? 2026", "has 7"),
        ("@daily", "has 1"),
        ("@reboot", "has 1"),
        ("60 * * * *", "minute: 60 is out of range"),
        ("-1 * * * *", "minute: a value is missing"),
        ("0 24 * * *", "hour: 24"),
        ("0 0 0 * *", "day of month: 0"),
        ("0 0 0/5 * *", "day of month: 0"),
        ("0 0 32 * *", "day of month: 32"),
        ("0 0 * 13 *", "month: 13"),
        ("0 0 * 0 *", "month: 0"),
        ("0 0 * * 8", "day of week: 8"),
        ("0 0 * * MONDAY", 'day of week: "MONDAY"'),
        ("0 0 * MON *", 'month: "MON"'),
        ("0 0 JAN * *", 'day of month: "JAN"'),
        ("30-10 * * * *", "runs backwards"),
        ("0 0 * * FRI-SUN", "runs backwards"),
        ("*/0 * * * *", "step of 0"),
        ("*/x * * * *", 'step "X"'),
        ("*/-5 * * * *", 'step "-5"'),
        ("*/ * * * *", 'step ""'),
        ("/5 * * * *", "a value is missing"),
        ("1/2/3 * * * *", 'step "2/3"'),
        ("1-2-3 * * * *", 'minute: "2-3"'),
        ("1,,2 * * * *", "a value is missing"),
        (",1 * * * *", "a value is missing"),
        ("1, * * * *", "a value is missing"),
        ("1- * * * *", "a value is missing"),
        ("*-5 * * * *", 'minute: "*"'),
        ("** * * * *", 'minute: "**"'),
        ("1.5 * * * *", 'minute: "1.5"'),
        ("1e1 * * * *", 'minute: "1E1"'),
        ("0 0 ? * *", 'day of month: "?"'),
        ("0 0 L * *", 'day of month: "L"'),
        ("0 0 15W * *", 'day of month: "15W"'),
        ("0 0 * * 5L", 'day of week: "5L"'),
        ("0 0 * * MON#1", 'day of week: "MON#1"'),
        ("\N{ARABIC-INDIC DIGIT THREE} * * * *", "ASCII"),
        ("0 0 * * \N{LATIN SMALL LETTER LONG S}un", "ASCII"),
        ("0 1 * * *\n", "one line"),
        ("0\u00a01 * * *", "ASCII"),
        ("\0 * * * *", "one line"),
        ("every day", "has 2"),
        ("a b c d e", 'minute: "A"'),
        (",".join(["1"] * 150) + " * * * *", "at most 200"),
        ("0 " * 100_000, "at most 200"),
        ("0 0 30 2 *", "never fires"),
        ("0 0 31 2,4,6,9,11 *", "never fires"),
        ("0 0 30,31 2 */2", "never fires"),
    ],
)
def test_what_is_not_a_schedule_is_refused_with_its_field_and_a_reason(
    expression: str, says: str
) -> None:
    with pytest.raises(CronError, match=r".") as refused:
        Schedule(expression)
    assert refused.value.field == "cron"
    assert says in refused.value.message


def test_a_month_without_the_day_is_fine_if_another_rule_fires() -> None:
    assert days("0 0 30 2 MON", 1) == ["02-02 Mon 00:00"]
    assert days("0 0 31 2,3 *", 1) == ["03-31 Tue 00:00"]


@pytest.mark.parametrize(
    "zone",
    ["", "Mars", "Europe", "../UTC", "/etc/passwd", "localtime", "right/UTC", "+02:00", "x" * 9999],
)
def test_an_unknown_time_zone_is_refused_with_its_field(zone: str) -> None:
    with pytest.raises(CronError, match="no time zone") as refused:
        Schedule("0 1 * * *", zone)
    assert refused.value.field == "timezone"
    assert len(refused.value.message) < 200


def test_a_misspelt_time_zone_gets_a_hint() -> None:
    with pytest.raises(CronError, match="did you mean Europe/Berlin"):
        Schedule("0 1 * * *", "europe/berlin")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789*/,-LW#?@ MONJAN\t\n\u0663", max_size=40))
def test_any_text_is_either_kept_or_refused_as_cron(text: str) -> None:
    try:
        run = Schedule(text).next_after(START)
    except CronError as error:
        refused: CronError | None = error
    else:
        refused = None
        assert run > START
    assert refused is None or refused.field == "cron"


def test_the_default_expression_fires_daily_at_the_same_local_minute() -> None:
    instant = datetime(2026, 7, 1, 22, 17, 45, tzinfo=UTC)
    expression = daily_at(instant, "Asia/Kathmandu")
    assert expression == "2 4 * * *"
    assert Schedule(expression, "Asia/Kathmandu").next_after(instant) == datetime(
        2026, 7, 2, 22, 17, tzinfo=UTC
    )
    assert daily_at(instant) == "17 22 * * *"
    with pytest.raises(CronError, match="no time zone"):
        daily_at(instant, "Mars")


def test_an_instant_without_a_zone_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Schedule("0 1 * * *").next_after(datetime(2026, 1, 1))  # noqa: DTZ001  the mistake


def test_the_end_of_the_calendar_is_an_answer_too() -> None:
    late = datetime(9999, 12, 31, 23, 30, tzinfo=UTC)
    for zone in ("UTC", "Asia/Tokyo", "America/New_York"):
        with pytest.raises(CronError, match="does not fire again"):
            Schedule("0 0 29 2 *", zone).next_after(late)


def test_equal_instants_in_other_zones_have_the_same_next_run() -> None:
    schedule = Schedule("0 1 * * *", "Europe/Berlin")
    local = datetime.fromisoformat("2026-06-01T03:00:00+05:45")
    assert schedule.next_after(local) == schedule.next_after(local.astimezone(UTC))


def test_remembered_answers_are_bounded_and_stay_right() -> None:
    schedule = Schedule("*/7 * * * *", "Europe/Berlin")
    instants = [START + timedelta(minutes=7 * step) for step in range(1000)]
    first = [schedule.next_after(instant) for instant in instants]
    assert [schedule.next_after(instant) for instant in reversed(instants)] == first[::-1]
    assert len(schedule._plan._runs) <= 128
