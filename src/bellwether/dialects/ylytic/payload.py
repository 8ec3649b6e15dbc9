"""What a webhook of this dialect says: pure functions of an event.

The vendor's documents show no payload of tracking; this follows those of its neighbouring products
(a type, success or failed, a reason in words, the identifier, the connector). See
docs/dialects/ylytic.md.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bellwether.dialects.ylytic.render import render_instant
from bellwether.model.readings import FailureReason
from bellwether.model.tracking import Aspect
from bellwether.model.webhooks import Event, EventType

TYPES: Final = {
    Aspect.PROFILE.value: "creator_insights",
    Aspect.STORIES.value: "stories_insights",
    Aspect.CONTENT.value: "post_insights",
}
REASONS: Final = {
    FailureReason.PRIVATE: "Private Account",
    FailureReason.NOT_FOUND: "Invalid Handle",
    FailureReason.DELETED: "Restricted/Invalid Profile",
    FailureReason.RATE_LIMITED: "Rate Limited",
    FailureReason.UNAUTHORIZED: "Unauthorized",
    FailureReason.PLATFORM_ERROR: "Platform Error",
    FailureReason.CHANGED_FORMAT: "Unreadable Answer",
    FailureReason.UNSUPPORTED: "Not Supported",
}
"""The first three are the vendor's words, the others ours."""

_RUNS = frozenset({EventType.RUN_SUCCEEDED, EventType.RUN_FAILED})
_FAILURES = frozenset({EventType.RUN_FAILED, EventType.TRACKER_STALE, EventType.CONNECTOR_FAILED})


class YlyticRenderer:
    """How this dialect's endpoints are told events. The standard headers are all there is."""

    def body(self, event: Event) -> bytes:
        """Return the payload: JSON as Python's json.dumps writes it by default."""
        data = dict(event.data)
        payload = {
            "type": _type(event, data),
            "status": "failed" if event.type in _FAILURES else "success",
            "status_reason": _reason(data.get("failure")),
            "identifier": data.get("target"),
            "connector": data.get("platform"),
            "event_id": event.id,
            "event_at": render_instant(event.at),
            **(_run(event, data) if event.type in _RUNS else {"data": data}),
        }
        return json.dumps(payload, allow_nan=False).encode("ascii")

    def headers(
        self,
        event: Event,  # noqa: ARG002
        body: bytes,  # noqa: ARG002
        secrets: Sequence[str],  # noqa: ARG002
    ) -> Mapping[str, str]:
        """Return nothing."""
        return {}


def _type(event: Event, data: Mapping[str, object]) -> str:
    aspect = data.get("aspect")
    if event.type in _RUNS and isinstance(aspect, str) and aspect in TYPES:
        return TYPES[aspect]
    return event.type.value.replace(".", "_").replace("tracker_", "tracking_")


def _reason(failure: object) -> str | None:
    if not isinstance(failure, Mapping):
        return None
    reason = failure.get("reason")
    known = {one.value: text for one, text in REASONS.items()}
    return known.get(str(reason), str(reason))


def _run(event: Event, data: Mapping[str, Any]) -> dict[str, object]:
    snapshots: Sequence[Mapping[str, Any]] = data.get("snapshots") or []
    about: dict[str, object] = {
        "run_id": event.run_id,
        "source": data.get("source"),
        "failure": data.get("failure"),
    }
    if data.get("aspect") == Aspect.STORIES.value:
        return about | {"stories": [_story(one) for one in snapshots]}
    newest: Mapping[str, Any] = snapshots[-1] if snapshots else {}
    if data.get("aspect") == Aspect.CONTENT.value:
        about["handle"] = data.get("handle") or newest.get("creator_handle")
    return about | {
        "url": newest.get("url") or data.get("url"),
        "insights": dict(newest.get("metrics") or {}),
    }


def _story(snapshot: Mapping[str, Any]) -> dict[str, object]:
    return {
        "identifier": snapshot.get("external_id"),
        "url": snapshot.get("url"),
        "published_at": snapshot.get("published_at"),
        "insights": dict(snapshot.get("metrics") or {}),
    }
