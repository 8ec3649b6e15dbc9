"""Tracking everything in a file, and getting it back."""

import csv
from pathlib import Path
from typing import Any

import pytest
from tests.support.command import typed
from tests.support.imports import Store, counts, write_csv, write_jsonl

VIDEO = "https://www.youtube.com/watch?v={}".format


@pytest.fixture
def store(database_url: str) -> Store:
    return Store(database_url)


def trackers(store: Store) -> list[dict[str, Any]]:
    """All trackers as an export has them, by what they track."""
    result = store.run("export", "trackers", "--format", "jsonl")
    assert result.code == 0, result.err
    return sorted(result.lines, key=lambda each: (each["target"], each["aspect"]))


def test_each_row_has_its_schedule_and_its_end(store: Store, tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "list.csv",
        "url,cron,timezone,expires_at,aspect,state,note",
        f"{VIDEO('aaaaaaaaaaa')},*/5 * * * *,Europe/Berlin,2040-01-01,,,x",
        f"{VIDEO('bbbbbbbbbbb')},,,,,,",
        "https://www.twitch.tv/ninja,0 8 * * *,,2020-01-01,profile,,",
        "https://www.instagram.com/nasa/,0 */6 * * *,,,stories,paused,",
    )
    assert counts(store.load("trackers", file)) == (4, 4, 0, 0)
    found = {each["target"]: each for each in trackers(store)}
    assert found["aaaaaaaaaaa"]["cron"] == "*/5 * * * *"
    assert found["aaaaaaaaaaa"]["timezone"] == "Europe/Berlin"
    assert found["aaaaaaaaaaa"]["expires_at"] == "2040-01-01T00:00:00Z"
    assert found["bbbbbbbbbbb"]["expires_at"] is None
    assert found["ninja"]["state"] == "expired"
    assert (found["nasa"]["aspect"], found["nasa"]["state"]) == ("stories", "paused")
    assert counts(store.load("trackers", file)) == (4, 0, 4, 0)


def test_without_a_column_for_the_end_trackers_stop_after_some_days(
    store: Store, tmp_path: Path
) -> None:
    file = write_jsonl(
        tmp_path / "list.jsonl",
        {"link": VIDEO("aaaaaaaaaaa")},
        {"link": VIDEO("bbbbbbbbbbb"), "days": 0},
    )
    assert counts(store.load("trackers", file, "--url-column", "link")) == (2, 2, 0, 0)
    ends = {each["target"]: each["expires_at"] for each in trackers(store)}
    assert ends["aaaaaaaaaaa"] is not None
    assert ends["bbbbbbbbbbb"] is None


def test_a_row_that_cannot_be_tracked_fails_alone_and_says_why(
    store: Store, tmp_path: Path
) -> None:
    rows = {
        "https://example.com/page,,,": "url",
        ",,,": "url",
        "https://www.youtube.com/playlist?list=PLabcdefghijklmnop,,,": "url",
        f"{VIDEO('ccccccccccc')},61 * * * *,,": "cron",
        f"{VIDEO('ccccccccccc')},0 0 30 2 *,,": "cron",
        f"{VIDEO('ccccccccccc')},0 0 * * *,Mars/Olympus,": "timezone",
        f"{VIDEO('ccccccccccc')},,,2026-02-31": "expires_at",
    }
    good = [f"{VIDEO('aaaaaaaaaaa')},,,", f"{VIDEO('bbbbbbbbbbb')},,,"]
    file = write_csv(tmp_path / "list.csv", "url,cron,timezone,expires_at", good[0], *rows, good[1])
    summary = store.load("trackers", file)
    assert counts(summary) == (9, 2, 0, 7)
    fields = {error["line"]: error["field"] for error in summary["errors"]}
    assert [fields[line] for line in range(3, 10)] == list(rows.values())
    assert [each["target"] for each in trackers(store)] == ["aaaaaaaaaaa", "bbbbbbbbbbb"]


def test_the_plan_limits_how_many_rows_are_tracked(store: Store, tmp_path: Path) -> None:
    place = ("--workspace", "acme", "--database", store.database_url)
    assert typed("keys", "create", *place, "--environment", "live", "--plan", "free").code == 0
    rows = [VIDEO(f"{number:011}") for number in range(27)]
    summary = store.load("trackers", write_csv(tmp_path / "list.csv", "url", *rows))
    assert counts(summary) == (27, 25, 0, 2)
    assert "25 tracked videos" in summary["errors"][0]["message"]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_brought_back_changes_nothing_and_rebuilds_another_store(
    store: Store, tmp_path: Path, sqlite_template: Path, form: str
) -> None:
    rows = [
        f"{VIDEO('aaaaaaaaaaa')},*/5 * * * *,Europe/Berlin,2040-01-01T10:11:12.123456Z,,",
        "https://www.twitch.tv/ninja,0 8 * * *,,2020-01-01,profile,",
        "https://www.instagram.com/nasa/,0 */6 * * *,,,stories,paused",
        "https://www.tiktok.com/@nasa/video/7490191155779489029,,,,,",
        "https://bsky.app/profile/nasa.bsky.social,,,,,",
    ]
    head = "url,cron,timezone,expires_at,aspect,state"
    store.load("trackers", write_csv(tmp_path / "list.csv", head, *rows))
    before = trackers(store)
    file = tmp_path / f"trackers.{form}"
    assert store.save("trackers", file, "--format", form) == 5
    assert counts(store.load("trackers", file)) == (5, 0, 5, 0)
    assert trackers(store) == before
    (tmp_path / "other.sqlite").write_bytes(sqlite_template.read_bytes())
    other = Store(f"sqlite:///{tmp_path}/other.sqlite")
    assert counts(other.load("trackers", file)) == (5, 5, 0, 0)
    kept = ("url", "platform", "aspect", "target", "dialect", "cron", "timezone", "state")
    assert [[each[name] for name in (*kept, "expires_at")] for each in trackers(other)] == [
        [each[name] for name in (*kept, "expires_at")] for each in before
    ]


def test_an_exported_csv_opens_with_plain_columns(store: Store, tmp_path: Path) -> None:
    store.load("trackers", write_csv(tmp_path / "list.csv", "url", VIDEO("aaaaaaaaaaa")))
    file = tmp_path / "out.csv"
    store.save("trackers", file)
    with file.open(encoding="utf-8", newline="") as opened:
        (row,) = csv.DictReader(opened)
    assert row["url"] == VIDEO("aaaaaaaaaaa")
    assert row["state"] == "active"
    assert row["failure_reason"] == ""
