"""Importing profiles, and getting them back."""

from pathlib import Path
from typing import Any

import pytest
from tests.support.imports import Store, counts, write_csv, write_jsonl


@pytest.fixture
def store(database_url: str) -> Store:
    return Store(database_url)


def creators(store: Store) -> list[dict[str, Any]]:
    """All creators as an export has them."""
    result = store.run("export", "creators", "--format", "jsonl")
    assert result.code == 0, result.err
    return sorted(result.lines, key=lambda each: (each["platform"], each["id"]))


HEAD = "network,number,login,title,page,land,bio"
ROWS = (
    "youtube,UCFahBR2wixu0xOex84bXFvg,,杏仁ミル,https://www.youtube.com/@mil,TW,",
    'twitch,,xQcOW,xQc,,,"Hello, ""you"""',
    "tiktok,65812345788112896,emma_lascaris,,,ZA,",
)
COLUMNS = (
    *("--platform-column", "network", "--id-column", "number", "--handle-column", "login"),
    *("--name-column", "title", "--url-column", "page"),
    *("--detail", "country=land", "--detail", "bio=bio"),
)


def test_profiles_are_kept_once_with_all_their_facts(store: Store, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "profiles.csv.gz", HEAD, *ROWS)
    assert counts(store.load("creators", file, *COLUMNS)) == (3, 3, 0, 0)
    tiktok, twitch, youtube = creators(store)
    assert (youtube["id"], youtube["name"]) == ("UCFahBR2wixu0xOex84bXFvg", "杏仁ミル")
    assert youtube["details"] == {"country": "TW"}
    assert youtube["url"] == "https://www.youtube.com/@mil"
    assert twitch["details"] == {"bio": 'Hello, "you"'}
    assert twitch["handle"] == "xqcow"
    assert (tiktok["external_id"], tiktok["handle"]) == ("65812345788112896", "emma_lascaris")
    assert counts(store.load("creators", file, *COLUMNS)) == (3, 0, 3, 0)
    assert creators(store) == [tiktok, twitch, youtube]


def test_what_was_not_known_is_learned_and_what_was_stays(store: Store, tmp_path: Path) -> None:
    options = ("--platform", "youtube", "--id-column", "id", "--name-column", "name")
    first = write_jsonl(tmp_path / "1.jsonl", {"id": "UCFahBR2wixu0xOex84bXFvg", "name": None})
    second = write_jsonl(tmp_path / "2.jsonl", {"id": "UCFahBR2wixu0xOex84bXFvg", "name": "A"})
    third = write_jsonl(tmp_path / "3.jsonl", {"id": "UCFahBR2wixu0xOex84bXFvg", "name": "B"})
    for file in (first, second, third):
        store.load("creators", file, *options)
    assert [each["name"] for each in creators(store)] == ["A"]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_brought_back_changes_nothing_and_rebuilds_another_store(
    store: Store, tmp_path: Path, sqlite_template: Path, form: str
) -> None:
    store.load("creators", write_csv(tmp_path / "profiles.csv", HEAD, *ROWS), *COLUMNS)
    before = creators(store)
    file = tmp_path / f"creators.{form}"
    assert store.save("creators", file, "--format", form) == 3
    assert counts(store.load("creators", file)) == (3, 0, 3, 0)
    assert creators(store) == before
    (tmp_path / "other.sqlite").write_bytes(sqlite_template.read_bytes())
    other = Store(f"sqlite:///{tmp_path}/other.sqlite")
    assert counts(other.load("creators", file)) == (3, 3, 0, 0)
    dated = ("created_at", "updated_at")
    assert [{k: v for k, v in each.items() if k not in dated} for each in creators(other)] == [
        {k: v for k, v in each.items() if k not in dated} for each in before
    ]


def test_a_row_without_id_and_handle_or_of_no_platform_is_reported(
    store: Store, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "a.csv", HEAD, "youtube,,,x,,,", "myspace,1,,x,,,", ROWS[0])
    summary = store.load("creators", file, *COLUMNS)
    assert counts(summary) == (3, 1, 0, 2)
    assert [(each["line"], each["field"]) for each in summary["errors"]] == [
        (2, "number"),
        (3, "network"),
    ]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (("--platform", "youtube"), "id-column"),
        (("--id-column", "number"), "platform"),
        (("--platform", "youtube", "--id-column", "nope"), "id-column"),
        (("--platform", "youtube", "--id-column", "number", "--detail", "a=nope"), "detail"),
    ],
)
def test_an_option_that_is_missing_or_wrong_is_named(
    store: Store, tmp_path: Path, options: tuple[str, ...], field: str
) -> None:
    file = write_csv(tmp_path / "a.csv", HEAD, *ROWS)
    result = store.run("import", "creators", file, *options, "--json")
    assert (result.code, result.json["error"]["field"]) == (2, field)
