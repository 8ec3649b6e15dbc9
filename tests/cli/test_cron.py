"""`bellwether cron`, as a person and as a program run it."""

import pytest
from tests.support.command import bellwether

BERLIN = ("--from", "2026-03-28T12:00:00Z", "--tz", "Europe/Berlin")


def test_the_next_runs_come_as_json_in_utc_and_in_the_zone() -> None:
    result = bellwether("cron", "30 2 * * *", *BERLIN, "--count", "3", "--json")
    assert result.code == 0
    assert result.json == {
        "expression": "30 2 * * *",
        "timezone": "Europe/Berlin",
        "runs": ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"],
        "local": [
            "2026-03-29T03:00:00+02:00",
            "2026-03-30T02:30:00+02:00",
            "2026-03-31T02:30:00+02:00",
        ],
    }


def test_the_next_runs_come_as_a_table_for_people() -> None:
    result = bellwether("cron", "0/5 * * * *", "--from", "2026-01-01", "--count", "2")
    assert result.code == 0
    assert "2026-01-01 00:05" in result.out
    assert "2026-01-01 00:10" in result.out
    assert "00:15" not in result.out


def test_five_runs_from_now_are_the_default() -> None:
    runs = bellwether("cron", "*/10 * * * *", "--json").json["runs"]
    assert len(runs) == 5
    assert runs == sorted(runs)


def test_an_instant_without_an_offset_is_utc_whatever_the_zone() -> None:
    plain = bellwether("cron", "0 6 * * *", "--from", "2026-06-01T03:59:59", *BERLIN[2:], "--json")
    assert plain.json["runs"][0] == "2026-06-01T04:00:00Z"
    shifted = bellwether(
        "cron", "0 6 * * *", "--from", "2026-06-01T06:00:00+02:00", *BERLIN[2:], "--json"
    )
    assert shifted.json["runs"][0] == "2026-06-02T04:00:00Z"


@pytest.mark.parametrize(
    ("arguments", "field", "says"),
    [
        (["* * * *"], "cron", "five fields"),
        (["0 0 30 2 *"], "cron", "never fires"),
        (["0 0 * * *", "--tz", "Mars/Base"], "timezone", "Mars/Base"),
        (["0 0 * * *", "--from", "2026-02-30"], "from", "2026-02-30"),
        (["0 0 * * *", "--from", "9999-12-31T23:59:59-10:00"], "from", "9999"),
        (["0 0 29 2 *", "--from", "9999-12-31T00:00Z"], "cron", "again"),
    ],
)
def test_a_refusal_names_its_field_and_exits_with_2(
    arguments: list[str], field: str, says: str
) -> None:
    result = bellwether("cron", *arguments, "--json")
    assert result.code == 2
    error = result.json["error"]
    assert (error["code"], error["field"]) == ("invalid_input", field)
    assert says in error["message"]


def test_a_refusal_is_a_sentence_on_standard_error_for_people() -> None:
    result = bellwether("cron", "61 * * * *")
    assert result.code == 2
    assert result.out == ""
    assert "minute: 61 is out of range" in result.err


def test_a_count_of_none_is_wrong_usage() -> None:
    assert bellwether("cron", "* * * * *", "--count", "0").code == 2
