"""The lane of activities on a real server: what is plain takes it, and both ways answer alike."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection
from tests.support.server import Server, running

from bellwether.app.fast_lane import GRANT_S
from bellwether.engine.activities.ingest import Ingest
from bellwether.engine.activities.log import ActivityLog
from bellwether.kit.clock import SystemClock
from bellwether.kit.ids import new_id

PLAIN = b'{"$type":"TOUCH","$user_agent_id":"vec:1"}'


@dataclass(frozen=True)
class Answer:
    """What came back, as far as tests look at it."""

    status: int
    headers: dict[str, str]
    body: Any


class Line:
    """One connection, spoken to in bytes."""

    def __init__(self, server: Server, datamart_id: int | str, token: str) -> None:
        host, port = server.url.removeprefix("http://").split(":")
        self._socket = socket.create_connection((host, int(port)), timeout=10)
        self._file = self._socket.makefile("rb")
        self._path = f"/v1/datamarts/{datamart_id}/user_activities"
        self._token = token

    def request(self, body: bytes = PLAIN, *lines: str, length: int | None = None) -> bytes:
        """Return a request; `lines` are further headers."""
        headers = [f"Authorization: {self._token}", "Host: here", *lines]
        if not any(line.startswith("Transfer-Encoding") for line in lines):
            headers.append(f"Content-Length: {len(body) if length is None else length}")
        head = "\r\n".join([f"POST {self._path} HTTP/1.1", *headers])
        return f"{head}\r\n\r\n".encode() + body

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def answer(self) -> Answer:
        """Return the next answer."""
        status = int(self._file.readline().split()[1])
        headers = {}
        while line := self._file.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value
        body = self._file.read(int(headers["content-length"]))
        return Answer(status, headers, json.loads(body))

    def ask(self, body: bytes = PLAIN, *lines: str) -> Answer:
        """Send one request and return its answer."""
        self.send(self.request(body, *lines))
        return self.answer()

    def skip(self, count: int) -> list[bytes]:
        """Read lines that are no answer."""
        return [self._file.readline() for _ in range(count)]

    def ended(self) -> bool:
        """Whether the server has closed the connection."""
        return self._file.read(1) == b""

    def close(self) -> None:
        self._file.close()
        self._socket.close()


@dataclass(frozen=True)
class Shop:
    """A datamart of its own and a key to it."""

    server: Server
    datamart_id: int
    token: str
    workspace: str

    @contextmanager
    def line(self, datamart_id: int | str | None = None, token: str = "") -> Iterator[Line]:
        """A connection; with another datamart or token than the shop's."""
        wanted = self.datamart_id if datamart_id is None else datamart_id
        line = Line(self.server, wanted, token or self.token)
        try:
            yield line
        finally:
            line.close()

    def logged(self) -> int:
        """How many activities are in the log."""

        def count(connection: Connection) -> int:
            return ActivityLog(connection).lag(self.datamart_id).logged

        return self.server.container.database.submit_read(count).result()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("lane")
    if request.param == "sqlite":
        with running(f"sqlite:///{folder / 'b.sqlite'}", data=folder, body_seconds=1) as here:
            yield here
        return
    postgres = request.getfixturevalue("postgres")
    with running(postgres.create("lane"), data=folder, body_seconds=1) as here:
        yield here
    postgres.drop("lane")


@pytest.fixture
def shop(server: Server) -> Shop:
    workspace = new_id()
    token = server.key(workspace)

    def make(engine: Any) -> int:
        scope = engine.tenants.authenticate_token(token).scope
        return int(engine.datamarts.create(scope, "shop").id)

    return Shop(server, server.container.units.write_now(make), token, workspace)


def test_an_activity_is_answered_as_it_was_logged(shop: Shop) -> None:
    with shop.line() as line:
        answer = line.ask(b'{"$type":"TOUCH","$user_agent_id":"vec:1","own":[1,{"a":null}]}')
    assert answer.status == 200
    assert answer.body["data"]["own"] == [1, {"a": None}]
    assert answer.body["data"]["$unique_key"] == answer.headers["x-request-id"]
    now = SystemClock().now().timestamp()
    assert abs(answer.body["data"]["$ts"] / 1000 - now) < 10
    assert shop.logged() == 1


@pytest.mark.parametrize(
    "sent",
    [
        [],
        ["Content-Type: text/plain"],
        ["Connection: keep-alive"],
        ["Expect: 100-continue"],
        ["Idempotency-Key: one"],
        ["Upgrade: nothing"],
    ],
)
def test_both_ways_take_what_is_good_and_refuse_what_is_not(shop: Shop, sent: list[str]) -> None:
    with shop.line() as line:
        good = PLAIN[:-1] + b',"$unique_key":"k","$ts":1}'
        line.send(line.request(good, *sent))
        if sent == ["Expect: 100-continue"]:
            assert line.skip(2) == [b"HTTP/1.1 100 Continue\r\n", b"\r\n"]
        taken = line.answer()
        assert taken.status == 200, taken
        assert taken.body["data"] == json.loads(good)
    with shop.line() as line:
        refused = line.ask(b'{"$type":"TOUCH"}', *(one for one in sent if one[0] not in "EI"))
    assert (refused.status, refused.body["error_code"]) == (400, "INVALID_INPUT")
    assert refused.body["error_id"] == refused.headers["x-request-id"]


@pytest.mark.parametrize("ordinary", [False, True])
@pytest.mark.parametrize(
    ("body", "status", "names"),
    [
        (b"", 400, "body"),
        (b"[]", 400, "body"),
        (b"{", 400, "body"),
        (b'{"$type":"TOUCH","$user_agent_id":"a","x":NaN}', 400, "body"),
        (b'{"$type":"TOUCH","$user_agent_id":"a","x":"\\ud800"}', 400, "body"),
        (
            b'{"$type":"TOUCH","$user_agent_id":"a","x":' + b"[" * 1000 + b"]" * 1000 + b"}",
            400,
            "body",
        ),
        (b'{"$type":"TOUCH","$user_agent_id":"a","x":{"y":1,"y":1}}', 400, "y"),
        (b'{"$type":"TOUCH","$user_agent_id":"a","$ts":99999999999999}', 400, "$ts"),
        (b'{"$type":"TOUCH","$user_agent_id":"a","$events":[{}]}', 400, "$event_name"),
        (
            b'{"$type":"TOUCH","$user_agent_id":"a","$events":['
            + b",".join([b'{"$event_name":"e"}'] * 10_000)
            + b"]}",
            400,
            "$events",
        ),
        (b'{"$type":"TOUCH","$user_agent_id":"a","x":"' + b"x" * 1_000_000 + b'"}', 413, "body"),
    ],
)
def test_bad_input_is_refused_alike_on_both_ways_and_kept(
    shop: Shop, body: bytes, status: int, names: str, *, ordinary: bool
) -> None:
    with shop.line() as line:
        answer = line.ask(body, *(["Upgrade: nothing"] if ordinary else []))
        assert answer.status == status, answer
        assert names in answer.body["error"]
        assert set(answer.body) == {"status", "error", "error_code", "error_id"}
    assert shop.logged() == 0


def test_who_has_no_good_key_is_told_that_and_nothing_else(shop: Shop) -> None:
    for token in ("wrong", "Bearer wrong", "api:wrong", "Basic xx"):
        with shop.line(token=token) as line:
            answer = line.ask(b"nonsense")
            assert (answer.status, answer.body["error_code"]) == (401, "UNAUTHORIZED")
            assert "www-authenticate" in answer.headers
    other = shop.server.key(new_id())
    for datamart_id, token in ((shop.datamart_id, other), (999, shop.token), (0, shop.token)):
        with shop.line(datamart_id, token) as line:
            answer = line.ask()
            assert (answer.status, answer.body["error_code"]) == (404, "NOT_FOUND")
    assert shop.logged() == 0


def test_every_spelling_of_a_token_will_do(shop: Shop) -> None:
    for token in (shop.token, f"Bearer {shop.token}", f"api:{shop.token}"):
        with shop.line(token=token) as line:
            assert line.ask().status == 200


def test_a_revoked_key_stops_working_within_seconds(shop: Shop) -> None:
    with shop.line() as line:
        assert line.ask().status == 200
        units = shop.server.container.units
        (key,) = units.read_now(lambda engine: engine.tenants.list_keys(shop.workspace))
        units.write_now(lambda engine: engine.tenants.revoke_key(key.client_id))
        time.sleep(GRANT_S + 0.2)
        assert line.ask().status == 401


def test_requests_sent_without_waiting_are_answered_in_their_order(shop: Shop) -> None:
    with shop.line() as line:
        bodies = [b'{"$type":"TOUCH","$user_agent_id":"a","n":%d}' % n for n in range(50)]
        line.send(b"".join(line.request(body) for body in bodies))
        answers = [line.answer() for _ in bodies]
    assert [answer.body["data"]["n"] for answer in answers] == list(range(50))
    assert shop.logged() == 50


def test_the_two_ways_take_turns_on_one_connection(shop: Shop) -> None:
    with shop.line() as line:
        line.send(
            line.request()
            + b"GET /v1/datamarts HTTP/1.1\r\nHost: here\r\nAuthorization: "
            + shop.token.encode()
            + b"\r\n\r\n"
            + line.request()
        )
        first, listed, last = line.answer(), line.answer(), line.answer()
    assert (first.status, last.status) == (200, 200)
    assert listed.body["count"] == 1


def test_a_body_in_pieces(shop: Shop) -> None:
    with shop.line() as line:
        request = line.request()
        for place in range(0, len(request), 40):
            line.send(request[place : place + 40])
            time.sleep(0.01)
        assert line.answer().status == 200
        chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(PLAIN), PLAIN)
        line.send(line.request(chunked, "Transfer-Encoding: chunked"))
        assert line.answer().status == 200


def test_a_body_that_does_not_arrive_is_not_waited_for(shop: Shop) -> None:
    with shop.line() as line:
        line.send(line.request(PLAIN, length=len(PLAIN) + 5))
        answer = line.answer()
        assert (answer.status, answer.body["error_code"]) == (408, "TIMEOUT")
        assert line.ended()
    assert shop.logged() == 0


def test_a_client_that_leaves_harms_nobody(shop: Shop) -> None:
    for _ in range(20):
        with shop.line() as line:
            line.send(line.request())
    with shop.line() as line:
        assert line.ask().status == 200


def test_when_nothing_more_is_taken_the_answer_says_when_to_come_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shop.line() as line:
        assert line.ask().status == 200
        monkeypatch.setattr(Ingest, "full", True)
        answer = line.ask()
        assert (answer.status, answer.body["error_code"]) == (503, "UNAVAILABLE")
        assert answer.headers["retry-after"] == "2"
        monkeypatch.undo()
        assert line.ask().status == 200
    assert shop.logged() == 2


def test_a_key_sent_with_another_activity_is_a_conflict(shop: Shop) -> None:
    with shop.line() as line:
        keyed = PLAIN[:-1] + b',"$unique_key":"k"}'
        first = line.ask(keyed)
        again = line.ask(keyed)
        assert again.body == first.body
        answer = line.ask(keyed[:-1] + b',"n":1}')
        assert (answer.status, answer.body["error_code"]) == (409, "CONFLICT")
    assert shop.logged() == 1
