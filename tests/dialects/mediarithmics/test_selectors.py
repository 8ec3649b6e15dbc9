"""Who is meant by a path, whatever characters a name has."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellwether.dialects.framework.paths import encoded_path
from bellwether.dialects.mediarithmics.selectors import (
    read_datamart_id,
    read_named,
    read_point_id,
    read_selector,
)
from bellwether.model.errors import InvalidInputError, NotFoundError
from bellwether.model.people import Identifier, IdentifierKind

_POINT = "01a1fcc1-5c2e-71ff-9a3f-ca5d2b7546f5"
_VALUES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60
)


def _segment(text: str) -> str:
    """Return a segment as the routes see it."""
    path = encoded_path({"type": "http", "raw_path": f"/a/{text}/b".encode(), "path": ""})
    return path.removeprefix("/a/").removesuffix("/b")


def _account(account: str, compartment: str | None = None) -> Identifier:
    return Identifier(IdentifierKind.ACCOUNT, account, compartment)


@pytest.mark.parametrize(
    ("segment", "meant"),
    [
        (_POINT, _POINT),
        (_POINT.upper(), _POINT),
        (f"user_point_id={_POINT}", _POINT),
        ("user_agent_id=vec:89998434", Identifier(IdentifierKind.AGENT, "vec:89998434")),
        (
            "user_agent_id=mob:ios:raw:ABC",
            Identifier(IdentifierKind.AGENT, "mob:ios:raw:ABC"),
        ),
        ("email_hash=0cc175b9", Identifier(IdentifierKind.EMAIL, "0cc175b9")),
        ("user_account_id=42", _account("42")),
        ("compartment_id=7,user_account_id=42", _account("42", "7")),
        ("user_account_id=42,compartment_id=7", _account("42", "7")),
        ("compartment_id=7,user_account_id=a,b=c", _account("a,b=c", "7")),
        ("compartment_id=7,user_account_id=a%2Cb%3Dc%2fd", _account("a,b=c/d", "7")),
        ("compartment_id%3D7%2Cuser_account_id%3D42", _account("42", "7")),
        ("compartment%5Fid=7,user%5faccount%5fid=4%32", _account("42", "7")),
        ("user_account_id=caf%C3%A9%20%25", _account("café %")),
        ("user_account_id=a+b", _account("a+b")),
    ],
)
def test_every_documented_form_is_read(segment: str, meant: object) -> None:
    assert read_selector(_segment(segment)) == meant


@given(_VALUES, _VALUES)
def test_any_account_is_read_back_when_it_is_encoded(account: str, compartment: str) -> None:
    c, a = quote(compartment, safe=""), quote(account, safe="")
    meant = _account(account, compartment)
    assert read_selector(_segment(f"compartment_id={c},user_account_id={a}")) == meant
    assert read_selector(_segment(f"user_account_id={a},compartment_id={c}")) == meant
    assert read_named(_segment(f"user_account_id={a}"), "user_account_id") == account


@pytest.mark.parametrize(
    "segment",
    [
        "me",
        "42",
        "user_point_id=42",
        "user_point_id=",
        "user_agent_id=",
        "user_agent_id=a%00",
        "user_account_id=%FF",
        "user_account_id=%ED%A0%80",
        "user_account_id=" + "a" * 513,
        "compartment_id=7",
        "compartment_id=7,user_agent_id=3",
        "compartment_id=7,",
        "email=a@example.com",
        "compartment_id=,user_account_id=42",
        f"user_point_id={_POINT},x=1",
    ],
)
def test_anything_else_is_refused_with_the_parameter_named(segment: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_selector(_segment(segment))
    assert caught.value.field == "userPointSelector"
    assert len(caught.value.message) < 300


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="/")))
def test_any_segment_is_read_or_refused(segment: str) -> None:
    try:
        found = read_selector(_segment(segment))
    except InvalidInputError:
        return
    assert isinstance(found, Identifier) or found == read_point_id(found, "id")


def test_a_datamart_is_a_number() -> None:
    assert read_datamart_id("1162") == 1162
    for wrong in ("0", "01", "-1", "1.0", "x", "", "1" * 30, "\u0661"):
        with pytest.raises(NotFoundError):
            read_datamart_id(wrong)


def test_a_segment_of_another_name_is_no_path() -> None:
    with pytest.raises(NotFoundError):
        read_named("processing=3", "processing_id")
    with pytest.raises(NotFoundError):
        read_named("processing_id", "processing_id")
    with pytest.raises(InvalidInputError):
        read_named("processing_id=", "processing_id")
