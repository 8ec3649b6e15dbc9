"""Recorded answers of the official API are read without an error, where they are present."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from tests.support.shared import recordings_dir

from bellwether.connectors.platforms.youtube import parse
from bellwether.connectors.transport import Answer

READERS: dict[str, tuple[type[Any], Callable[[Any], object]]] = {
    "youtube#channel": (parse.Channel, lambda item: parse.creator(item, item.id)),
    "youtube#video": (parse.Video, parse.content),
    "youtube#playlistItem": (parse.Upload, lambda item: item.content_details.video_id),
    "youtube#commentThread": (parse.Thread, lambda item: parse.comment(item, "video")),
}
PARTS = {"youtube#channel": "statistics", "youtube#video": "statistics"}
"""A part we always ask for, which some of the recordings were made without."""


def _recorded() -> list[dict[str, Any]]:
    path = recordings_dir() / "api_responses" / "youtube.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["response"] for line in lines]


def _answer(body: object, status: int = 200) -> Answer:
    return Answer("YouTube", status, {}, json.dumps(body).encode(), datetime.now(UTC))  # noqa: TID251


def _items(kind: str) -> list[dict[str, Any]]:
    lists = [body for body in _recorded() if body.get("kind") == kind + "ListResponse"]
    single = [body for body in _recorded() if body.get("kind") == kind and "statistics" in body]
    items = [*(item for body in lists for item in body["items"]), *single]
    if kind in PARTS:
        return [{PARTS[kind]: {}, **item} for item in items]
    if kind == "youtube#playlistItem":
        details = [item["snippet"]["resourceId"] for item in items]
        return [{"contentDetails": one, **item} for one, item in zip(details, items, strict=True)]
    return items


@pytest.mark.parametrize("kind", READERS)
def test_recorded_items_are_read(kind: str) -> None:
    shape, render = READERS[kind]
    items = _items(kind)
    assert len(items) > 3
    answer = _answer({"kind": kind + "ListResponse", "items": items})
    listing = parse.read_listing(answer, kind + "ListResponse")
    assert all(render(item) for item in parse.read_rows(listing, shape))


def test_recorded_counts_are_kept() -> None:
    for kind in ("youtube#channel", "youtube#video"):
        shape, render = READERS[kind]
        counted = [item for item in _items(kind) if item["statistics"]]
        assert counted
        listing = parse.Listing(kind=kind, items=[msgspec.Raw(json.dumps(i)) for i in counted])
        for item, read in zip(counted, parse.read_rows(listing, shape), strict=True):
            reading: Any = render(read)
            assert reading.metrics["views"] == int(item["statistics"]["viewCount"])


def test_recorded_errors_have_a_reason() -> None:
    errors = [answer for answer in _recorded() if "error" in answer]
    assert errors
    for body in errors:
        status = body["error"]["code"] if isinstance(body["error"], dict) else 400
        failed = parse.failed(_answer(body, status), 1.0)
        assert failed.message
