"""Exports hold everything, and bringing one back changes nothing."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.support.command import PROGRAM
from tests.support.imports import Store, counts, numbers, write_csv, write_jsonl

CONTENTS = ("--platform", "youtube", "--kind", "content", "--id-column", "id", "--at-column", "at")
CREATORS = ("--platform", "twitch", "--kind", "creator", "--id-column", "id", "--at-column", "at")
AWKWARD: list[dict[str, Any]] = [
    {"id": "-v1", "at": "2026-03-01T10:00:00.000001Z", "views": 2**63 - 1, "rate": 0.1},
    {"id": "-v1", "at": "2026-03-01T10:00:00.000001Z", "views": 2**63 - 1, "rate": 0.1},
    {"id": "-v1", "at": "2026-03-02", "views": None, "rate": 1.234},
    {"id": "-v1", "at": "2026-03-03", "views": None},
    {"id": "-v1", "at": "2026-03-04"},
    {"id": "-v1", "at": "2026-03-05", "views": "541.2K", "rate": 1e-7},
    {"id": '=cmd|"x", y', "at": "2026-03-01", "views": -5, "rate": 1e300},
    {"id": "日本語 🎉", "at": "2026-03-01", "views": 0},
]


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Store:
    store = Store(database_url)
    file = write_jsonl(tmp_path / "contents.jsonl", *AWKWARD)
    metrics = ("--metric", "views=views", "--metric", "rate=rate")
    assert counts(store.load("snapshots", file, *CONTENTS, *metrics)) == (8, 8, 0, 0)
    rows = [f"streamer{number % 3},2026-03-{number + 1:02},{number}" for number in range(9)]
    file = write_csv(tmp_path / "creators.csv", "id,at,n", *rows)
    assert counts(store.load("snapshots", file, *CREATORS, "--metric", "followers=n"))[1] == 9
    return store


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_brought_back_changes_nothing_and_rebuilds_another_store(
    store: Store, tmp_path: Path, sqlite_template: Path, form: str
) -> None:
    file = tmp_path / f"all.{form}"
    assert store.save("snapshots", file, "--format", form) == 17
    before = store.snapshots()
    assert counts(store.load("snapshots", file)) == (17, 0, 17, 0)
    assert store.snapshots() == before
    (tmp_path / "other.sqlite").write_bytes(sqlite_template.read_bytes())
    other = Store(f"sqlite:///{tmp_path}/other.sqlite")
    assert counts(other.load("snapshots", file, "--source", "ignored")) == (17, 17, 0, 0)
    assert sorted(map(json.dumps, other.snapshots())) == sorted(map(json.dumps, before))


def test_snapshots_come_by_subject_and_instant(store: Store) -> None:
    found = [(each["kind"], each["id"], each["at"]) for each in store.snapshots()]
    subjects = list(dict.fromkeys((kind, key) for kind, key, _ in found))
    assert len(subjects) == 6
    assert [kind for kind, _ in subjects] == ["creator"] * 3 + ["content"] * 3
    for subject in subjects:
        instants = [at for kind, key, at in found if (kind, key) == subject]
        assert instants == sorted(instants)


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--kind", "creator"), 9),
        (("--platform", "youtube"), 8),
        (("--platform", "youtube", "--kind", "creator"), 0),
        (("--from", "2026-03-03", "--to", "2026-03-05"), 6),
        (("--from", "2026-03-04T00:00:00.000001Z", "--kind", "content"), 1),
        (("--environment", "sandbox"), 0),
    ],
)
def test_an_export_can_be_narrowed(store: Store, options: tuple[str, ...], count: int) -> None:
    assert len(store.snapshots(*options)) == count


def test_csv_tells_null_from_absent(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    store.save("snapshots", file, "--kind", "content", "--from", "2026-03-02")
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0].endswith(",as_of,metric:rate,metric:views,estimates")
    assert [line.split(",")[-3:] for line in lines[1:4]] == [
        ["1.234", "null", ""],
        ["", "null", ""],
        ["", "", ""],
    ]


def test_long_histories_are_read_in_pages(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = store.snapshots()
    monkeypatch.setattr("bellwether.engine.exports.tasks.SNAPSHOTS_AT_ONCE", 2)
    monkeypatch.setattr("bellwether.engine.exports.tasks.SUBJECTS_AT_ONCE", 2)
    assert numbers(store.snapshots()) == numbers(whole)


def test_contents_are_exported(store: Store) -> None:
    result = store.run("export", "contents", "--format", "jsonl")
    found: list[dict[str, Any]] = result.lines
    assert {each["id"] for each in found} == {each["id"] for each in AWKWARD}
    assert {each["content_kind"] for each in found} == {"video"}


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (("--format", "xml"), "format"),
        (("--platform", "myspace"), "platform"),
        (("--from", "2026-02-30"), "from"),
        (("--to", "later"), "to"),
        (("--output", "/nowhere/at/all.csv"), "output"),
    ],
)
def test_a_bad_option_is_named(store: Store, options: tuple[str, ...], field: str) -> None:
    result = store.run("export", "snapshots", *options)
    assert result.code == 2
    assert f"({field})" in result.err


def test_a_file_stands_there_only_when_it_is_complete(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "a.jsonl"
    file.write_text("before")
    monkeypatch.setattr("bellwether.engine.exports.files._plain", broken)
    result = store.run("export", "snapshots", "--format", "jsonl", "--output", file)
    assert (result.code, "No space left" in result.err) == (2, True)
    assert file.read_text() == "before"
    assert not list(tmp_path.glob("*.part"))


def test_a_reader_that_has_seen_enough_is_no_crash(store: Store, tmp_path: Path) -> None:
    rows = [f"v{number},2026-03-01,{number}" for number in range(3000)]
    file = write_csv(tmp_path / "many.csv", "id,at,n", *rows)
    store.load("snapshots", file, *CONTENTS, "--metric", "views=n")
    place = f"--database '{store.database_url}' --workspace acme --format jsonl"
    done = subprocess.run(
        ["sh", "-c", f"'{PROGRAM}' export snapshots {place} | head -1"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""
