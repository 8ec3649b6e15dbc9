"""The way of activities: one route answered without what the framework adds to every request.

It takes only what is plain: a POST with a length, an Authorization header and nothing that changes
how a request is read. All else goes the ordinary way, where the same route stands with the same
checks and answers; docs/decisions has the measurements.
"""

import asyncio
import hashlib
import re
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import NamedTuple

import structlog

from bellwether.dialects.framework.credentials import authenticate
from bellwether.dialects.framework.endpoint import word_problem
from bellwether.dialects.framework.operations import Dialect
from bellwether.dialects.framework.problems import BodyTimeoutError, InternalError
from bellwether.dialects.framework.reply import ENCODER
from bellwether.dialects.framework.services import UnitsOfWork
from bellwether.dialects.mediarithmics.parse_activity import parse_activity
from bellwether.engine.facade import Engine, Ingest, make_bad_row
from bellwether.kit.clock import Clock, to_micros
from bellwether.kit.ids import new_id
from bellwether.kit.metering import Meter
from bellwether.model.activities import Accepted
from bellwether.model.errors import BellwetherError, UnavailableError

PREFIX = "/v1/datamarts"
PATH = re.compile(PREFIX.encode() + rb"/([0-9]{1,10})/user_activities")
ROUTE = "POST /v1/datamarts/{datamartId}/user_activities"
GRANT_S = 2.0
"""How long a key that was found good is not looked up again: so long it works after its end."""
_GRANTS = 10_000
_HEADS = 20_000
_UNKNOWN = (-1, b"")
_REST_S = (1.0, 2.0)
"""For how long nothing is read from a connection whose activity was refused for lack of room.

About as long as `Retry-After` says: who does not heed it costs nothing more. They differ, so that
those who were refused together do not come back together.
"""
_NO_ID = "00000000-0000-0000-0000-000000000000"

_HEAD = (
    b"HTTP/1.1 %d %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
    b"x-request-id: %s\r\n"
)
_log = structlog.get_logger("bellwether.http")

Send = Callable[[bytes, float], None]
"""Takes a complete answer, and for how many seconds the client is not listened to after it."""


@dataclass(frozen=True, slots=True)
class _Grant:
    """Who may write to a datamart, until when (loop time)."""

    datamart_id: int
    compartment_id: str
    key_id: str
    until: float


class _Request(NamedTuple):
    """A request on its way."""

    id: str
    datamart: str
    authorization: bytes
    body: bytes
    send: Send
    began: float


def digest_of(text: bytes) -> bytes:
    """Return what stands for a text that has credentials in it."""
    return hashlib.sha256(text).digest()


class FastLane:
    """Answers the route for one process, in its event loop."""

    def __init__(
        self,
        dialect: Dialect,
        units: UnitsOfWork,
        clock: Clock,
        ingest: Ingest,
        meter: Meter,
    ) -> None:
        self._dialect = dialect
        self._units = units
        self._clock = clock
        self._ingest = ingest
        self._meter = meter
        self._grants: dict[bytes, _Grant] = {}
        self._heads: dict[bytes, tuple[int, bytes]] = {}
        self._asked: dict[bytes, asyncio.Task[_Grant]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._full: bytes | None = None
        self._turned_away = 0

    def take(
        self, datamart: bytes, authorization: bytes, body: bytes, send: Send, head: bytes | None
    ) -> None:
        """Answer one request through `send`, now or later, once.

        `head` is the digest of its head, when the next one with the same may take the short cut.
        """
        request = _Request(
            new_id(), datamart.decode(), authorization, body, send, time.perf_counter()
        )
        key = digest_of(b"%s %s" % (datamart, authorization))
        if head is not None:
            if len(self._heads) >= _HEADS:
                self._heads.clear()
            self._heads[head] = (len(body), key)
        grant = self._granted(key)
        if grant is None:
            self._start(self._admit(key, request))
        else:
            self._handle(request, grant)

    def take_known(self, head: bytes, body: bytes, send: Send) -> bool:
        """Answer a request whose head was read before; False when it must be read again.

        The same bytes mean the same request line, key and length. They are known by their digest,
        so no credentials are kept.
        """
        length, key = self._heads.get(head, _UNKNOWN)
        grant = self._granted(key) if length == len(body) else None
        if grant is None:
            return False
        self._handle(_Request(new_id(), "", b"", body, send, time.perf_counter()), grant)
        return True

    def _granted(self, key: bytes) -> _Grant | None:
        grant = self._grants.get(key)
        return grant if grant is not None and grant.until >= time.monotonic() else None

    def too_late(self, send: Send) -> None:
        """Answer a request whose body does not arrive."""
        error = BodyTimeoutError("The request body took too long to arrive")
        self._refuse(_Request(new_id(), "-", b"", b"", send, time.perf_counter()), error)

    async def _admit(self, key: bytes, request: _Request) -> None:
        """Look a key up, once for all that wait for the same."""
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = asyncio.create_task(self._ask(request))
            asked.add_done_callback(lambda _: self._asked.pop(key, None))
        try:
            grant = await asyncio.shield(asked)
        except BellwetherError as error:
            self._refuse(request, error)
            return
        except Exception as error:  # noqa: BLE001  whatever it was, the caller is answered
            self._fail(request, error)
            return
        if len(self._grants) >= _GRANTS:
            self._grants.clear()
        self._grants[key] = grant
        self._handle(request, grant)

    async def _ask(self, request: _Request) -> _Grant:
        credentials = self._dialect.read_credentials(
            {"type": "http", "headers": [(b"authorization", request.authorization)]}
        )

        def work(engine: Engine) -> _Grant:
            principal = authenticate(engine, self._clock, credentials)
            datamart = engine.datamarts.find(principal.scope, request.datamart)
            until = time.monotonic() + GRANT_S
            return _Grant(datamart.id, datamart.compartment_id, principal.key_id, until)

        return await self._units.read(work)

    def _handle(self, request: _Request, grant: _Grant) -> None:
        try:
            self._ingest.check_room()  # before anything is spent on it
            now_ms = to_micros(self._clock.now()) // 1000
            activity = parse_activity(request.body, now_ms, grant.compartment_id, request.id)
            self._ingest.submit(
                grant.datamart_id, grant.key_id, activity, partial(self._written, request, grant)
            )
        except UnavailableError as error:
            self._turn_away(request, error)
        except BellwetherError as error:
            self._start(self._keep(request, grant, error))
        except Exception as error:  # noqa: BLE001  whatever it was, the caller is answered
            self._fail(request, error)

    def _written(self, request: _Request, grant: _Grant, result: Accepted | Exception) -> None:
        if isinstance(result, Accepted):
            body = b'{"status":"ok","data":' + result.body + b"}"
            head = _HEAD % (200, b"OK", len(body), request.id.encode())
            request.send(head + b"\r\n" + body, 0.0)
            self._observe(request, "200")
        elif isinstance(result, UnavailableError):
            self._refuse(request, result)
        elif isinstance(result, BellwetherError):
            self._start(self._keep(request, grant, result))
        else:
            self._fail(request, result)

    async def _keep(self, request: _Request, grant: _Grant, error: BellwetherError) -> None:
        """Keep what is refused as a bad row, then say so."""
        bad = make_bad_row(grant.datamart_id, request.body, error, self._clock)
        await self._ingest.keep(bad, grant.key_id)
        self._refuse(request, error)

    def _turn_away(self, request: _Request, error: BellwetherError) -> None:
        """Refuse for lack of room, at the least cost: the answer is the same but for its id."""
        if self._full is None:
            self._full = self._word(error, _NO_ID)[1]
        answer = self._full.replace(_NO_ID.encode(), request.id.encode())
        self._turned_away += 1
        low, high = _REST_S
        request.send(answer, low + (high - low) * (self._turned_away * 0.618 % 1.0))
        self._observe(request, "503")

    def _refuse(self, request: _Request, error: BellwetherError) -> None:
        status, answer = self._word(error, request.id)
        request.send(answer, 0.0)
        self._observe(request, str(status))
        _log.info(
            "request",
            method="POST",
            path=ROUTE.removeprefix("POST "),
            status=status,
            ms=round((time.perf_counter() - request.began) * 1000, 1),
            request_id=request.id,
        )

    def _word(self, error: BellwetherError, request_id: str) -> tuple[int, bytes]:
        """Return an error's status and the whole answer."""
        reply = word_problem(self._dialect, error, request_id)
        body = b"" if reply.content is None else ENCODER.encode(reply.content)
        reason = HTTPStatus(reply.status).phrase.encode()
        lines = [_HEAD % (reply.status, reason, len(body), request_id.encode())]
        for name, value in reply.headers.items():
            lines.append(f"{name.lower()}: {value}\r\n".encode("latin-1", "replace"))
        return reply.status, b"".join(lines) + b"\r\n" + body

    def _fail(self, request: _Request, error: BaseException) -> None:
        _log.error("unforeseen", request_id=request.id, exc_info=error)
        self._refuse(request, InternalError("Something went wrong on this server"))

    def _observe(self, request: _Request, status: str) -> None:
        seconds = time.perf_counter() - request.began
        self._meter.observe(
            "request_seconds", seconds, dialect=self._dialect.name, route=ROUTE, status=status
        )

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
