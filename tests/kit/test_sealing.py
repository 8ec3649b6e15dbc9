"""Secrets at rest."""

import base64

import pytest

from bellwether.kit.sealing import BadKeyError, SealBrokenError, Sealer, new_key, parse_keys


def test_what_is_sealed_opens_and_does_not_show() -> None:
    key = new_key()
    sealer = Sealer(lambda: [key])
    sealed = sealer.seal("whsec_secret é")
    assert "secret" not in sealed
    assert sealed.isascii()
    assert sealer.open(sealed) == "whsec_secret é"
    assert sealer.seal("same") != sealer.seal("same")


def test_another_key_opens_nothing_and_a_changed_text_does_not_open() -> None:
    first, second = new_key(), new_key()
    sealed = Sealer(lambda: [first]).seal("text")
    with pytest.raises(SealBrokenError):
        Sealer(lambda: [second]).open(sealed)
    with pytest.raises(SealBrokenError):
        Sealer(lambda: [first]).open(sealed[:-4] + "AAAA")


def test_a_new_key_in_front_seals_and_the_old_one_goes_on_opening() -> None:
    old, new = new_key(), new_key()
    sealed = Sealer(lambda: [old]).seal("text")
    both = Sealer(lambda: [new, old])
    assert both.open(sealed) == "text"
    assert Sealer(lambda: [new]).open(both.seal("later")) == "later"


def test_keys_are_read_at_first_use_and_once() -> None:
    reads: list[str] = []

    def load() -> list[str]:
        reads.append("read")
        return [new_key()]

    sealer = Sealer(load)
    assert reads == []
    assert sealer.open(sealer.seal("x")) == "x"
    assert reads == ["read"]


def test_keys_are_read_in_both_alphabets_with_and_without_padding() -> None:
    raw = b"\xfb\xff" * 16
    urlsafe = base64.urlsafe_b64encode(raw).decode()
    for text in (urlsafe, base64.b64encode(raw).decode(), urlsafe.rstrip("="), f" {urlsafe} , "):
        assert parse_keys(text) == [urlsafe]
    assert len(parse_keys(f"{new_key()},{new_key()}")) == 2


@pytest.mark.parametrize("text", ["", ",", "secret", "x" * 44, "é" * 44, "AAAA"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadKeyError):
        parse_keys(text)


def test_what_is_derived_follows_from_key_and_purpose_alone() -> None:
    old, new = new_key(), new_key()
    one, both = Sealer(lambda: [old]), Sealer(lambda: [new, old])
    assert one.derive("a") == one.derive("a") == [both.derive("a")[1]]
    assert len({*both.derive("a"), *both.derive("b"), old, new}) == 6
    assert all(len(secret) == 64 for secret in both.derive("a"))
