"""`bellwether resolve`: an object a line, no store, no network."""

from pathlib import Path

from tests.support.command import bellwether, typed


def test_each_url_is_one_object_in_order_and_a_bad_one_sets_the_exit_code(tmp_path: Path) -> None:
    answer = bellwether(
        "resolve", "https://youtu.be/dQw4w9WgXcQ?si=x", "not a url", "https://vm.tiktok.com/ZSabc",
        "--json", cwd=tmp_path,
    )  # fmt: skip
    assert answer.code == 1
    video, bad, link = answer.lines
    assert video == {
        "url": "https://youtu.be/dQw4w9WgXcQ?si=x",
        "platform": "youtube",
        "kind": "video",
        "id": "dQw4w9WgXcQ",
        "needs_unshortening": False,
    }
    assert set(bad) == {"url", "error"}
    assert (link["kind"], link["needs_unshortening"]) == ("short_link", True)
    assert list(tmp_path.iterdir()) == []  # no store was made


def test_urls_come_from_a_file_and_from_standard_input(tmp_path: Path) -> None:
    urls = tmp_path / "urls.txt"
    urls.write_text(
        "\ufeffhttps://x.com/a/status/1\n\n# a comment\n  https://x.com/b\r\n", encoding="utf-8"
    )
    from_file = typed("resolve", "--file", urls, "--json")
    assert from_file.code == 0
    assert [row["kind"] for row in from_file.lines] == ["post", "profile"]
    piped = bellwether("resolve", "-", "--json", stdin="https://x.com/a/status/1\n")
    assert [row["id"] for row in piped.lines] == ["1"]


def test_nothing_to_resolve_and_no_such_file_are_wrong_input(tmp_path: Path) -> None:
    nothing = typed("resolve", "--json")
    assert (nothing.code, nothing.json["error"]["field"]) == (2, "url")
    absent = typed("resolve", "--file", tmp_path / "absent", "--json")
    assert (absent.code, absent.json["error"]["field"]) == (2, "file")


def test_odd_bytes_and_endless_lines_are_errors_of_their_own_line(tmp_path: Path) -> None:
    urls = tmp_path / "urls"
    urls.write_bytes(
        b"\xff\xfe\x00\n" + b"x" * 1_000_000 + b"\nhttps://x.com/a/status/1\n" + b"[" * 5000
    )
    answer = typed("resolve", "--file", urls, "--json")
    assert answer.code == 1
    assert ["error" in row for row in answer.lines] == [True, True, False, True]
    assert "Traceback" not in answer.err


def test_on_paper_it_is_a_table() -> None:
    answer = typed("resolve", "https://x.com/a/status/1")
    assert answer.code == 0
    assert "platform" in answer.out
    assert "│ x" in answer.out
