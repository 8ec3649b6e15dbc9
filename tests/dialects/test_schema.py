"""Whatever the OpenAPI document allows (and much that it does not) never ends in a 500."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance
from tests.support.server import Server

from bellwether.app.asgi import DIALECTS
from bellwether.dialects.framework.openapi import build_openapi
from bellwether.kit.ids import new_id

schema = schemathesis.openapi.from_dict(build_openapi(DIALECTS))


@pytest.fixture(scope="module")
def token(server: Server) -> str:
    """The token of a workspace for this module alone."""
    return server.key(f"schema {new_id()}")


@schema.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_answers_have_the_documented_shape(
    case: schemathesis.Case[Any], server: Server, token: str
) -> None:
    response = case.call(base_url=server.url, headers={"Authorization": f"Bearer {token}"})
    checks = [response_schema_conformance]
    if case.path != "/healthz":  # 503 is an answer there: no scheduler runs beside these tests
        checks.append(not_a_server_error)
    if response.status_code != 405:
        checks.append(status_code_conformance)
    case.validate_response(response, checks=checks)
