"""From events to what is sent: one renderer for each dialect an endpoint can speak."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from bellwether.engine.webhooks.written import Written
from bellwether.model.webhooks import Event

NATIVE = "native"


class Renderer(Protocol):
    """How a dialect tells events.

    Both are pure functions, so that each attempt and each replay sends the same bytes. Bodies are
    JSON exactly as `to_json` writes it: some receivers verify what they have parsed and written
    again.
    """

    def body(self, event: Event) -> bytes:
        """Return the payload."""

    def headers(self, event: Event, body: bytes, secrets: Sequence[str]) -> Mapping[str, str]:
        """Return headers that go out beside those of Standard Webhooks, and win over them.

        `secrets` are the valid ones, newest first.
        """


class NativeRenderer:
    """`type`, `timestamp` and `data`, as Standard Webhooks recommends."""

    def body(self, event: Event) -> bytes:
        """Return the payload."""
        data = event.data
        text = data.text if isinstance(data, Written) else _dumped(dict(data))
        # Nothing in a type or an instant needs to be escaped.
        start = f'{{"type": "{event.type.value}", "timestamp": "{iso(event.at)}", "data": '
        return f"{start}{text}}}".encode("ascii")

    def headers(
        self,
        event: Event,  # noqa: ARG002
        body: bytes,  # noqa: ARG002
        secrets: Sequence[str],  # noqa: ARG002
    ) -> Mapping[str, str]:
        """Return nothing: the standard headers are all there is."""
        return {}


def to_json(value: object) -> bytes:
    """Return JSON as Python's json.dumps writes it by default: `", "`, `": "` and ASCII only."""
    return _dumped(value).encode("ascii")


def _dumped(value: object) -> str:
    return json.dumps(value, allow_nan=False)


def iso(instant: datetime) -> str:
    """Return an instant as payloads have it: UTC, microseconds, Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
