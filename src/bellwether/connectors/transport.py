"""The shared way out to platform APIs: bounded in time and size, and failing in our own words.

Every way a call can go wrong becomes a ConnectorError that carries a reason of model.readings.
Nothing here logs, and what httpx itself would log of a request is cut off at the question mark,
since some platforms take keys as query parameters.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from bellwether.connectors.base import ConnectorError
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
    """GET requests to one platform's API.

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
        """Ask for a path below the base URL; any status is an answer.

        Raises ConnectorError (platform_error) when no answer came in time, and (changed_format)
        when it is too large.
        """
        url = f"{self._base_url}/{path}"
        try:
            async with asyncio.timeout(self._seconds):
                return await self._receive(url, params)
        except (TimeoutError, httpx.TimeoutException):
            raise self._down(f"did not answer within {self._seconds:g} seconds") from None
        except httpx.ConnectError:
            raise self._down("cannot be reached: no connection") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise self._down(f"broke off the call ({type(error).__name__})") from None

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

    async def _receive(self, url: str, params: Sequence[tuple[str, str]]) -> Answer:
        client = self._open()
        async with client.stream("GET", url, params=list(params)) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._max_bytes:
                    message = f"{self.platform}'s answer is larger than {self._max_bytes} bytes"
                    raise ConnectorError(Failed(FailureReason.CHANGED_FORMAT, message))
            headers = {name.lower(): value for name, value in response.headers.items()}
            now = self._clock.real_now()
            return Answer(self.platform, response.status_code, headers, bytes(body), now)

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

    def _down(self, what: str) -> ConnectorError:
        return ConnectorError(Failed(FailureReason.PLATFORM_ERROR, f"{self.platform} {what}"))
