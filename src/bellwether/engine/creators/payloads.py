"""An order to track a creator as the payload of its job."""

from datetime import timedelta
from typing import Any

from bellwether.model.creators import CreatorOrder
from bellwether.model.jobs import Job
from bellwether.model.platforms import Kind, Platform
from bellwether.model.refs import Ref

KIND = "creator"
"""The kind of jobs that track creators."""


def write_payload(order: CreatorOrder, request_id: str) -> dict[str, object]:
    """Return an order as JSON-ready values."""
    return {
        "platform": order.ref.platform.value,
        "id": order.ref.id,
        "url": order.ref.url,
        "dialect": order.dialect,
        "contents": order.contents,
        "kinds": sorted(kind.value for kind in order.kinds),
        "follow_s": order.follow.total_seconds(),
        "credits_each": order.credits_each,
        "endpoint": order.endpoint,
        "request_id": request_id,
    }


def read_payload(job: Job) -> tuple[CreatorOrder, str]:
    """Return the order and the id of the request it came with."""
    said: dict[str, Any] = dict(job.payload)
    order = CreatorOrder(
        ref=Ref(Platform(said["platform"]), Kind.PROFILE, said["id"], said["url"]),
        dialect=said["dialect"],
        contents=said["contents"],
        kinds=frozenset(map(Kind, said["kinds"])),
        follow=timedelta(seconds=said["follow_s"]),
        credits_each=said["credits_each"],
        endpoint=said["endpoint"],
    )
    return order, said["request_id"]
