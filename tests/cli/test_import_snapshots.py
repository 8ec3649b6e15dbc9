"""Importing numbers over time through the real command, on both stores."""

from pathlib import Path

import pytest
from tests.support.command import bellwether, typed
from tests.support.imports import MAPPING, Store, counts, numbers, write_csv, write_jsonl

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def store(database_url: str) -> Store:
    return Store(database_url)


@pytest.mark.parametrize("name", ["numbers.csv", "numbers.csv.gz", "oddly named"])
def test_every_row_every_fall_and_every_null_is_kept(
    store: Store, tmp_path: Path, name: str
) -> None:
    file = write_csv(
        tmp_path / name,
        "day,video,title,views,likes",
        '2026-03-01,-abc,"a, ""title""",100,5',
        "2026-03-02,-abc,,90,",
        "2026-03-02,-abc,,90,",
        "2026-03-02,-abc,,91,",
        "2026-03-03,-abc,,,",
        "2026-03-01,Z_9,,541.2K,\u202f1 234 ",
    )
    assert counts(store.load("snapshots", file, *MAPPING)) == (6, 6, 0, 0)
    day = "2026-03-0{}T00:00:00Z".format
    assert sorted(numbers(store.snapshots()), key=str) == sorted(
        [
            ("-abc", day(1), {"views": 100, "likes": 5}),
            ("-abc", day(2), {"views": 90, "likes": None}),
            ("-abc", day(2), {"views": 90, "likes": None}),
            ("-abc", day(2), {"views": 91, "likes": None}),
            ("-abc", day(3), {"views": None, "likes": None}),
            ("Z_9", day(1), {"views": 541_200, "likes": 1234}),
        ],
        key=str,
    )
    (printed,) = [each for each in store.snapshots() if each["id"] == "Z_9"]
    assert printed["estimates"] == {"views": {"method": "printed", "low": 541_150, "high": 541_299}}
    assert printed["source"] == "import"


def test_the_same_file_again_changes_nothing_and_an_overlapping_one_adds_its_news(
    store: Store, tmp_path: Path
) -> None:
    head = "day,video,views,likes"
    rows = [f"2026-03-0{day},v,{day},1" for day in range(1, 8)]
    first = write_csv(tmp_path / "first.csv", head, *rows[:5], rows[0])
    assert counts(store.load("snapshots", first, *MAPPING)) == (6, 6, 0, 0)
    before = store.snapshots()
    assert counts(store.load("snapshots", first, *MAPPING)) == (6, 0, 6, 0)
    assert store.snapshots() == before
    second = write_csv(tmp_path / "second.csv", head, *reversed(rows))
    assert counts(store.load("snapshots", second, *MAPPING)) == (7, 2, 5, 0)


def test_json_lines_tell_a_missing_metric_from_an_unknown_one(store: Store, tmp_path: Path) -> None:
    file = write_jsonl(
        tmp_path / "numbers.jsonl",
        {"video": "a", "day": "2026-03-01T10:00:00+02:00", "views": 1, "likes": None},
        {"video": "a", "day": 1772439000, "views": "2,5 Mio"},
        {"video": 7, "day": "2026-03", "views": 1.5, "likes": 2.0},
    )
    assert counts(store.load("snapshots", file, *MAPPING)) == (3, 3, 0, 0)
    assert sorted(numbers(store.snapshots()), key=str) == [
        ("7", "2026-03-01T00:00:00Z", {"views": 1.5, "likes": 2}),
        ("a", "2026-03-01T08:00:00Z", {"views": 1, "likes": None}),
        ("a", "2026-03-02T08:10:00Z", {"views": 2_500_000}),
    ]


def test_a_dotted_name_reaches_into_objects(store: Store, tmp_path: Path) -> None:
    file = write_jsonl(
        tmp_path / "answers.jsonl",
        {"id": "a", "seen": "2026-03-01", "statistics": {"viewCount": "12"}},
        {"id": "a", "seen": "2026-03-02", "statistics": {}},
    )
    options = ("--platform", "youtube", "--kind", "content", "--id-column", "id")
    metric = ("--at-column", "seen", "--metric", "views=statistics.viewCount")
    assert counts(store.load("snapshots", file, *options, *metric)) == (2, 2, 0, 0)
    assert [each["metrics"] for each in store.snapshots()] == [{"views": 12}, {}]


def test_instants_without_an_offset_are_in_the_zone_given(store: Store, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", "day,video,views,likes", "2025-05-14 21:17:24,v,1,1")
    store.load("snapshots", file, *MAPPING, "--timezone", "Asia/Ho_Chi_Minh")
    assert [each["at"] for each in store.snapshots()] == ["2025-05-14T14:17:24Z"]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("day;video;views;likes\n2026-03-01;v;1,5;2\n", ()),
        ("day\tvideo\tviews\tlikes\n2026-03-01\tv\t1,5\t2\n", ("--delimiter", "tab")),
        ("\ufeffday,video,views,likes\r\n2026-03-01,v,1.5,2\r\n\r\n", ()),
        ("day|video|views|likes\n2026-03-01|v|1,500|2\n", ("--decimal", ",")),
    ],
)
def test_other_forms_of_csv_are_read(
    store: Store, tmp_path: Path, text: str, options: tuple[str, ...]
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text, encoding="utf-8", newline="")
    assert counts(store.load("snapshots", file, *MAPPING, *options)) == (1, 1, 0, 0)
    assert store.snapshots()[0]["metrics"] == {"views": 1.5, "likes": 2}


def test_an_id_column_is_taken_as_written(store: Store, tmp_path: Path) -> None:
    options = ("--platform", "twitch", "--kind", "creator", "--id-column", "login")
    file = write_csv(
        tmp_path / "a.csv",
        "login,at,n",
        "xQcOW,2026-03-01,1",
        "xqcow,2026-03-01,1",
        "xqcow,2026-03-02,2",
    )
    metric = ("--at-column", "at", "--metric", "followers=n")
    assert counts(store.load("snapshots", file, *options, *metric)) == (3, 3, 0, 0)
    assert {each["id"] for each in store.snapshots()} == {"xQcOW", "xqcow"}
    assert counts(store.load("snapshots", file, *options, *metric)) == (3, 0, 3, 0)


def test_environments_do_not_see_each_other(store: Store, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", "day,video,views,likes", "2026-03-01,v,1,1")
    store.load("snapshots", file, *MAPPING, "--environment", "sandbox")
    assert store.snapshots() == []
    assert len(store.snapshots("--environment", "sandbox")) == 1


def test_a_dry_run_reads_everything_and_stores_nothing(store: Store, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", "day,video,views,likes", "2026-03-01,v,1,1", "x,v,1,1")
    summary = store.load("snapshots", file, *MAPPING, "--dry-run")
    assert (summary["rows"], summary["rejected"], summary["stored"]) == (2, 1, False)
    assert store.snapshots() == []


def test_strict_imports_all_rows_or_none(store: Store, tmp_path: Path) -> None:
    head = "day,video,views,likes"
    bad = write_csv(tmp_path / "bad.csv", head, "2026-03-01,v,1,1", "2026-03-02,v,many,1")
    summary = store.load("snapshots", bad, *MAPPING, "--strict")
    assert (summary["rejected"], summary["stored"]) == (1, False)
    assert store.snapshots() == []
    good = write_csv(tmp_path / "good.csv", head, "2026-03-01,v,1,1")
    assert counts(store.load("snapshots", good, *MAPPING, "--strict")) == (1, 1, 0, 0)


def test_an_import_makes_the_workspace_it_names_and_says_so(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "new.csv", "day,video,views,likes", "2026-03-01,v,1,1")
    place = ("--data", tmp_path / "data", "--workspace", "acme")
    planned = typed("import", "snapshots", file, *MAPPING, *place, "--dry-run")
    assert (planned.code, (tmp_path / "data").exists()) == (0, False)
    done = typed("import", "snapshots", file, *MAPPING, *place)
    assert (done.code, done.err.strip()) == (0, "made the workspace acme")
    again = typed("import", "snapshots", file, *MAPPING, *place)
    assert (again.code, again.err.strip()) == (0, "")
    nowhere = typed("export", "snapshots", "--data", tmp_path / "data", "--workspace", "other")
    assert nowhere.code == 1


def test_the_real_program_reads_standard_input_and_says_what_it_did(tmp_path: Path) -> None:
    place = ("--data", tmp_path / "data", "--workspace", "acme")
    assert bellwether("keys", "create", *place, "--environment", "live").code == 0
    text = "day,video,views,likes\n2026-03-01,v,1,\n2026-03-02,,2,\n"
    done = bellwether("import", "snapshots", "-", *MAPPING, *place, stdin=text)
    assert done.code == 1
    assert done.out.strip() == "2 rows: 1 added, 0 there already, 1 rejected"
    assert done.err.strip() == "line 3, video: is empty"
    again = bellwether("import", "snapshots", "-", *MAPPING, *place, "--json", stdin=text)
    assert counts(again.json) == (2, 0, 1, 1)
    assert again.json["errors"] == [{"line": 3, "field": "video", "message": "is empty"}]
    assert again.err == ""
