"""What the caller gets wrong gets the dialect's own error, names the field and changes nothing."""

import base64
from typing import Any, NamedTuple

import httpx
from tests.support.contract import assert_shape
from tests.support.server import Caller, Server

from bellwether.model.tenants import Environment

_DEEP = 500_000
_VIDEO = "https://youtu.be/dQw4w9WgXcQ"


class Bad(NamedTuple):
    """One mistake: what is sent, and the status and field it is answered with."""

    what: str
    body: bytes
    field: str
    status: int = 400


_BODIES = (
    Bad("nothing", b"", "body"),
    Bad("blanks", b"  \n", "body"),
    Bad("not JSON", b"urls=https://youtu.be/x", "body"),
    Bad("cut off", b'{"urls": ["https://youtu', "body"),
    Bad("two values", b'{"urls": []} {}', "body"),
    Bad("NaN", b'{"urls": [NaN]}', "body"),
    Bad("not UTF-8", b'{"urls": ["\xff\xfe"]}', "body"),
    Bad("half a surrogate pair", b'{"urls": ["\\ud800"]}', "body"),
    Bad("a list", b"[]", "body"),
    Bad("null", b"null", "body"),
    Bad("a number beyond all bounds", b"1e999", "body"),
    Bad("a number of a million digits", b"1" * 1_000_000, "body"),
    Bad("a megabyte of nesting", b"[" * 1_000_000, "body"),
    Bad("nesting in the field", b'{"urls":' + b"[" * _DEEP, "urls"),
    Bad("a list that is no list", b'{"urls": "https://youtu.be/dQw4w9WgXcQ"}', "urls"),
    Bad("an object for a list", b'{"urls": {"0": "https://youtu.be/dQw4w9WgXcQ"}}', "urls"),
    Bad("a null list", b'{"urls": null}', "urls"),
    Bad("an empty list", b'{"urls": []}', "urls"),
    Bad("a number among the texts", b'{"urls": ["https://youtu.be/x", 7]}', "urls"),
    Bad("a null among the texts", b'{"urls": [null]}', "urls"),
    Bad("the field missing", b"{}", "urls"),
    Bad("too large", b'{"urls": ["' + b"a" * 1_048_576 + b'"]}', "body", 413),
)
_INFLUTICS = (
    *_BODIES,
    Bad("51 links", b'{"urls": [' + b",".join([b'"https://youtu.be/x"'] * 51) + b"]}", "urls"),
    Bad("nesting beside the field", b'{"x":' + b'{"a":' * 200_000, "body"),
)
_NATIVE = (
    *_BODIES,
    Bad("101 links", b'{"urls": [' + b",".join([b'"https://youtu.be/x"'] * 101) + b"]}", "urls"),
    Bad("an unknown field", b'{"urls": ["https://youtu.be/x"], "corn": "* * * * *"}', "corn"),
    Bad("two ways at once", b'{"url": "a", "urls": ["b"]}', "urls"),
    Bad("a lone bad URL", b'{"url": "nonsense"}', "url"),
    Bad("a lone URL of nobody's", b'{"url": "https://example.com/"}', "url"),
    Bad("a lone playlist", b'{"url": "https://www.youtube.com/playlist?list=PLBCF2DAC6FFB574DE"}',
        "url"),
    Bad("an impossible day", b'{"url": "%s", "expires_at": "2025-02-30T00:00:00Z"}', "expires_at"),
    Bad("no day at all", b'{"url": "%s", "expires_at": "soon"}', "expires_at"),
    Bad("a number for a day", b'{"url": "%s", "expires_at": 7}', "expires_at"),
    Bad("days and a day", b'{"url": "%s", "days": 1, "expires_at": null}', "expires_at"),
    Bad("no days", b'{"url": "%s", "days": 0}', "days"),
    Bad("half days", b'{"url": "%s", "days": 1.5}', "days"),
    Bad("too many days", b'{"url": "%s", "days": 99999999}', "days"),
    Bad("cron that is none", b'{"url": "%s", "cron": "every day"}', "cron"),
    Bad("cron with seconds", b'{"url": "%s", "cron": "0 0 0 * * *"}', "cron"),
    Bad("cron that never fires", b'{"url": "%s", "cron": "0 0 30 2 *"}', "cron"),
    Bad("empty cron", b'{"url": "%s", "cron": ""}', "cron"),
    Bad("a zone of nowhere", b'{"url": "%s", "timezone": "Mars/Olympus"}', "timezone"),
    Bad("a zone that climbs", b'{"url": "%s", "timezone": "../../etc/passwd"}', "timezone"),
    Bad("bad cron for stories", b'{"url": "youtube:@x", "stories": "never"}', "stories.cron"),
    Bad("bad order for stories", b'{"url": "youtube:@x", "stories": {"days": 0}}', "stories.days"),
    Bad("a word for stories", b'{"url": "youtube:@x", "stories": {"when": 0}}', "stories.when"),
)  # fmt: skip


def _error(response: httpx.Response, bad: Bad) -> dict[str, Any]:
    assert response.status_code == bad.status, (bad.what, response.text[:300])
    assert response.headers["content-type"] == "application/json"
    error: dict[str, Any] = response.json()["error"]
    assert error["request_id"] == response.headers["x-request-id"]
    assert len(error["message"]) < 400, bad.what
    return error


def test_influtics_answers_every_mistake_in_its_own_words(client: httpx.Client) -> None:
    for bad in _INFLUTICS:
        response = client.post("/v1/videos/track", content=bad.body)
        error = _error(response, bad)
        assert_shape("influtics", "POST", "/v1/videos/track", response)
        code = "VALIDATION_ERROR" if bad.status == 400 else "PAYLOAD_TOO_LARGE"
        assert error["code"] == code, bad.what
        assert error.get("field", "body") == bad.field, (bad.what, error)
    assert client.get("/v1/videos/stats").json()["data"]["pagination"]["total"] == 0


def test_native_answers_every_mistake_in_its_own_words(client: httpx.Client) -> None:
    for bad in _NATIVE:
        body = bad.body.replace(b"%s", _VIDEO.encode())
        error = _error(client.post("/api/v1/trackers", content=body), bad)
        assert error["code"] == ("invalid_input" if bad.status == 400 else "too_large"), bad.what
        assert error["field"] == bad.field, (bad.what, error)
    assert client.get("/api/v1/trackers").json()["data"] == []
    assert client.get("/api/v1/contents").json()["data"] == []


_UGCINC = (
    *(bad for bad in _BODIES if bad.what not in {"nothing", "blanks", "the field missing"}
      and bad.what not in {"not UTF-8", "half a surrogate pair"}),
    Bad("nothing", b"", "accounts"),
    Bad("not UTF-8", b'{"accounts": [{"platform": "\xff"}]}', "body"),
    Bad("half a pair", b'{"accounts": [{"platform": "tiktok", "username": "\\ud800"}]}', "body"),
    Bad("the field missing", b"{}", "accounts"),
    Bad("no platform", b'{"accounts": [{"username": "x"}]}', "accounts[0].platform"),
    Bad("an unknown platform", b'{"accounts": [{"platform": "vk", "username": "x"}]}',
        "accounts[0].platform"),
    Bad("no name", b'{"accounts": [{"platform": "tiktok", "username": ""}]}', "username"),
    Bad("too many", b'{"accounts": [%s]}', "accounts"),
)  # fmt: skip


def test_ugcinc_answers_every_mistake_in_its_own_words(client: httpx.Client) -> None:
    many = b",".join([b'{"platform": "tiktok", "username": "x"}'] * 1001)
    for bad in _UGCINC:
        body = bad.body.replace(b'"urls"', b'"accounts"').replace(b"%s", many)
        response = client.post("/accounts/create", content=body)
        assert response.status_code == bad.status, (bad.what, response.text[:300])
        told = assert_shape("ugcinc", "POST", "/accounts/create", response)
        assert told["code"] == bad.status
        assert bad.field.replace("urls", "accounts") in told["message"], (bad.what, told)
        assert len(told["message"]) < 400, bad.what
    assert client.post("/accounts").json()["data"] == []


_QUERIES = (
    ("/v1/videos/stats?limit=0", "limit"),
    ("/v1/videos/stats?limit=101", "limit"),
    ("/v1/videos/stats?limit=ten", "limit"),
    ("/v1/videos/stats?limit=1e999", "limit"),
    ("/v1/videos/stats?offset=-1", "offset"),
    ("/v1/videos/stats?offset=9999999999999999999999", "offset"),
    ("/v1/videos/stats?platform=vimeo", "platform"),
    ("/v1/videos/stats?status=running", "status"),
    ("/v1/videos/stats?sort=er", "sort"),
    ("/v1/videos/stats?order=up", "order"),
    ("/v1/videos/stats?blogger_username=%00", "blogger_username"),
    ("/api/v1/trackers?limit=0", "limit"),
    ("/api/v1/trackers?limit=1001", "limit"),
    ("/api/v1/trackers?cursor=nonsense", "cursor"),
    ("/api/v1/trackers?cursor=WyJhXHUwMDAwIl0", "cursor"),
    ("/api/v1/trackers?platform=myspace", "platform"),
    ("/api/v1/trackers?state=running", "state"),
    ("/api/v1/trackers?page=2", "page"),
    ("/api/v1/runs?cursor=WzFd", "cursor"),
    ("/api/v1/contents?cursor=WzFd", "cursor"),
    ("/api/v1/creators?cursor=%F0%9F%92%A9", "cursor"),
    ("/api/v1/series?platform=youtube&id=x", "metric"),
    ("/api/v1/series?platform=youtube&metric=views", "id"),
    ("/api/v1/series?id=x&metric=views", "platform"),
    ("/api/v1/series?platform=youtube&id=%00&metric=views", "id"),
    ("/api/v1/series?platform=youtube&id=x&metric=a%20b", "metric"),
    ("/api/v1/series?platform=youtube&id=x&metric=views&from=2025-02-30", "from"),
    ("/api/v1/series?platform=youtube&id=x&metric=views&from=yesterday", "from"),
    ("/api/v1/series?platform=youtube&id=x&metric=views&to=2025-13-01", "to"),
    ("/api/v1/series?platform=youtube&id=x&metric=views&from=2025-01-02&to=2025-01-01", "from"),
    ("/api/v1/series?platform=youtube&id=x&metric=views&by=week", "by"),
    ("/api/v1/series?platform=youtube&id=x&metric=views&limit=10001", "limit"),
    ("/api/v1/growth?platform=youtube&id=x&metric=views&limit=1", "limit"),
    ("/api/v1/growth?platform=youtube&id=x&metric=views&kind=page", "kind"),
)


def test_every_bad_parameter_is_named(client: httpx.Client) -> None:
    for path, field in _QUERIES:
        response = client.get(path)
        assert response.status_code == 400, (path, response.text)
        assert response.json()["error"]["field"] == field, (path, response.text)


_MISSING = (
    ("GET", "/api/v1/trackers/{id}"),
    ("PATCH", "/api/v1/trackers/{id}"),
    ("DELETE", "/api/v1/trackers/{id}"),
    ("POST", "/api/v1/trackers/{id}/run"),
    ("GET", "/api/v1/trackers/{id}/runs"),
    ("GET", "/api/v1/contents/{id}"),
    ("GET", "/api/v1/creators/{id}"),
    ("GET", "/api/v1/series?platform=youtube&id={id}&metric=views"),
    ("GET", "/api/v1/growth?platform=youtube&id={id}&metric=views"),
)
_IDS = (
    "01a1fcc1-5c2e-71ff-9a3f-ca5d2b7546f5",
    "x",
    "%20",
    "'%20OR%201=1",
    "%F0%9F%92%A9",
    "a" * 99,
)


def test_an_unknown_id_is_not_found_whatever_it_looks_like(client: httpx.Client) -> None:
    for method, path in _MISSING:
        for unknown in _IDS:
            body = {"json": {"state": "paused"}} if method == "PATCH" else {}
            response = client.request(method, path.replace("{id}", unknown), **body)  # type: ignore[arg-type]
            assert response.status_code == 404, (method, path, unknown, response.text)
            assert response.json()["error"]["code"] == "not_found"
    for strange in ("%00", "%00%ff"):
        assert client.get(f"/api/v1/trackers/{strange}").status_code == 404
        assert client.get(f"/api/v1/contents/{strange}").status_code == 404


def test_bad_credentials_are_told_before_anything_else(
    server: Server, client: httpx.Client, caller: Caller
) -> None:
    units = server.container.units
    revoked = units.write_now(
        lambda engine: engine.tenants.create_key("acme elsewhere", Environment.SANDBOX)
    )
    units.write_now(lambda engine: engine.tenants.revoke_key(revoked.key.client_id))
    secret = f"{revoked.key.client_id}:{revoked.secret}"
    wrong = [
        None,
        "",
        "Bearer",
        "Bearer wrong",
        "wrong",
        "Digest abc",
        "Basic !!!",
        "Basic " + base64.b64encode(b"nocolon").decode(),
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
        "Basic " + base64.b64encode(b"a:b").decode(),
        "Basic " + base64.b64encode(b"a\x00:b\x00").decode(),
        "Bearer " + revoked.token,
        "Basic " + base64.b64encode(secret.encode()).decode(),
        "Bearer " + "x" * 5000,
    ]
    with httpx.Client(base_url=server.url) as stranger:
        for header in wrong:
            headers = {} if header is None else {"Authorization": header}
            for answer in (
                stranger.post("/v1/videos/track", json={"urls": [_VIDEO]}, headers=headers),
                stranger.post("/v1/videos/track", content=b"not JSON", headers=headers),
                stranger.post("/api/v1/trackers", json={"url": _VIDEO}, headers=headers),
                stranger.post("/api/v1/trackers", content=b"[", headers=headers),
                stranger.get("/api/v1/series", headers=headers),
                stranger.get("/api/v1/trackers/nonsense", headers=headers),
            ):
                assert answer.status_code == 401, (header, answer.text)
                assert "Bearer" in answer.headers["www-authenticate"]
                assert answer.json()["error"]["code"].lower() == "unauthorized"
    assert client.get("/api/v1/trackers").json()["data"] == []


def test_paths_and_methods_that_are_not_there_are_told_in_the_dialects_own_shape(
    client: httpx.Client, server: Server
) -> None:
    assert client.get("/v1/nothing").json()["error"]["code"] == "NOT_FOUND"
    assert client.get("/v1/nothing").json()["success"] is False
    assert client.get("/api/v1/nothing").json()["error"]["code"] == "not_found"
    assert client.get("/nothing").json()["error"]["code"] == "not_found"
    nowhere = client.post("/accounts/nothing")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, 404)
    assert list(nowhere.json()) == ["ok", "code", "message", "data"]
    wrong = client.put("/v1/videos/track")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "OPTIONS, POST")
    assert wrong.json()["error"]["code"] == "METHOD_NOT_ALLOWED"
    wrong = client.delete("/api/v1/trackers")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    assert client.head("/v1/videos/stats").status_code == 200
    assert client.head("/v1/videos/stats").content == b""
    options = client.options("/api/v1/trackers")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")


def test_an_expiry_in_the_past_is_accepted_and_the_tracker_never_runs(
    client: httpx.Client,
) -> None:
    body = {"url": _VIDEO, "expires_at": "2020-01-01T00:00:00Z"}
    response = client.post("/api/v1/trackers", json=body)
    assert response.status_code == 201
    assert response.json()["data"][0]["tracker"]["state"] == "expired"
