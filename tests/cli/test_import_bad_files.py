"""Bad files and bad rows: each gets a message of its own, and nothing is lost silently."""

import gzip
import shutil
from pathlib import Path

import pytest
from tests.support.command import typed
from tests.support.imports import MAPPING, Store, counts, write_csv

HEAD = "day,video,views,likes"
GOOD = "2026-03-01,v,1,1"


@pytest.fixture
def store(tmp_path: Path, sqlite_template: Path) -> Store:
    shutil.copy(sqlite_template, tmp_path / "store.sqlite")
    return Store(f"sqlite:///{tmp_path}/store.sqlite")


BAD_ROWS = {
    "2026-03-01,,1,1": ("video", "is empty"),
    "2026-02-30,v,1,1": ("day", "day"),
    ",v,1,1": ("day", "is empty"),
    "soon,v,1,1": ("day", "not an instant"),
    "1969-12-31,v,1,1": ("day", "between 1970 and 2200"),
    "2026-03-01,v,many,1": ("views", "not a number: 'many'"),
    "2026-03-01,v,1,99999999999999999999": ("likes", "too large"),
    "2026-03-01,v,1": (None, "3 cells, but the header has 4"),
    "2026-03-01,v,1,1,1": (None, "5 cells, but the header has 4"),
    '2026-03-01,"v"w,1,1': (None, "not a row of CSV"),
    "2026-03-01,a\0b,1,1": ("video", "NUL"),
    "2026-03-01," + "x" * 201 + ",1,1": ("video", "longer than 200"),
    "2026-03-01,v," + "9" * 5000 + ",1": ("views", "not a number"),
    "2026-03-01,v," + "9" * 200_000 + ",1": (None, "field larger than field limit"),
}


@pytest.mark.parametrize("row", BAD_ROWS, ids=range(len(BAD_ROWS)))
def test_a_bad_row_is_reported_with_line_and_column_and_the_others_are_kept(
    store: Store, tmp_path: Path, row: str
) -> None:
    field, message = BAD_ROWS[row]
    file = write_csv(tmp_path / "a.csv", HEAD, GOOD, row, GOOD.replace("-01", "-05"))
    summary = store.load("snapshots", file, *MAPPING)
    assert counts(summary) == (3, 2, 0, 1)
    (error,) = summary["errors"]
    assert (error["line"], error["field"]) == (3, field)
    assert message in error["message"]
    assert len(error["message"]) < 300


BAD_OBJECTS = {
    "{": "not JSON",
    "[1]": "not a JSON object",
    '{"video": "v", "day": "2026-03-01", "views": true}': "not a number",
    '{"video": "v", "day": "2026-03-01", "views": [1]}': "not a number",
    '{"video": "v", "day": "2026-03-01", "views": NaN}': "not JSON",
    '{"video": "v", "day": true}': "not an instant",
    '{"video": {"a": 1}, "day": "2026-03-01"}': "not a text",
    '{"video": 1.5, "day": "2026-03-01"}': "not a text",
    '{"day": "2026-03-01", "views": 1}': "is empty",
    '{"video": "a\\u0000b", "day": "2026-03-01"}': "NUL",
    '{"a":' * 100_000: "not JSON",
    '{"video": "v", "day": "2026-03-01", "views": 1e400}': "not",
}


@pytest.mark.parametrize("line", BAD_OBJECTS, ids=range(len(BAD_OBJECTS)))
def test_a_bad_object_is_reported(store: Store, tmp_path: Path, line: str) -> None:
    good = '{"video": "v", "day": "2026-03-01", "views": 1, "likes": 2}'
    file = write_csv(tmp_path / "a.jsonl", good, "", line, good.replace("-01", "-02"))
    summary = store.load("snapshots", file, *MAPPING)
    assert counts(summary) == (3, 2, 0, 1)
    assert summary["errors"][0]["line"] == 3
    assert BAD_OBJECTS[line] in summary["errors"][0]["message"]


def test_text_that_is_not_utf8_is_refused_where_it_is_needed_and_only_there(
    store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(
        b"day,video,views,likes,title\n"
        b"2026-03-01,v,1,1,caf\xe9\n"
        b"2026-03-01,caf\xe9,1,1,title\n"
        b"2026-03-02,v,1,1,title\n"
    )
    summary = store.load("snapshots", file, *MAPPING)
    assert counts(summary) == (3, 2, 0, 1)
    assert "not UTF-8" in summary["errors"][0]["message"]
    latin = store.load("snapshots", file, *MAPPING, "--encoding", "latin-1")
    assert counts(latin) == (3, 1, 2, 0)


FILES = {
    "missing": (None, "No such file"),
    "folder": ("", "Is a directory"),
    "empty": (b"", "is empty"),
    "blank": (b"\n\n", "is empty"),
    "zip": (b"PK\x03\x04abc", "zip archive"),
    "array": (b'[{"video": 1}]', "JSON array"),
    "utf16": ("day,video\n".encode("utf-16"), "UTF-16"),
    "binary": (b"\x00\x01\x02\n", "not a text file"),
    "cut gzip": (gzip.compress(b"day,video,views,likes\n" * 5000)[:-20], "cannot be read"),
    "damaged gzip": (b"\x1f\x8b" + b"x" * 100, "cannot be read"),
    "no header": (b",,,\n2026-03-01,v,1,1\n", "no header"),
    "other columns": (b"a,b\n1,2\n", "there is no column 'video'; the file has: a, b"),
    "a column twice": (b"day,video,views,likes,views\n", "'views' twice"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_refused_before_anything_is_imported(
    store: Store, tmp_path: Path, name: str
) -> None:
    content, message = FILES[name]
    file = tmp_path / name
    if content == "":
        file.mkdir()
    elif isinstance(content, bytes):
        file.write_bytes(content)
    result = store.run("import", "snapshots", file, *MAPPING, "--json")
    assert result.code == 2, result.out + result.err
    assert message in result.json["error"]["message"]
    assert result.json["error"]["field"] in {"file", "id-column", "metric"}


def test_what_is_left_behind_an_open_quote_is_not_passed_over(store: Store, tmp_path: Path) -> None:
    rows = [f"2026-03-{day:02},v,{day},1" for day in range(1, 29)]
    file = write_csv(tmp_path / "a.csv", HEAD, *rows[:5], '2026-03-06,"v,1,1', *rows[6:])
    summary = store.load("snapshots", file, *MAPPING)
    assert counts(summary) == (6, 5, 0, 1)
    assert "lines 7 and 29" in summary["errors"][0]["message"]
    assert "rest was not read" in summary["errors"][0]["message"]
    fixed = write_csv(tmp_path / "a.csv", HEAD, *rows)
    assert counts(store.load("snapshots", fixed, *MAPPING)) == (28, 23, 5, 0)


def test_a_line_too_long_for_memory_ends_the_import_with_its_number(
    store: Store, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "a.csv", HEAD, GOOD, "2026-03-01," + "x" * (17 << 20) + ",1,1")
    summary = store.load("snapshots", file, *MAPPING)
    assert counts(summary) == (2, 1, 0, 1)
    assert "line 3: longer than 16 MB" in summary["errors"][0]["message"]


OPTIONS: dict[tuple[str, ...], str] = {
    ("--metric", "views"): "metric",
    ("--metric", "Views=views"): "metric",
    ("--metric", "views=likes"): "metric",  # named twice
    ("--metric", "shares=shared"): "metric",  # no such column
    ("--platform", "myspace"): "platform",
    ("--timezone", "Mars/Olympus"): "timezone",
    ("--delimiter", "::"): "delimiter",
    ("--encoding", "klingon"): "encoding",
    ("--format", "xml"): "format",
    ("--decimal", ";"): "decimal",
    ("--content-kind", "profile"): "content-kind",
    ("--source", ""): "source",
    ("--id-column", "nope"): "id-column",
    ("--url-column", "nope"): "url-column",
}


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_a_bad_option_is_named(store: Store, tmp_path: Path, options: tuple[str, ...]) -> None:
    file = write_csv(tmp_path / "a.csv", HEAD, GOOD)
    result = store.run("import", "snapshots", file, *MAPPING, *options, "--json")
    assert result.code == 2, result.out + result.err
    assert result.json["error"]["field"] == OPTIONS[options]


@pytest.mark.parametrize("missing", ["--id-column", "--at-column", "--metric", "--platform"])
def test_an_option_left_out_is_named(store: Store, tmp_path: Path, missing: str) -> None:
    pairs = list(zip(MAPPING[::2], MAPPING[1::2], strict=True))
    kept = [text for name, value in pairs if name != missing for text in (name, value)]
    file = write_csv(tmp_path / "a.csv", HEAD, GOOD)
    result = store.run("import", "snapshots", file, *kept, "--json")
    assert result.code == 2
    assert result.json["error"]["field"] == missing.removeprefix("--")


def test_a_workspace_that_is_not_there_is_made_and_said_so(store: Store, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", HEAD, GOOD)
    place = ("--database", store.database_url, "--workspace", "nobody")
    result = typed("import", "snapshots", file, *MAPPING, *place, "--json")
    assert result.code == 0
    assert "nobody" in result.err
