import re
from pathlib import Path

import pytest
from tests.connectors.replay.conftest import Open, Write

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.replay.mapping import KEYS
from bellwether.model.platforms import Platform
from bellwether.model.readings import FailureReason

_PAGE = Path(__file__).parents[3] / "docs/connectors/replay.md"
_GOOD = {
    "file": '"mine"',
    "platform": '"x"',
    "kind": '"content"',
    "id": '"id"',
    "at": '"at"',
    "metrics": '{views = "n"}',
}
_BAD = {
    "file": ["", "7", '"absent"'],
    "platform": ["", '"myspace"'],
    "kind": ["", '"video"'],
    "id": ["", '"nowhere"', "1"],
    "id_pattern": ['"("', '"[0-9]+"'],
    "public_id": ['"nowhere"'],
    "public_id_pattern": ['"x*"'],
    "at": ["", '"nowhere"'],
    "undated_from": ["2026-03-01", '"someday"', "7"],
    "timezone": ['"Mars/Olympus"', "1"],
    "decimal": ['";"'],
    "where": ['{nowhere = "x"}', '"id"', "{id = 1}"],
    "metrics": ["", "{}", '{Views = "n"}', '{views = "nowhere"}', '"n"'],
    "url": ['"nowhere"', '"https://example.com/{key}"'],
    "content_kind": ['"playlist"'],
    "title": ['"nowhere"'],
    "name": ['"id"'],
    "details": ['{country = "nowhere"}'],
    "join": ['"other"', '{file = "other"}', '{file = "other", on = "nowhere"}'],
    "colour": ['"red"'],
}


def _entry(**changes: str) -> str:
    values = {key: value for key, value in (_GOOD | changes).items() if value}
    return "[[recording]]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())


@pytest.fixture(autouse=True)
def _files(write: Write) -> None:
    write("mine.csv", "id,at,n\n1,2026-03-01,5\n")
    write("other.csv", "id,who\n1,Anna\n")


async def _complaint(opened: Open, mapping: str) -> str:
    connector = opened(mapping)
    with pytest.raises(ConnectorError) as raised:
        await connector.fetch_contents(Platform.X, ["1"])
    assert raised.value.failed.reason is FailureReason.PLATFORM_ERROR
    check = await connector.check()
    assert not check.ok
    assert check.detail == raised.value.failed.message
    return check.detail


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key, values in _BAD.items() for value in values]
)
async def test_a_mistake_is_told_with_the_file_and_the_key(
    key: str, value: str, opened: Open
) -> None:
    message = await _complaint(opened, _entry(**{key: value}))
    assert re.match(r"(.*mapping\.toml: recording 1|.*mapping\.toml|mine\.csv): ", message)
    told = key if key not in {"title", "name", "details"} else rf"(facts\.)?{key}|details\.country"
    assert re.search(rf": ({told})[.:a-z]*", message), message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "recording = 1",
        "[[recording]]\nfile = ",
        "[other]\nx = 1\n" + _entry(),
        "recording = []",
    ],
)
async def test_a_file_that_is_no_mapping_is_refused(text: str, opened: Open) -> None:
    assert "mapping.toml: " in await _complaint(opened, text)


async def test_a_mapping_that_is_not_there_is_told(opened: Open, tmp_path: Path) -> None:
    connector = opened(_entry())
    (tmp_path / "mapping.toml").unlink()
    assert "cannot be read" in (await connector.check()).detail


async def test_a_broken_archive_is_told_with_its_name(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").unlink()
    (tmp_path / "mine.csv.gz").write_bytes(b"\x1f\x8b\x08 not gzip")
    assert (await _complaint(opened, _entry())).startswith("mine.csv.gz: cannot be read")


async def test_files_may_lie_beside_the_mapping(
    opened: Open, tmp_path: Path, clock: object
) -> None:
    connector = opened(_entry())
    connector._library._folder = tmp_path / "elsewhere"
    connector._folder = tmp_path
    (reading,) = await connector.fetch_contents(Platform.X, ["1"])
    assert getattr(reading, "metrics", None) == {"views": 5}


def test_every_key_is_explained_and_every_explained_key_exists() -> None:
    text = _PAGE.read_text(encoding="utf-8")
    explained = re.findall(r"^\| (`[^|]+`) \|", text, re.MULTILINE)
    names = [name for cell in explained for name in re.findall(r"`([a-z_]+)`", cell)]
    assert sorted(names) == sorted(KEYS)
