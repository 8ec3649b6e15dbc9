"""Checks requests and answers against a Google API's official description.

The description is the discovery document inside the google-api-python-client package; it is read
as a file, so that nothing of the package runs.
"""

import functools
import importlib.metadata
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

_DOCUMENT = "googleapiclient/discovery_cache/documents/youtube.v3.json"
_MAX_IDS = 50  # the pages on videos.list and channels.list say so; the document does not
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_FILTERS = {
    "channels": ("categoryId", "forHandle", "forUsername", "id", "managedByMe", "mine"),
    "videos": ("chart", "id", "myRating"),
    "playlistItems": ("id", "playlistId"),
    "commentThreads": ("allThreadsRelatedToChannelId", "channelId", "id", "videoId"),
}
"""Of these exactly one may be given."""


@functools.cache
def youtube() -> dict[str, Any]:
    """Return the discovery document of the YouTube Data API v3."""
    package = importlib.metadata.distribution("google-api-python-client")
    with open(str(package.locate_file(_DOCUMENT)), encoding="utf-8") as file:  # noqa: PTH123
        document: dict[str, Any] = json.load(file)
    return document


def request_faults(
    document: dict[str, Any], resource: str, query: Sequence[tuple[str, str]]
) -> Iterator[str]:
    """Yield what a `list` request has against the description."""
    method = document["resources"][resource]["methods"]["list"]
    known = method["parameters"] | document["parameters"]
    given = dict(query)
    if len(given) != len(query):
        yield f"a parameter is given twice: {query}"
    for name, value in query:
        if name not in known:
            yield f"{resource}.list has no parameter {name}"
        else:
            yield from _value_faults(name, value, known[name])
    for name, declared in method["parameters"].items():
        if declared.get("required") and not given.get(name):
            yield f"{resource}.list needs {name}"
    filters = [name for name in _FILTERS[resource] if name in given]
    if len(filters) != 1:
        yield f"{resource}.list takes one filter, not {filters}"
    if len(given.get("id", "").split(",")) > _MAX_IDS:
        yield f"{resource}.list takes at most {_MAX_IDS} ids"
    item = item_schema(document, resource)
    unknown = set(given.get("part", "").split(",")) - set(document["schemas"][item]["properties"])
    if unknown:
        yield f"{resource}.list has no parts {sorted(unknown)}"


def _value_faults(name: str, value: str, declared: dict[str, Any]) -> Iterator[str]:
    if "enum" in declared and value not in declared["enum"]:
        yield f"{name} cannot be {value!r}"
    if declared["type"] == "integer":
        low, high = int(declared.get("minimum", 0)), int(declared.get("maximum", 2**32))
        if not value.isdigit() or not low <= int(value) <= high:
            yield f"{name} must be between {low} and {high}, not {value!r}"
    if not value:
        yield f"{name} is empty"


def item_schema(document: dict[str, Any], resource: str) -> str:
    """Return the name of the schema of one item of a list."""
    answer = document["resources"][resource]["methods"]["list"]["response"]["$ref"]
    reference: str = document["schemas"][answer]["properties"]["items"]["items"]["$ref"]
    return reference


def answer_faults(document: dict[str, Any], resource: str, answer: object) -> Iterator[str]:
    """Yield what a `list` answer has against the description's schemas."""
    schema = document["resources"][resource]["methods"]["list"]["response"]
    yield from _faults(document, schema, answer, "$")


def _faults(
    document: dict[str, Any], schema: dict[str, Any], value: object, at: str
) -> Iterator[str]:
    if "$ref" in schema:
        schema = document["schemas"][schema["$ref"]]
    kind = schema.get("type", "any")
    if kind == "object":
        if not isinstance(value, dict):
            yield f"{at} is not an object"
            return
        named, other = schema.get("properties", {}), schema.get("additionalProperties")
        for name, inner in value.items():
            if name not in named and other is None:
                yield f"{at}.{name} is not described"
            else:
                yield from _faults(document, named.get(name, other), inner, f"{at}.{name}")
    elif kind == "array":
        if not isinstance(value, list):
            yield f"{at} is not a list"
            return
        for number, inner in enumerate(value):
            yield from _faults(document, schema["items"], inner, f"{at}[{number}]")
    else:
        yield from _scalar_faults(kind, schema, value, at)


def _scalar_faults(kind: str, schema: dict[str, Any], value: object, at: str) -> Iterator[str]:
    types: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "integer": int,
        "boolean": bool,
        "number": (int, float),
        "any": object,
    }
    if not isinstance(value, types[kind]):
        yield f"{at} is not of type {kind}: {value!r}"
        return
    if schema.get("format") in ("uint64", "int64") and not str(value).isdigit():
        yield f"{at} is not a number in text: {value!r}"
    if schema.get("format") == "date-time" and not _INSTANT.fullmatch(str(value)):
        yield f"{at} is not an instant: {value!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at} cannot be {value!r}"
