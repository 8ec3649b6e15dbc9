"""One attempt: render, sign, post, and what the answer means."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import structlog

from bellwether.engine.webhooks.outcomes import Attempted, ClaimedLane, Due, Receiver, Result
from bellwether.engine.webhooks.rendering import Renderer
from bellwether.kit.clock import Clock
from bellwether.kit.http import FetchRefusedError, GuardedClient, GuardedResponse
from bellwether.kit.metering import SILENT, Meter
from bellwether.kit.sealing import Sealer
from bellwether.kit.signing import signed_headers
from bellwether.model.webhooks import DeliveryState, Event

_log = structlog.get_logger(__name__)

_READ_BYTES = 16 * 1024
_EXCERPT_BYTES = 1024
_LONGEST_ERROR = 500
_MOST_OPENED = 10_000
_MOST_BODIES = 1_000
_LONGEST_BODY = 16 * 1024
_LONGEST_HOLD = timedelta(hours=24)
_GONE = 410
_OUTCOMES = {
    DeliveryState.SUCCEEDED: "succeeded",
    DeliveryState.PENDING: "retried",
    DeliveryState.FAILED: "failed",
}


class Sender:
    """Makes attempts. It never raises: whatever goes wrong is what the attempt came to.

    `schedule` holds the seconds to wait after each failed attempt but the last.
    """

    def __init__(
        self,
        clock: Clock,
        client: GuardedClient,
        sealer: Sealer,
        renderers: Mapping[str, Renderer],
        *,
        schedule: Sequence[float],
        timeout_s: float,
        meter: Meter = SILENT,
    ) -> None:
        self._meter = meter
        self._clock = clock
        self._client = client
        self._sealer = sealer
        self._renderers = renderers
        self._schedule = tuple(schedule)
        self._timeout_s = timeout_s
        self._opened: dict[str, str] = {}
        self._bodies: dict[tuple[str, str], bytes] = {}

    async def send(self, lane: ClaimedLane, due: Due) -> Result:
        """Make one attempt at a delivery and judge it."""
        attempted = await self._attempt(lane.receiver, due.event)
        result = self._judge(lane, due, attempted)
        outcome = "gone" if result.gone else _OUTCOMES[result.state]
        self._meter.observe(
            "delivery_attempt_seconds", attempted.duration_ms / 1000, outcome=outcome
        )
        return result

    async def _attempt(self, receiver: Receiver, event: Event) -> Attempted:
        loop = asyncio.get_running_loop()
        at, began = self._clock.now(), loop.time()
        answer: GuardedResponse | None = None
        try:
            body, headers = self._message(receiver, event)
            answer = await self._client.request(
                "POST",
                receiver.url,
                headers=headers,
                content=body,
                max_bytes=_READ_BYTES,
                seconds=self._timeout_s,
                cut=True,
            )
            error = _complaint(answer.status)
        except FetchRefusedError as refused:
            error = f"{refused.reason}: {refused.message}"[:_LONGEST_ERROR]
        except Exception as failure:  # noqa: BLE001  it is about this delivery, others go on
            _log.exception("a webhook cannot be sent", endpoint=receiver.endpoint_id)
            error = f"it cannot be sent: {type(failure).__name__}: {failure}"[:_LONGEST_ERROR]
        duration_ms = round((loop.time() - began) * 1000)
        if answer is None:
            return Attempted(at, duration_ms, None, _clean(error or ""), None)
        return Attempted(
            at,
            duration_ms,
            answer.status,
            error,
            _excerpt(answer.body),
            self._retry_after(answer.headers.get("retry-after")),
        )

    def _message(self, receiver: Receiver, event: Event) -> tuple[bytes, Mapping[str, str]]:
        renderer = self._renderers[receiver.dialect]
        secrets = [self._open(sealed) for sealed in receiver.sealed]
        body = self._body(receiver.dialect, event)
        headers = {
            "Content-Type": "application/json",
            **signed_headers(event.id, self._clock.real_now(), body, secrets),
            **renderer.headers(event, body, secrets),
        }
        return body, headers

    def _body(self, dialect: str, event: Event) -> bytes:
        """Render an event once for all who are told it at about the same time."""
        body = self._bodies.get((dialect, event.id))
        if body is None:
            if len(self._bodies) >= _MOST_BODIES:
                del self._bodies[next(iter(self._bodies))]
            body = self._renderers[dialect].body(event)
            if len(body) <= _LONGEST_BODY:
                self._bodies[dialect, event.id] = body
        return body

    def _open(self, sealed: str) -> str:
        secret = self._opened.get(sealed)
        if secret is None:
            if len(self._opened) >= _MOST_OPENED:
                self._opened.clear()
            secret = self._opened[sealed] = self._sealer.open(sealed)
        return secret

    def _judge(self, lane: ClaimedLane, due: Due, made: Attempted) -> Result:
        if made.error is None:
            return Result(lane, due, made, DeliveryState.SUCCEEDED)
        if made.status == _GONE:
            return Result(lane, due, made, DeliveryState.FAILED, gone=True)
        now = self._clock.real_now()
        asked = None if made.retry_after_s is None else timedelta(seconds=made.retry_after_s)
        held_until = None if asked is None else now + asked
        if due.attempts >= len(self._schedule):
            return Result(lane, due, made, DeliveryState.FAILED, held_until=held_until)
        wait = max(timedelta(seconds=self._schedule[due.attempts]), asked or timedelta(0))
        return Result(lane, due, made, DeliveryState.PENDING, now + wait, held_until)

    def _retry_after(self, text: str | None) -> float | None:
        """Return what a Retry-After header asks for in seconds, within a day; None for nothing."""
        if text is None:
            return None
        text = text.strip()
        if text.isascii() and text.isdecimal():
            seconds = float(text[:10])
        else:
            try:
                until = parsedate_to_datetime(text)
            except ValueError:
                return None
            seconds = (_aware(until) - self._clock.real_now()).total_seconds()
        return min(seconds, _LONGEST_HOLD.total_seconds()) if seconds > 0 else None


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def _complaint(status: int) -> str | None:
    """Return what is wrong with an answer, None for those that acknowledge."""
    if 200 <= status < 300:  # noqa: PLR2004  what HTTP calls success
        return None
    if 300 <= status < 400:  # noqa: PLR2004  what HTTP calls redirection
        return f"answered {status}, and redirects are not followed"
    return f"answered {status}"


def _excerpt(body: bytes) -> str:
    return _clean(body[:_EXCERPT_BYTES].decode("utf-8", "replace"))


def _clean(text: str) -> str:
    """Return text as every store can hold it."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
