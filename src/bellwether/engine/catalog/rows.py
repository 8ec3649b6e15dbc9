"""Between the catalog's rows and the model, and making text safe to store."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from bellwether.kit.clock import from_micros, opt_instant
from bellwether.model.catalog import Content, Creator
from bellwether.model.platforms import Kind, Platform

LONGEST_ID = 200
"""Characters of an id, a key or a handle."""

_OUR_LENGTH = 36


def is_ours(text: str) -> bool:
    """Return whether a text may be one of our ids, so that it is worth looking for."""
    return len(text) == _OUR_LENGTH


def storable(text: str) -> bool:
    """Return whether both stores can keep this text as an id."""
    return 0 < len(text) <= LONGEST_ID and safe(text) == text


def safe(text: str) -> str:
    """Return the text without what a store refuses: NUL and halves of surrogate pairs."""
    if text.isascii():
        return text.replace("\0", "")
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def opt_safe(text: str | None) -> str | None:
    """Return `safe`, passing None on."""
    return None if text is None else safe(text)


def opt_id(text: str | None) -> str | None:
    """Return an id or handle as said by a source, or None where it cannot be one."""
    return text if text is not None and storable(text) else None


def pack(details: Mapping[str, object]) -> str:
    """Return details as JSON with sorted keys, so that equal details are equal text."""
    return json.dumps(details, sort_keys=True, separators=(",", ":"), default=str)


def merge(packed: str, more: Mapping[str, object]) -> str:
    """Return packed details with those of `more` that are not None put on top."""
    known = {key: value for key, value in more.items() if value is not None}
    return pack({**json.loads(packed), **known}) if known else packed


def creator(row: Row[Any]) -> Creator:
    """Return the creator of a row."""
    return Creator(
        id=row.id,
        platform=Platform(row.platform),
        key=row.key,
        external_id=row.external_id,
        handle=row.handle,
        name=row.name,
        url=row.url,
        details=json.loads(row.details),
        source=row.source,
        created_at=from_micros(row.created_at),
        updated_at=from_micros(row.updated_at),
    )


def content(row: Row[Any]) -> Content:
    """Return the content of a row."""
    return Content(
        id=row.id,
        platform=Platform(row.platform),
        external_id=row.external_id,
        kind=Kind(row.kind),
        url=row.url,
        title=row.title,
        creator_handle=row.creator_handle,
        published_at=opt_instant(row.published_at),
        thumbnail_url=row.thumbnail_url,
        duration_s=row.duration_s,
        details=json.loads(row.details),
        source=row.source,
        created_at=from_micros(row.created_at),
        updated_at=from_micros(row.updated_at),
    )
