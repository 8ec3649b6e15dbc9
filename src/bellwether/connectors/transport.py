"""The shared way out to platform APIs: bounded in time and size, and failing in our own words.

Every way a call can go wrong becomes a ConnectorError that carries a reason of model.readings.
Nothing here logs, and what httpx itself would log of a request is cut off at the question mark,
since some platforms take keys as query parameters.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.publishers import LostAnswerError
from bellwether.kit.clock import Clock, SystemClock
from bellwether.model.readings import Failed, FailureReason

T = TypeVar("T")

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_QUOTED = 200  # characters of a platform's own message that are passed on
_SERVER_ERRORS = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What a platform sent back, whatever the status; `headers` have lower-case names."""

    platform: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    real_now: datetime

    @property
    def ok(self) -> bool:
        """Whether the status is a success."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def retry_after(self) -> float | None:
        """Seconds the platform asks us to wait, from `Retry-After` in either of its forms."""
        text = self.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit():
            return float(text)
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
        return max(0.0, (until - self.real_now).total_seconds())

    def decode(self, shape: type[T]) -> T:
        """Read the body as JSON of a shape; numbers may be written as text.

        Raises ConnectorError (changed_format) naming the place that does not fit.
        """
        return decode(self.platform, self.body, shape)


@dataclass(frozen=True, slots=True)
class Call:
    """A request: `path` is below the base URL, or a whole address that the platform gave us.

    `token` is sent as Bearer, `body` as JSON, `content` as it is. `seconds` replaces the usual
    bound. An `act` changes something that people can see: when its answer does not come, nobody
    knows whether it was done.
    """

    method: str
    path: str
    params: Sequence[tuple[str, str]] = ()
    token: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: object = None
    content: bytes | AsyncIterator[bytes] | None = field(default=None, repr=False)
    seconds: float | None = None
    act: bool = False


def decode(platform: str, body: bytes | msgspec.Raw, shape: type[T]) -> T:
    """Read JSON of a shape; numbers may be written as text.

    Raises ConnectorError (changed_format) naming the place that does not fit.
    """
    try:
        return msgspec.json.decode(body, type=shape, strict=False)
    except msgspec.ValidationError as error:
        message = f"{platform}'s answer does not have the shape it used to have: {error}"
        raise ConnectorError(Failed(FailureReason.CHANGED_FORMAT, message)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        message = f"{platform}'s answer is not JSON"
        raise ConnectorError(Failed(FailureReason.CHANGED_FORMAT, message)) from None


def quoted(text: str) -> str:
    """Return a platform's own message on one line and cut to a length fit for ours."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else line[: _QUOTED - 1] + "…"


def failed_by_status(answer: Answer, said: str = "") -> Failed:
    """Map an HTTP status that is not a success; `said` is the platform's own message."""
    reason, meaning = _meaning(answer.status)
    text = f"{answer.platform} {meaning} (HTTP {answer.status})"
    if said:
        text += f": {quoted(said)}"
    transient = reason in (FailureReason.RATE_LIMITED, FailureReason.PLATFORM_ERROR)
    return Failed(reason, text, answer.retry_after if transient else None)


def _meaning(status: int) -> tuple[FailureReason, str]:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return FailureReason.UNAUTHORIZED, "refused access"
    if status == HTTPStatus.NOT_FOUND:
        return FailureReason.NOT_FOUND, "knows no such thing"
    if status == HTTPStatus.GONE:
        return FailureReason.DELETED, "says that it is gone"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return FailureReason.RATE_LIMITED, "asks us to slow down"
    if status >= _SERVER_ERRORS or status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT):
        return FailureReason.PLATFORM_ERROR, "has a problem of its own"
    return FailureReason.CHANGED_FORMAT, "does not understand our request"


def _drop_query(record: logging.LogRecord) -> bool:
    """Cut query strings, which may hold keys, from what httpx logs about requests."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            str(item.copy_with(query=None)) if isinstance(item, httpx.URL) else item
            for item in record.args
        )
    return True


class Transport:
    """Requests to one platform's API.

    `seconds` bounds a whole call and `max_bytes` a decoded body. Connections are made on first
    use. Proxy variables of the operating system are honoured, except for loopback addresses.
    """

    def __init__(
        self,
        *,
        platform: str,
        base_url: str,
        seconds: float = 20.0,
        max_bytes: int = 16 << 20,
        clock: Clock | None = None,
    ) -> None:
        self.platform = platform
        self._base_url = base_url.rstrip("/")
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._clock = clock or SystemClock()
        self._client: httpx.AsyncClient | None = None
        logging.getLogger("httpx").addFilter(_drop_query)

    async def get(self, path: str, params: Sequence[tuple[str, str]]) -> Answer:
        """Ask for a path below the base URL; any status is an answer. Raises as `call` does."""
        return await self.call(Call("GET", path, params))

    async def call(self, call: Call) -> Answer:
        """Send one request; any status is an answer.

        Raises ConnectorError (platform_error) when no answer came in time, and (changed_format)
        when it is too large; LostAnswerError instead where an act may have been done all the same.
        """
        seconds = call.seconds or self._seconds
        error = _error(call)
        try:
            async with asyncio.timeout(seconds):
                return await self._receive(call)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise self._down("cannot be reached: no connection") from None
        except (TimeoutError, httpx.TimeoutException):
            raise self._down(f"did not answer within {seconds:g} seconds", error) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as trouble:
            broken = f"broke off the call ({type(trouble).__name__})"
            raise self._down(broken, error) from None

    async def get_ok(
        self,
        path: str,
        params: Sequence[tuple[str, str]],
        explain: Callable[[Answer], Failed] = failed_by_status,
    ) -> Answer:
        """Ask as `get` does; raise ConnectorError with `explain`'s words unless it went well."""
        answer = await self.get(path, params)
        if not answer.ok:
            raise ConnectorError(explain(answer))
        return answer

    async def aclose(self) -> None:
        """Close connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _receive(self, call: Call) -> Answer:
        client = self._open()
        request = client.build_request(
            call.method,
            self._address(call.path),
            params=list(call.params) or None,
            headers=_headers(call),
            timeout=call.seconds or self._seconds,
            content=msgspec.json.encode(call.body) if call.body is not None else call.content,
        )
        response = await client.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._max_bytes:
                    message = f"{self.platform}'s answer is larger than {self._max_bytes} bytes"
                    raise _error(call)(Failed(FailureReason.CHANGED_FORMAT, message))
            headers = {name.lower(): value for name, value in response.headers.items()}
            now = self._clock.real_now()
            return Answer(self.platform, response.status_code, headers, bytes(body), now)
        finally:
            await response.aclose()

    def _address(self, path: str) -> str:
        """Return the whole address; one that the platform gave us must be no less safe than ours.

        Raises ConnectorError (changed_format) for one that is not.
        """
        if "://" not in path:
            return f"{self._base_url}/{path}"
        given = urlsplit(path)
        if given.scheme != "https" and given.hostname != urlsplit(self._base_url).hostname:
            message = f"{self.platform} gave an address that is not https"
            raise ConnectorError(Failed(FailureReason.CHANGED_FORMAT, message))
        return path

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            host = urlsplit(self._base_url).hostname
            self._client = httpx.AsyncClient(
                timeout=self._seconds,
                follow_redirects=False,
                trust_env=host not in _LOOPBACK,
                headers={"Accept": "application/json"},
            )
        return self._client

    def _down(self, what: str, error: type[ConnectorError] = ConnectorError) -> ConnectorError:
        return error(Failed(FailureReason.PLATFORM_ERROR, f"{self.platform} {what}"))


def _error(call: Call) -> type[ConnectorError]:
    """Return what is raised when a call was sent and not answered in full."""
    return LostAnswerError if call.act else ConnectorError


def _headers(call: Call) -> Mapping[str, str]:
    own = {}
    if call.token:
        own["Authorization"] = f"Bearer {call.token}"
    if call.body is not None:
        own["Content-Type"] = "application/json; charset=UTF-8"
    return {**own, **call.headers}
