"""Every way to call, and what happens to who has none."""

import hashlib
import hmac
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from tests.dialects.mediarithmics.conftest import Mart, ok, refused
from tests.support.server import Server, running_server

from bellwether.kit.ids import new_id
from bellwether.model.tenants import Environment, NewKey

_PHONE = [{"$type": "USER_AGENT", "$user_agent_id": "vec:1"}]
_TOUCH = {"$type": "TOUCH", "$user_identifiers": _PHONE}


@pytest.fixture
def key(server: Server) -> NewKey:
    name = new_id()
    return server.container.units.write_now(
        lambda engine: engine.tenants.create_key(name, Environment.LIVE)
    )


@pytest.fixture
def mine(server: Server, key: NewKey, make_mart: Callable[[httpx.Client], Mart]) -> Mart:
    """A datamart of the key, with a client that sends no credentials by itself."""
    with httpx.Client(headers={"Authorization": key.token}) as known:
        made = make_mart(known)
    return Mart(made.id, httpx.Client(base_url=server.url))


def test_a_token_may_be_written_in_every_way_there_is(mine: Mart, key: NewKey) -> None:
    with mine.client:
        for said in (
            key.token,
            f"api:{key.token}",
            f"API: {key.token}",
            f"Bearer {key.token}",
            f"bearer {key.token}",
        ):
            headers = {"Authorization": said}
            ok(mine.ask("POST", "/user_activities", json=_TOUCH, headers=headers))
            ok(mine.ask("GET", "", headers=headers))
        basic = (key.key.client_id, key.secret)
        ok(mine.client.get(f"/v1/datamarts/{mine.id}", auth=basic))
        for sent in (
            None,
            "",
            "api:",
            "Bearer",
            "wrong",
            "api:wrong",
            "Bearer api:" + key.token,
            "Token " + key.token,
            key.token + "x",
            "bw_access_x",
            "Basic x",
        ):
            wrong = {} if sent is None else {"Authorization": sent}
            for method, path in (("POST", "/user_activities"), ("GET", ""), ("PUT", _PROFILE)):
                answer = mine.ask(method, path, content=b"{", headers=wrong)
                refused(answer, 401, "UNAUTHORIZED")
                assert "Bearer" in answer.headers["www-authenticate"]


_PROFILE = "/user_points/user_agent_id=a%2Fb/user_profiles/compartment_id=1/user_account_id=x%20y"


def test_an_access_token_is_bought_and_opens_what_its_key_opens(mine: Mart, key: NewKey) -> None:
    buy = {"email": key.key.client_id, "password": key.secret}
    with mine.client as client:
        sold = ok(client.post("/v1/authentication/access_tokens", json=buy))
        assert set(sold) == {"access_token", "expires_in", "refresh_token"}
        assert (sold["expires_in"], sold["refresh_token"]) == (3600, None)
        refresh = ok(client.post("/v1/authentication/refresh_tokens", json=buy))
        assert set(refresh) == {"refresh_token", "expires_in"}
        body = {"refresh_token": refresh["refresh_token"]}
        another = ok(client.post("/v1/authentication/access_tokens", json=body))
        for token in (sold["access_token"], another["access_token"]):
            headers = {"Authorization": token}
            ok(mine.ask("POST", "/user_activities", json=_TOUCH, headers=headers))
            ok(mine.ask("GET", "/user_points/user_agent_id=vec:1", headers=headers))
            assert client.get("/api/v1/trackers", headers=headers).status_code == 200
            owner = {"Authorization": f"Bearer {token}"}
            (mine_,) = ok(client.get("/v1/users/me/api_tokens", headers=owner))
            assert mine_["user_id"] == key.key.client_id
            assert mine_["value"] is None
            path = f"/v1/users/{key.key.client_id}/api_tokens"
            assert ok(client.get(path, headers=owner)) == [mine_]
            refused(client.get("/v1/users/1/api_tokens", headers=owner), 404, "NOT_FOUND")
            refused(client.post(path, json={}, headers=owner), 405, "METHOD_NOT_ALLOWED")
        refused(mine.ask("GET", "", headers={"Authorization": body["refresh_token"]}),
                401, "UNAUTHORIZED")  # fmt: skip


def test_tokens_are_not_sold_to_strangers(mine: Mart, key: NewKey) -> None:
    with mine.client as client:
        for path in ("access_tokens", "refresh_tokens"):
            for body in (
                {"email": key.key.client_id, "password": "wrong"},
                {"email": "x", "password": key.secret},
                {"email": "a\0", "password": "\0"},
            ):
                answer = client.post(f"/v1/authentication/{path}", json=body)
                refused(answer, 401, "UNAUTHORIZED")
            mistakes: list[tuple[object, str]] = [
                ({}, "email"),
                ({"email": "x"}, "password"),
                ({"email": 1, "password": "x"}, "email"),
                ([], "body"),
            ]
            for wrong, names in mistakes:
                answer = client.post(f"/v1/authentication/{path}", json=wrong)
                refused(answer, 400, "INVALID_INPUT", names)
        refused(client.get("/v1/authentication/access_tokens"), 405, "METHOD_NOT_ALLOWED")
        refused(client.get("/v1/authentication/x"), 404, "NOT_FOUND")
        for wrong in ("x", "bw_refresh_x", key.token):
            body = {"refresh_token": wrong}
            answer = client.post("/v1/authentication/access_tokens", json=body)
            refused(answer, 401, "UNAUTHORIZED")


def test_nothing_outlives_a_revoked_key(server: Server, mine: Mart, key: NewKey) -> None:
    buy = {"email": key.key.client_id, "password": key.secret}
    with mine.client as client:
        sold = ok(client.post("/v1/authentication/access_tokens", json=buy))["access_token"]
        ok(mine.ask("POST", "/user_activities", json=_TOUCH, headers={"Authorization": sold}))
        server.container.units.write_now(
            lambda engine: engine.tenants.revoke_key(key.key.client_id)
        )
        for said in (sold, key.token):
            refused(mine.ask("GET", "", headers={"Authorization": said}), 401, "UNAUTHORIZED")
        time.sleep(2.1)  # as long as a key that was found good is not looked up again
        for said in (sold, key.token):
            answer = mine.ask(
                "POST", "/user_activities", json=_TOUCH, headers={"Authorization": said}
            )
            refused(answer, 401, "UNAUTHORIZED")


def _sign(key: NewKey, secret: str, uri: str, body: bytes, shift_ms: int = 0) -> dict[str, str]:
    stamp = str(int(time.time() * 1000) + shift_ms)  # noqa: TID251  the server's clock is the wall's
    message = f"{uri}\n{key.key.client_id}\n{stamp}\n".encode() + body
    mac = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return {"X-Mics-Key-Id": key.key.client_id, "X-Mics-Ts": stamp, "X-Mics-Mac": mac}


@pytest.fixture
def secret(server: Server, key: NewKey) -> str:
    """What the key signs with."""
    return server.container.units.read_now(
        lambda engine: engine.access.signing_secret(key.key.client_id)
    ).secret


_ACTIVITY = b'{"$type": "TOUCH", "$user_agent_id": "vec:1"}'


def test_a_signed_request_needs_no_token(mine: Mart, key: NewKey, secret: str) -> None:
    base = f"datamarts/{mine.id}"
    timeline = f"{base}/user_points/user_agent_id=vec:1/user_activities"
    calls = (
        ("POST", f"{base}/user_activities", _ACTIVITY),
        ("GET", f"{base}/user_points/user_agent_id=vec:1", b""),
        ("GET", f"{timeline}?filters=%24type%3D%3DTOUCH&max_results=1", b""),
        ("PUT", f"{base}{_PROFILE}?force_replace=true", b'{"name": "David"}'),
    )
    with mine.client as client:
        for prefix in ("/v1/", "/", ""):
            for method, path, body in calls:
                headers = _sign(key, secret, prefix + path, body)
                ok(client.request(method, f"/v1/{path}", content=body, headers=headers))


def test_a_signature_that_is_wrong_opens_nothing(mine: Mart, key: NewKey, secret: str) -> None:
    uri = f"/v1/datamarts/{mine.id}/user_activities"
    good = _sign(key, secret, uri, _ACTIVITY)
    wrong = (
        good | {"X-Mics-Mac": good["X-Mics-Mac"][:-1] + "g"},
        good | {"X-Mics-Ts": str(int(good["X-Mics-Ts"]) + 1)},
        good | {"X-Mics-Key-Id": "x"},
        {name: value for name, value in good.items() if name != "X-Mics-Ts"},
        {name: value for name, value in good.items() if name != "X-Mics-Mac"},
        good | {"Authorization": "wrong"},
        _sign(key, secret, uri, _ACTIVITY + b" "),
        _sign(key, secret, uri + "?x=1", _ACTIVITY),
        _sign(key, secret, uri, _ACTIVITY, -301_000),
        _sign(key, secret, uri, _ACTIVITY, 301_000),
        _sign(key, key.secret, uri, _ACTIVITY),
        _sign(key, key.token, uri, _ACTIVITY),
    )
    with mine.client as client:
        for headers in wrong:
            refused(client.post(uri, content=_ACTIVITY, headers=headers), 401, "UNAUTHORIZED")
        # Other dialects know nothing of these headers.
        answer = client.get("/api/v1/trackers", headers=_sign(key, secret, "/api/v1/trackers", b""))
        assert answer.status_code == 401


def test_what_is_streamed_is_not_taken_under_a_signature(
    mine: Mart, key: NewKey, secret: str
) -> None:
    token = {"Authorization": key.token}
    order = {"document_type": "USER_ACTIVITY"}
    with mine.client as client:
        made = ok(mine.ask("POST", "/document_imports", json=order, headers=token))
        uri = f"/v1/datamarts/{mine.id}/document_imports/{made['id']}/executions"
        for signed in (_ACTIVITY, b""):
            headers = _sign(key, secret, uri, signed)
            answer = client.post(uri, content=_ACTIVITY, headers=headers)
            refused(answer, 401, "UNAUTHORIZED", "token")
        assert ok(client.get(uri, headers=token)) == []


def test_signatures_are_off_unless_a_setting_turns_them_on(tmp_path: Path) -> None:
    with (
        running_server(f"sqlite:///{tmp_path}/b.sqlite", data=tmp_path) as url,
        httpx.Client(base_url=url) as client,
    ):
        headers = {"X-Mics-Key-Id": "x", "X-Mics-Ts": "1", "X-Mics-Mac": "00"}
        answer = client.get("/v1/datamarts", headers=headers)
        refused(answer, 401, "UNAUTHORIZED", "signed requests")
