"""The server's key: a setting, else a file that only its owner reads."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bellwether.app.secret_key import make_sealer, read_key_file
from bellwether.app.settings import read_settings
from bellwether.kit.sealing import new_key
from bellwether.model.errors import UnavailableError


def test_the_file_is_made_at_first_use_and_read_by_its_owner_only(tmp_path: Path) -> None:
    settings = read_settings({"data": tmp_path / "data"}, {})
    sealer = make_sealer(settings)
    path = tmp_path / "data" / "secret.key"
    assert not path.exists()
    sealed = sealer.seal("text")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert make_sealer(settings).open(sealed) == "text"
    assert [one.name for one in path.parent.iterdir()] == ["secret.key"]


def test_the_setting_wins_and_leaves_the_folder_alone(tmp_path: Path) -> None:
    old, new = new_key(), new_key()
    sealed = make_sealer(read_settings({"data": tmp_path, "secret_key": old}, {})).seal("text")
    both = read_settings({"data": tmp_path, "secret_key": f"{new},{old}"}, {})
    assert make_sealer(both).open(sealed) == "text"
    assert list(tmp_path.iterdir()) == []


def test_many_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        keys = set(threads.map(lambda _: tuple(read_key_file(tmp_path / "k")), range(64)))
    assert len(keys) == 1


def test_a_file_that_holds_no_key_is_said_to(tmp_path: Path) -> None:
    (tmp_path / "k").write_text("not a key")
    with pytest.raises(UnavailableError, match="k cannot be used"):
        read_key_file(tmp_path / "k")
