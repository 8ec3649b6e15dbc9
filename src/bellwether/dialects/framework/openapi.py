"""One OpenAPI document for all dialects, made from their route tables."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

import bellwether
from bellwether.dialects.framework.once import KEY, KEY_LENGTH, WRITES
from bellwether.dialects.framework.operations import Dialect, Operation
from bellwether.dialects.framework.problems import (
    BodyTimeoutError,
    InternalError,
    find_problem,
)
from bellwether.model.errors import (
    BellwetherError,
    ClockAcceleratedError,
    InvalidInputError,
    KeyBusyError,
    KeyReusedError,
    NotFoundError,
    RateLimitedError,
    TooLargeError,
    UnauthorizedError,
    UnavailableError,
)

_REF = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"\{(\w+)\}")
Json = dict[str, Any]
_KEY: Json = {
    "name": KEY,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": KEY_LENGTH},
    "description": "Makes the request safe to send again: it is done once, and answered alike",
}


_RATES: Json = {
    name: {"description": meaning, "schema": {"type": kind}}
    for name, kind, meaning in (
        (
            "RateLimit-Limit",
            "integer",
            "Calls allowed in the window; absent on plans without limits",
        ),
        ("RateLimit-Remaining", "integer", "Calls left in it"),
        ("RateLimit-Reset", "integer", "Seconds until it is over"),
        ("RateLimit-Policy", "string", "Every limit that the call counts towards"),
        ("RateLimit", "string", "What is left of each"),
    )
}


def build_openapi(dialects: Sequence[Dialect]) -> Json:
    """Return the document as JSON-ready values."""
    types = sorted({kind for dialect in dialects for kind in _types(dialect)}, key=str)
    references, components = msgspec.json.schema_components(types, ref_template=_REF)
    schemas = dict(zip(types, references, strict=True))
    paths: Json = {}
    for dialect in dialects:
        for operation in dialect.operations:
            item = paths.setdefault(operation.path, {})
            item[operation.method.lower()] = _operation(dialect, operation, schemas, components)
    used = {name: schema for name, schema in components.items() if not _is_query(name, dialects)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bellwether",
            "version": bellwether.__version__,
            "description": "Every public API of this server in one document, one tag each.",
        },
        "tags": [{"name": one.name, "description": one.title} for one in dialects],
        "paths": paths,
        "components": {
            "schemas": used,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "client": {"type": "http", "scheme": "basic"},
            },
        },
        "security": [{"token": []}, {"client": []}],
    }


def possible_errors(operation: Operation) -> Sequence[type[BellwetherError]]:
    """Return every kind of error that an operation may answer with."""
    kinds: list[type[BellwetherError]] = [*operation.errors, UnavailableError, InternalError]
    if not operation.public:
        kinds += [UnauthorizedError, ClockAcceleratedError]
    if operation.body is not None:
        kinds += [InvalidInputError, TooLargeError, BodyTimeoutError]
    if is_keyed(operation):
        kinds += [InvalidInputError, TooLargeError, BodyTimeoutError, KeyBusyError, KeyReusedError]
    if operation.query is not None:
        kinds.append(InvalidInputError)
    if "{" in operation.path:
        kinds.append(NotFoundError)
    return kinds


def is_keyed(operation: Operation) -> bool:
    """Whether an operation takes an Idempotency-Key."""
    return operation.method in WRITES and not operation.public


def _types(dialect: Dialect) -> Iterator[type[msgspec.Struct]]:
    yield dialect.problem_type
    for operation in dialect.operations:
        for kind in (operation.body, operation.query, *operation.answers.values()):
            if kind is not None:
                yield kind


def _is_query(name: str, dialects: Sequence[Dialect]) -> bool:
    return any(
        operation.query is not None and operation.query.__name__ == name
        for dialect in dialects
        for operation in dialect.operations
    )


def _operation(
    dialect: Dialect,
    operation: Operation,
    schemas: Mapping[type[msgspec.Struct], Json],
    components: Mapping[str, Json],
) -> Json:
    answer: Json = {
        "operationId": f"{dialect.name}-{operation.name}",
        "tags": [dialect.name],
        "summary": operation.summary,
        "responses": _responses(dialect, operation, schemas),
    }
    if operation.description:
        answer["description"] = operation.description
    if operation.public:
        answer["security"] = []
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(operation.path)
    ]
    if is_keyed(operation):
        parameters.append(_KEY)
    if operation.query is not None:
        parameters += _query(components[operation.query.__name__])
    if parameters:
        answer["parameters"] = parameters
    if operation.body is not None:
        answer["requestBody"] = {
            "required": not operation.may_be_empty,
            "content": {"application/json": {"schema": schemas[operation.body]}},
        }
    return answer


def _query(schema: Json) -> list[Json]:
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": _without_null(details),
            **({"description": details["description"]} if "description" in details else {}),
        }
        for name, details in schema["properties"].items()
    ]


def _without_null(schema: Json) -> Json:
    """Drop null from a parameter's types: leaving it out is how a query says nothing."""
    kept = {key: value for key, value in schema.items() if key not in {"description", "default"}}
    if schema.get("default") is not None:
        kept["default"] = schema["default"]
    options = [one for one in kept.pop("anyOf", []) if one != {"type": "null"}]
    if len(options) == 1:
        return {**options[0], **kept}
    return {**kept, **({"anyOf": options} if options else {})}


def _responses(
    dialect: Dialect, operation: Operation, schemas: Mapping[type[msgspec.Struct], Json]
) -> Json:
    responses: Json = {}
    for status, kind in operation.answers.items():
        responses[str(status)] = {"description": "Done"}
        if kind is not None:
            responses[str(status)]["content"] = {"application/json": {"schema": schemas[kind]}}
        if RateLimitedError in operation.errors:
            responses[str(status)]["headers"] = _RATES
    told: dict[int, list[str]] = {}
    rules = dialect.rules_of(operation)
    for error in possible_errors(operation):
        problem = find_problem(rules, error(""), "")
        codes = told.setdefault(problem.status, [])
        codes += [problem.code] if problem.code not in codes else []
    for status, codes in sorted(told.items()):
        # An answer that is no error may share its status with one (a health check's 503).
        responses.setdefault(
            str(status),
            {
                "description": "Error: " + ", ".join(f"`{code}`" for code in codes),
                "content": {"application/json": {"schema": schemas[dialect.problem_type]}},
            },
        )
    return responses
