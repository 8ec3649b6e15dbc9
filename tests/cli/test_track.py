"""`bellwether track`: writes orders into the store, with or without a server beside it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.support.command import typed

VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
BOX = ("--environment", "sandbox", "--json")


def test_each_url_gets_a_row_in_order(database_url: str) -> None:
    first = typed(
        "track", VIDEO, "https://youtu.be/dQw4w9WgXcQ", "nonsense", "https://x.com/somebody",
        "https://vm.tiktok.com/ZSabcdef", "--database", database_url, *BOX,
    )  # fmt: skip
    assert first.code == 1, first.err
    rows = first.lines
    assert [row["status"] for row in rows] == [
        "tracked", "already_tracked", "error", "tracked", "tracked",
    ]  # fmt: skip
    assert rows[0]["tracker_id"] == rows[1]["tracker_id"]
    assert set(rows[2]) == {"url", "status", "error"}
    assert [rows[index]["aspect"] for index in (0, 3, 4)] == ["content", "profile", "content"]
    again = typed("track", VIDEO, "--database", database_url, *BOX)
    assert (again.code, again.json["status"]) == (0, "already_tracked")


def test_schedule_zone_days_and_stories_are_as_asked(tmp_path: Path) -> None:
    answer = typed(
        "track", "https://www.instagram.com/somebody/", "--cron", "30 9 * * MON-FRI",
        "--timezone", "Europe/Berlin", "--days", "7", "--stories", "--data", tmp_path, *BOX,
    )  # fmt: skip
    profile, stories = answer.lines
    assert (profile["aspect"], profile["cron"]) == ("profile", "30 9 * * MON-FRI")
    assert (stories["aspect"], stories["cron"]) == ("stories", "0 */6 * * *")
    expires = datetime.fromisoformat(profile["expires_at"])
    left = expires - datetime.now(expires.tzinfo)  # noqa: DTZ005, TID251, RUF100  the program's clock
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
    for_ever = typed("track", VIDEO, "--days", "0", "--data", tmp_path, *BOX)
    assert for_ever.json["expires_at"] is None


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (("--cron", "61 * * * *"), "cron"),
        (("--cron", "0 0 30 2 *"), "cron"),
        (("--cron", "0 0 * * *", "--timezone", "Mars/Phobos"), "timezone"),
        (("--workspace", "nobody"), "workspace"),
    ],
)
def test_wrong_orders_name_the_field_and_track_nothing(
    tmp_path: Path, options: tuple[str, ...], field: str
) -> None:
    typed("keys", "create", "--workspace", "acme", "--environment", "live", "--data", tmp_path)
    refused = typed("track", VIDEO, *options, "--data", tmp_path, *BOX)
    assert refused.code in {1, 2}
    assert refused.json["error"]["field"] == field
    assert typed("track", VIDEO, "--data", tmp_path, *BOX).json["status"] == "tracked"


def test_with_several_workspaces_one_must_be_named(tmp_path: Path) -> None:
    for name in ("acme", "else"):
        typed("keys", "create", "--workspace", name, "--environment", "live", "--data", tmp_path)
    unnamed = typed("track", VIDEO, "--data", tmp_path, *BOX)
    assert (unnamed.code, unnamed.json["error"]["field"]) == (2, "workspace")
    assert "acme, else" in unnamed.json["error"]["message"]
    named = typed("track", VIDEO, "--workspace", "else", "--data", tmp_path, *BOX)
    assert named.json["status"] == "tracked"


def test_a_file_larger_than_a_batch_is_tracked_whole(tmp_path: Path) -> None:
    urls = tmp_path / "urls"
    urls.write_text(
        "".join(f"https://x.com/a/status/{number}\n" for number in range(1000, 2203)),
        encoding="utf-8",
    )
    answer = typed("track", "--file", urls, "--data", tmp_path / "data", *BOX)
    assert answer.code == 0
    assert len({row["tracker_id"] for row in answer.lines}) == 1203


def test_a_plan_holds_for_the_command_line_too(tmp_path: Path) -> None:
    typed(
        "keys", "create", "--workspace", "acme", "--environment", "sandbox", "--plan", "free",
        "--data", tmp_path,
    )  # fmt: skip
    urls = [f"https://x.com/a/status/{number}" for number in range(1000, 1026)]
    answer = typed("track", *urls, "--data", tmp_path, *BOX)
    assert (answer.code, answer.json["error"]["code"]) == (1, "limit_exceeded")
