"""Short-lived tokens and signatures stand for a key, for a while and while it is not revoked."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from bellwether.engine.facade import Engine
from bellwether.kit.clock import ManualClock
from bellwether.kit.sealing import Sealer, new_key
from bellwether.model.access import SignedRequest
from bellwether.model.errors import NotFoundError, UnauthorizedError
from bellwether.model.tenants import Environment, NewKey
from bellwether.storage.database import Database

T = TypeVar("T")
Do = Callable[[Callable[[Engine], T]], T]
_KEYS = [new_key(), new_key()]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 8, 1, tzinfo=UTC))


@pytest.fixture
def do(database: Database, clock: ManualClock) -> "Do[object]":
    return _worker(database, clock, _KEYS[:1])


def _worker(database: Database, clock: ManualClock, keys: list[str]) -> "Do[object]":
    sealer = Sealer(lambda: keys)
    return lambda work: database.submit_write(
        lambda connection: work(Engine(connection, clock, sealer))
    ).result()


@pytest.fixture
def key(do: Callable[..., NewKey]) -> NewKey:
    return do(lambda engine: engine.tenants.create_key("acme", Environment.LIVE))


def _refused(do: Callable[..., object], token: str) -> None:
    for ask in (
        lambda engine: engine.access.authenticate_access(token),
        lambda engine: engine.access.refresh(token),
    ):
        with pytest.raises(UnauthorizedError):
            do(ask)


def test_a_token_lasts_for_its_time(
    do: Callable[..., object], key: NewKey, clock: ManualClock
) -> None:
    client, secret = key.key.client_id, key.secret
    sold = do(lambda engine: engine.access.buy_access(client, secret))
    refresh = do(lambda engine: engine.access.buy_refresh(client, secret))
    assert sold.token not in repr(sold)  # type: ignore[attr-defined]
    token, longer = sold.token, refresh.token  # type: ignore[attr-defined]
    proved = do(lambda engine: engine.access.authenticate_access(token))
    assert proved == do(lambda engine: engine.tenants.authenticate_token(key.token))
    clock.advance(timedelta(hours=1))
    with pytest.raises(UnauthorizedError):
        do(lambda engine: engine.access.authenticate_access(token))
    again = do(lambda engine: engine.access.refresh(longer)).token  # type: ignore[attr-defined]
    assert do(lambda engine: engine.access.authenticate_access(again)) == proved
    clock.advance(timedelta(days=30))
    _refused(do, longer)


def test_a_token_is_none_of_another_kind_and_none_that_was_changed(
    do: Callable[..., object], key: NewKey
) -> None:
    client, secret = key.key.client_id, key.secret
    access = do(lambda engine: engine.access.buy_access(client, secret)).token  # type: ignore[attr-defined]
    refresh = do(lambda engine: engine.access.buy_refresh(client, secret)).token  # type: ignore[attr-defined]
    with pytest.raises(UnauthorizedError):
        do(lambda engine: engine.access.refresh(access))
    with pytest.raises(UnauthorizedError):
        do(lambda engine: engine.access.authenticate_access(refresh))
    swapped = refresh.replace("bw_refresh_", "bw_access_")
    changed = access[:-3] + ("AAA" if access[-3:] != "AAA" else "BBB")
    for wrong in (swapped, changed, "bw_access_", "bw_access_é", "bw_access_" + "x" * 9999, ""):
        _refused(do, wrong)
    with pytest.raises(UnauthorizedError):
        do(lambda engine: engine.access.buy_access(client, "wrong"))


def test_nothing_outlives_the_key(
    do: Callable[..., object], key: NewKey, clock: ManualClock
) -> None:
    client, secret = key.key.client_id, key.secret
    access = do(lambda engine: engine.access.buy_access(client, secret)).token  # type: ignore[attr-defined]
    refresh = do(lambda engine: engine.access.buy_refresh(client, secret)).token  # type: ignore[attr-defined]
    signing = do(lambda engine: engine.access.signing_secret(client)).secret  # type: ignore[attr-defined]
    request = _sign(client, signing, clock)
    assert do(lambda engine: engine.access.authenticate_signed(request))
    do(lambda engine: engine.tenants.revoke_key(client))
    _refused(do, access)
    _refused(do, refresh)
    with pytest.raises(UnauthorizedError):
        do(lambda engine: engine.access.authenticate_signed(request))
    with pytest.raises(NotFoundError):
        do(lambda engine: engine.access.signing_secret(client))


def _sign(client: str, secret: str, clock: ManualClock, uri: str = "datamarts/1") -> SignedRequest:
    stamp = str(int(clock.real_now().timestamp() * 1000))
    message = f"{uri}\n{client}\n{stamp}\n".encode() + b'{"a": 1}'
    mac = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return SignedRequest(client, stamp, mac, ("/v1/datamarts/1", "datamarts/1"), b'{"a": 1}')


def test_a_signature_is_about_one_request_at_one_time(
    do: Callable[..., object], key: NewKey, clock: ManualClock
) -> None:
    client = key.key.client_id
    secret = do(lambda engine: engine.access.signing_secret(client)).secret  # type: ignore[attr-defined]
    good = _sign(client, secret, clock)
    whole = _sign(client, secret, clock, "/v1/datamarts/1")
    proved = do(lambda engine: engine.access.authenticate_signed(good))
    assert proved == do(lambda engine: engine.access.authenticate_signed(whole))
    assert proved == do(lambda engine: engine.tenants.authenticate_token(key.token))
    upper = replace(good, mac=good.mac.upper())
    assert do(lambda engine: engine.access.authenticate_signed(upper)) == proved
    for wrong in (
        replace(good, body=b'{"a": 2}'),
        replace(good, uris=("/v1/datamarts/2", "datamarts/2")),
        replace(good, timestamp=str(int(good.timestamp) + 1)),
        replace(good, timestamp="soon"),
        replace(good, timestamp="9" * 99),
        replace(good, timestamp="-5"),
        replace(good, client_id="01a1fcc1-5c2e-71ff-9a3f-ca5d2b7546f5"),
        replace(good, client_id="nobody \N{PILE OF POO}"),
        replace(good, mac=""),
        replace(good, mac="é" * 64),
        replace(good, uris=()),
    ):
        with pytest.raises(UnauthorizedError):
            do(lambda engine, wrong=wrong: engine.access.authenticate_signed(wrong))
    for shift in (timedelta(minutes=5, seconds=1), -timedelta(minutes=10, seconds=2)):
        clock.advance(shift)
        with pytest.raises(UnauthorizedError):
            do(lambda engine: engine.access.authenticate_signed(good))
    clock.advance(timedelta(minutes=1))
    assert do(lambda engine: engine.access.authenticate_signed(good)) == proved


def test_tokens_and_signatures_survive_a_new_key_of_the_server_while_the_old_is_kept(
    database: Database, do: Callable[..., object], key: NewKey, clock: ManualClock
) -> None:
    client = key.key.client_id
    access = do(lambda engine: engine.access.buy_access(client, key.secret)).token  # type: ignore[attr-defined]
    signed = _sign(client, do(lambda e: e.access.signing_secret(client)).secret, clock)  # type: ignore[attr-defined]
    both = _worker(database, clock, [_KEYS[1], _KEYS[0]])
    assert both(lambda engine: engine.access.authenticate_access(access))
    assert both(lambda engine: engine.access.authenticate_signed(signed))
    new = _worker(database, clock, [_KEYS[1]])
    for ask in (
        lambda engine: engine.access.authenticate_access(access),
        lambda engine: engine.access.authenticate_signed(signed),
    ):
        with pytest.raises(UnauthorizedError):
            new(ask)
