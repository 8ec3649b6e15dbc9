"""`bellwether backup`: a data folder that a server can run on."""

from pathlib import Path

import pytest
from tests.support.command import typed


def _store(tmp_path: Path) -> tuple[str, Path]:
    store = ("--data", tmp_path / "data")
    made = typed(
        "keys", "create", "--workspace", "acme", "--environment", "sandbox", *store, "--json"
    )
    assert made.code == 0, made.err
    return made.json["client_id"], tmp_path / "data"


def test_a_copy_has_what_the_store_has_and_its_key(tmp_path: Path) -> None:
    client_id, data = _store(tmp_path)
    (data / "secret.key").write_text("a key\n", encoding="ascii")
    answer = typed("backup", tmp_path / "copy", "--data", data, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["bytes"] == (tmp_path / "copy" / "bellwether.sqlite").stat().st_size
    assert answer.json["secret_key"] is True
    key = tmp_path / "copy" / "secret.key"
    assert key.read_text(encoding="ascii") == "a key\n"
    assert key.stat().st_mode & 0o077 == 0
    (listed,) = typed("keys", "list", "--data", tmp_path / "copy", "--json").lines
    assert listed["client_id"] == client_id
    assert {one.name for one in tmp_path.iterdir()} == {"data", "copy"}


def test_without_a_key_file_it_says_so(tmp_path: Path) -> None:
    _, data = _store(tmp_path)
    answer = typed("backup", tmp_path / "copy", "--data", data)
    assert answer.code == 0
    assert "BELLWETHER_SECRET_KEY" in answer.err


def test_it_writes_over_nothing(tmp_path: Path) -> None:
    _, data = _store(tmp_path)
    (tmp_path / "copy").mkdir()
    answer = typed("backup", tmp_path / "copy", "--data", data)
    assert answer.code == 1
    assert "there already" in answer.err
    assert list((tmp_path / "copy").iterdir()) == []


def test_a_store_that_is_damaged_gives_no_copy(tmp_path: Path) -> None:
    _, data = _store(tmp_path)
    store = data / "bellwether.sqlite"
    store.write_bytes(store.read_bytes()[:5000] + b"\xff" * 5000 + store.read_bytes()[10000:])
    answer = typed("backup", tmp_path / "copy", "--data", data)
    assert answer.code == 1, answer.out
    assert "Traceback" not in answer.err
    assert {one.name for one in tmp_path.iterdir()} == {"data"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--database", "postgresql://nobody@localhost/x"), "pg_dump"),
        (("--data", "nowhere"), "there is no store"),
    ],
)
def test_what_cannot_be_copied_is_told(tmp_path: Path, options: tuple[str, ...], told: str) -> None:
    answer = typed("backup", tmp_path / "copy", *options, cwd=tmp_path)
    assert answer.code in {1, 2}
    assert told in answer.err
    assert not (tmp_path / "copy").exists()
