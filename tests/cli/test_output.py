"""What tables, bars and errors look like."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import typer

from bellwether.cli import output
from bellwether.model.errors import InvalidInputError, NotFoundError
from bellwether.model.tenants import Environment


def test_json_holds_instants_enums_and_numbers_as_they_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    at = datetime(2026, 8, 1, 12, tzinfo=UTC)
    price = Decimal("0.5")
    output.emit_rows(
        [
            {"at": at, "day": date(2026, 8, 1), "environment": Environment.LIVE, "price": price},
            {"views": None, "nested": {"list": (1, at)}, "name": "Übersee"},
        ],
        as_json=True,
    )
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {
            "at": "2026-08-01T12:00:00Z",
            "day": "2026-08-01",
            "environment": "live",
            "price": 0.5,
        },
        {"views": None, "nested": {"list": [1, "2026-08-01T12:00:00Z"]}, "name": "Übersee"},
    ]


def test_a_table_shows_what_is_not_known_as_a_dash_and_no_markup(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.emit_rows(
        [{"title": "[bold]x[/bold]", "views": 1234567}, {"title": "y", "views": None}],
        as_json=False,
    )
    shown = capsys.readouterr().out
    assert "[bold]x[/bold]" in shown
    assert "1,234,567" in shown
    assert output.NOTHING in shown
    assert "\x1b" not in shown


def test_no_rows_print_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    output.emit_rows([], as_json=False)
    output.emit_rows([], as_json=True)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([], ""),
        ([None, None], ""),
        ([5], "▄"),
        ([1, 1, 1], "▄▄▄"),
        ([0, 7], "▁█"),
        ([0, None, 7], "▁ █"),
        ([7, 0], "█▁"),
        ([0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█"),
    ],
)
def test_a_sparkline_spans_low_to_high_and_leaves_gaps(
    values: list[float | None], drawn: str
) -> None:
    assert output.sparkline(values) == drawn


def test_a_sparkline_keeps_to_its_width() -> None:
    assert len(output.sparkline(list(range(500)), width=30)) == 30


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (0.0421, "42 ms"),
        (1, "1 s"),
        (60, "1 min"),
        (3661, "1 h 1 min"),
        (timedelta(days=30), "30 d"),
        (timedelta(days=1, seconds=5), "1 d 5 s"),
    ],
)
def test_durations_are_said_in_two_units(span: timedelta | float, said: str) -> None:
    assert output.duration(span) == said


def test_an_error_names_the_field_and_chooses_the_exit_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(typer.Exit) as wrong:
        output.fail(InvalidInputError("not a number", field="days"))
    with pytest.raises(typer.Exit) as absent:
        output.fail(NotFoundError("no such thing"), as_json=True)
    assert (wrong.value.exit_code, absent.value.exit_code) == (2, 1)
    shown = capsys.readouterr()
    assert shown.err == "error: not a number (days)\n"
    assert json.loads(shown.out) == {
        "error": {"code": "not_found", "message": "no such thing", "field": None}
    }


def test_a_bar_is_silent_when_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress("working", total=3) as bar:
        bar.advance(3)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "")
