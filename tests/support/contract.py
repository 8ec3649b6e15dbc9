"""Documented shapes and examples, and whether an answer has them."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import yaml
from jsonschema import Draft202012Validator, FormatChecker

_CONTRACTS = Path(__file__).parents[1] / "contracts"


@lru_cache
def contract(product: str) -> dict[str, Any]:
    """Return the OpenAPI document of a product's contract."""
    text = (_CONTRACTS / product / "openapi.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def examples(product: str) -> Sequence[dict[str, Any]]:
    """Return the documented request and response pairs."""
    return [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((_CONTRACTS / product).glob("*.json"))
    ]


def assert_shape(product: str, method: str, path: str, response: httpx.Response) -> Any:
    """Check an answer against the contract and return its JSON."""
    document = contract(product)
    responses = document["paths"][path][method.lower()]["responses"]
    answer = responses.get(str(response.status_code), responses["default"])
    schema = {**answer["content"]["application/json"]["schema"], **_components(document)}
    body = response.json()
    errors = [error.message for error in _validator(schema).iter_errors(body)]
    assert errors == [], (response.status_code, body)
    return body


def _components(document: dict[str, Any]) -> dict[str, Any]:
    return {"components": document["components"]}


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=FormatChecker(["uuid"]))
