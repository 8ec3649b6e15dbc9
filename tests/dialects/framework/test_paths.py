"""Paths in one form, with what their values need still encoded."""

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellwether.dialects.framework.paths import clean_path, decode_segment, encoded_path

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def _path(raw: str) -> str:
    return encoded_path({"type": "http", "raw_path": raw.encode("latin-1"), "path": unquote(raw)})


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("/a/b", "/a/b"),
        ("//a///b//", "/a/b"),
        ("/", "/"),
        ("/a/b%2fc", "/a/b%2Fc"),
        ("/%61/%7e%2D", "/a/~-"),
        ("/a/%2F%2F/b", "/a/%2F%2F/b"),
        ("/a/x=1%2C2%3D3", "/a/x=1%2C2%3D3"),
        ("/a/x%3D1%2Cy%3D2", "/a/x=1,y=2"),
        ("/a/%zz%", "/a/%zz%"),
        ("/a/caf\xe9", "/a/caf%E9"),
        ("/a/b c", "/a/b%20c"),
    ],
)
def test_two_spellings_of_a_path_are_one(raw: str, path: str) -> None:
    assert _path(raw) == path
    assert _path(path) == path


@given(st.lists(_TEXTS, min_size=1, max_size=4))
def test_values_are_what_was_encoded(values: list[str]) -> None:
    raw = "/" + "/".join("v=" + quote(value, safe="") for value in values)
    found = [decode_segment(one) for one in _path(raw).removeprefix("/").split("/")]
    assert found == ["v=" + value for value in values]


@given(st.text(st.characters(max_codepoint=255)))
def test_any_bytes_have_one_form(raw: str) -> None:
    path = _path("/" + raw)
    assert _path(path) == path
    assert path.isascii()
    assert path == clean_path(path)
