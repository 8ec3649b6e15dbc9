"""`bellwether connectors`: what there is, whether it works, one fetch; nothing is stored."""

from pathlib import Path

from tests.support.command import typed

CLEAN = {"HOME": "/nonexistent"}


def test_the_list_says_what_each_source_can_do(tmp_path: Path) -> None:
    answer = typed("connectors", "list", "--json", cwd=tmp_path, env=CLEAN)
    assert answer.code == 0
    rows = [row for row in answer.lines if row["source"] == "sandbox"]
    assert {"profile", "content", "stories"} <= {row["capability"] for row in rows}
    assert all(row["environments"] == ["sandbox"] for row in rows)
    keyed = typed(
        "connectors",
        "list",
        "--json",
        cwd=tmp_path,
        env={**CLEAN, "BELLWETHER_YOUTUBE_API_KEY": "k"},
    )
    youtube = [
        row for row in keyed.lines if row["source"] == "youtube" and row["capability"] == "content"
    ]
    assert [row["batch_size"] for row in youtube] == [50]
    assert "a day" in youtube[0]["cost"][0]
    assert list(tmp_path.iterdir()) == []


def test_accounts_that_have_to_be_connected_are_told_apart() -> None:
    listed = typed("connectors", "list", "--json", env=CLEAN)
    connected = {
        (row["source"], row["capability"]) for row in listed.lines if row["accounts"] == "connected"
    }
    both = {(source, what) for source in ("instagram", "tiktok") for what in ("publish", "content")}
    assert both <= connected
    assert {source for source, _ in connected} == {"instagram", "tiktok"}
    quiet = {**CLEAN, "BELLWETHER_BLUESKY_ENABLED": "false"}
    checked = {
        row["source"]: row for row in typed("connectors", "check", "--json", env=quiet).lines
    }
    for source in ("instagram", "tiktok"):
        assert (checked[source]["ok"], checked[source]["configured"]) == (False, False)
        assert "connected account" in checked[source]["detail"]


def test_a_source_without_a_key_is_not_set_up_and_no_failure() -> None:
    quiet = {**CLEAN, "BELLWETHER_BLUESKY_ENABLED": "false"}
    answer = typed("connectors", "check", "--json", env=quiet)
    rows = {row["source"]: row for row in answer.lines}
    assert rows["sandbox"]["ok"]
    assert (rows["youtube"]["ok"], rows["youtube"]["configured"]) == (False, False)
    assert "BELLWETHER_YOUTUBE_API_KEY" in rows["youtube"]["detail"]
    assert answer.code == 0, answer.out


def test_a_source_that_is_set_up_and_does_not_answer_is_a_failure() -> None:
    broken = {
        **CLEAN,
        "BELLWETHER_BLUESKY_ENABLED": "false",
        "BELLWETHER_YOUTUBE_API_KEY": "key-of-nobody",
        "BELLWETHER_YOUTUBE_BASE_URL": "http://127.0.0.1:1/youtube/v3",
    }
    answer = typed("connectors", "check", "--json", env=broken)
    rows = {row["source"]: row for row in answer.lines}
    assert (rows["youtube"]["ok"], rows["youtube"]["configured"]) == (False, True)
    assert answer.code == 1
    assert "key-of-nobody" not in answer.out + answer.err


def test_fetch_prints_numbers_with_source_and_instant_and_stores_nothing(tmp_path: Path) -> None:
    answer = typed(
        "connectors", "fetch", "https://www.tiktok.com/@somebody", "--environment", "sandbox",
        "--json", cwd=tmp_path,
    )  # fmt: skip
    assert answer.code == 0
    assert answer.json["source"] == "sandbox"
    assert answer.json["metrics"]["followers"] is None or answer.json["metrics"]["followers"] >= 0
    assert answer.json["at"].endswith("Z")
    assert list(tmp_path.iterdir()) == []


def test_fetch_says_why_there_is_no_number() -> None:
    deleted = typed(
        "connectors", "fetch", "https://www.youtube.com/watch?v=sbx_deleted",
        "--environment", "sandbox", "--json",
    )  # fmt: skip
    assert (deleted.code, deleted.json["reason"]) == (1, "deleted")
    nobody = typed(
        "connectors", "fetch", "https://www.snapchat.com/add/somebody", "--json", env=CLEAN
    )
    assert (nobody.code, nobody.json["reason"]) == (1, "unsupported")
    assert "connectors check" in nobody.json["error"]
    playlist = typed(
        "connectors", "fetch", "https://www.youtube.com/playlist?list=PL1234567890abcdef", "--json"
    )
    assert (playlist.code, playlist.json["error"]["field"]) == (1, "url")
