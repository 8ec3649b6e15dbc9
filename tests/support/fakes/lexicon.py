"""Checks queries and answers against the official lexicons of the AT Protocol.

What the fake needs of them is written down in QUERIES, so that it is strict without the files; a
test compares the two where the files are present.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HANDLE = re.compile(
    r"([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]([a-zA-Z0-9-]*[a-zA-Z0-9])?"
)
_DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]")
_AT_URI = re.compile(r"at://[^/]+(/[a-zA-Z0-9.-]+(/[a-zA-Z0-9._~:-]+)?)?")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a query; `most` bounds a list's length or a number."""

    kind: str  # the format of a text, else "string", "integer", "boolean"
    required: bool = False
    many: bool = False
    least: int | None = None
    most: int | None = None


QUERIES: dict[str, dict[str, Param]] = {
    "app.bsky.actor.getProfile": {"actor": Param("at-identifier", required=True)},
    "app.bsky.actor.getProfiles": {
        "actors": Param("at-identifier", required=True, many=True, most=25)
    },
    "app.bsky.feed.getPosts": {"uris": Param("at-uri", required=True, many=True, most=25)},
    "app.bsky.feed.getAuthorFeed": {
        "actor": Param("at-identifier", required=True),
        "limit": Param("integer", least=1, most=100),
        "cursor": Param("string"),
        "filter": Param("string"),
        "includePins": Param("boolean"),
    },
    "app.bsky.feed.getPostThread": {
        "uri": Param("at-uri", required=True),
        "depth": Param("integer", least=0, most=1000),
        "parentHeight": Param("integer", least=0, most=1000),
    },
}


def query_faults(name: str, query: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield what a query has against its description."""
    known = QUERIES[name]
    for param, declared in known.items():
        values = [value for given, value in query if given == param]
        if declared.required and not values:
            yield f"{name} needs {param}"
        if not declared.many and len(values) > 1:
            yield f"{name} takes {param} once"
        if declared.many and declared.most is not None and len(values) > declared.most:
            yield f"{name} takes at most {declared.most} {param}"
        for value in values:
            yield from _value_faults(param, value, declared)
    for given, _ in query:
        if given not in known:
            yield f"{name} has no parameter {given}"


def _value_faults(name: str, value: str, declared: Param) -> Iterator[str]:
    if declared.kind == "at-identifier" and not is_actor(value):
        yield f"{name} is neither a handle nor a DID: {value}"
    if declared.kind == "at-uri" and not _AT_URI.fullmatch(value):
        yield f"{name} is not an AT URI: {value}"
    if declared.kind == "integer":
        low, high = declared.least or 0, declared.most or 2**31
        if not value.isdigit() or not low <= int(value) <= high:
            yield f"{name} must be between {low} and {high}, not {value}"


def is_actor(text: str) -> bool:
    """Whether a text is a handle or a DID."""
    return bool(_HANDLE.fullmatch(text) or _DID.fullmatch(text))


class Lexicons:
    """The official files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, dict[str, Any]] = {}

    def definition(self, reference: str, home: str = "") -> tuple[dict[str, Any], str]:
        """Return what a reference names, and the file it is in; `home` resolves "#name"."""
        name, _, part = reference.partition("#")
        name = name or home
        if name not in self._read:
            path = self._folder / (name.replace(".", "/") + ".json")
            self._read[name] = json.loads(path.read_text(encoding="utf-8"))
        definition: dict[str, Any] = self._read[name]["defs"][part or "main"]
        return definition, name

    def params(self, query: str) -> dict[str, Param]:
        """Return a query's parameters in the form of QUERIES."""
        declared = self.definition(query)[0]["parameters"]
        return {
            name: self._param(schema, required=name in declared.get("required", []))
            for name, schema in declared["properties"].items()
        }

    def answer_faults(self, query: str, answer: object) -> list[str]:
        """Return what an answer has against the query's description."""
        schema = self.definition(query)[0]["output"]["schema"]
        return list(self._faults(schema, answer, "$", query))

    def _param(self, schema: dict[str, Any], *, required: bool) -> Param:
        if schema["type"] == "array":
            items = schema["items"]
            kind = items.get("format", items["type"])
            return Param(kind, required=required, many=True, most=schema["maxLength"])
        return Param(
            schema.get("format", schema["type"]),
            required=required,
            least=schema.get("minimum"),
            most=schema.get("maximum"),
        )

    def _faults(self, schema: dict[str, Any], value: object, at: str, home: str) -> Iterator[str]:
        kind = schema["type"]
        if kind == "ref":
            target, place = self.definition(schema["ref"], home)
            yield from self._faults(target, value, at, place)
        elif kind == "union":
            yield from self._union_faults(schema, value, at, home)
        elif kind == "object":
            yield from self._object_faults(schema, value, at, home)
        elif kind == "array":
            if not isinstance(value, list):
                yield f"{at} is not a list"
                return
            for number, inner in enumerate(value):
                yield from self._faults(schema["items"], inner, f"{at}[{number}]", home)
        elif kind != "unknown":
            yield from _scalar_faults(schema, value, at)

    def _union_faults(
        self, schema: dict[str, Any], value: object, at: str, home: str
    ) -> Iterator[str]:
        named = value.get("$type", "") if isinstance(value, dict) else ""
        allowed = [home + ref if ref.startswith("#") else ref for ref in schema["refs"]]
        if named not in allowed:
            yield f"{at} is of none of the types {allowed}: {named!r}"
            return
        target, place = self.definition(named)
        yield from self._faults(target, value, at, place)

    def _object_faults(
        self, schema: dict[str, Any], value: object, at: str, home: str
    ) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{at} is not an object"
            return
        yield from (
            f"{at}.{name} is missing" for name in schema.get("required", []) if name not in value
        )
        for name, inner in value.items():
            if name in schema["properties"]:
                yield from self._faults(schema["properties"][name], inner, f"{at}.{name}", home)
            elif name != "$type":
                yield f"{at}.{name} is not described"


def _scalar_faults(schema: dict[str, Any], value: object, at: str) -> Iterator[str]:
    types = {"string": str, "integer": int, "boolean": bool}
    if not isinstance(value, types[schema["type"]]):
        yield f"{at} is not of type {schema['type']}: {value!r}"
        return
    patterns = {"handle": _HANDLE, "did": _DID, "at-uri": _AT_URI, "datetime": _INSTANT}
    pattern = patterns.get(schema.get("format", ""))
    if pattern is not None and not pattern.fullmatch(str(value)):
        yield f"{at} is no {schema['format']}: {value!r}"
    if "const" in schema and value != schema["const"]:
        yield f"{at} must be {schema['const']!r}"
