"""Every documented example is answered in shape, with at least the documented keys."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.dialects.ugcinc.conftest import Fleet
from tests.support.contract import assert_shape, contract, examples
from tests.support.steered import SteeredClock

from bellwether.dialects.ugcinc.routes import UGCINC

_NOW = datetime(2024, 6, 3, 9, 30, tzinfo=UTC)  # before the times that the examples name
_EXAMPLES = examples("ugcinc")
_DONE = [example for example in _EXAMPLES if example["response_status"] == 200]


@pytest.fixture
def names(fleet: Fleet, clock: SteeredClock) -> Mapping[str, str]:
    """Real ids by the names that the examples use: two accounts, and three posts that are out."""
    clock.go_to(_NOW)
    labels = {"tag": "influencer", "org_group": "group1", "user_group": "users1"}
    accounts = [fleet.account(**labels) for _ in range(2)]
    posts = [fleet.video(accounts[0]) for _ in range(3)]
    fleet.publish_due()
    fleet.ask("/accounts/stats/refresh")
    fleet.ask("/post/stats/refresh")
    fleet.ask("/accounts/update-social", {"accountId": accounts[1], "bio": "b"})
    clock.go_to(_NOW + timedelta(days=8))
    return {
        "account-id": accounts[0],
        **{f"account-{number}": one for number, one in enumerate(accounts, 1)},
        **{f"account-id-{number}": one for number, one in enumerate(accounts, 1)},
        "post-id": posts[0],
        **{f"post-{number}": one for number, one in enumerate(posts, 1)},
        **{f"post-id-{number}": one for number, one in enumerate(posts, 1)},
    }


def _meant(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _meant(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_meant(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value


def _has_the_keys(answer: Any, documented: Any) -> None:
    if isinstance(documented, dict):
        assert set(documented) <= set(answer)
        for key, value in documented.items():
            _has_the_keys(answer[key], value)
    elif isinstance(documented, list) and documented:
        assert answer, "the example has rows"
        for one in answer:
            _has_the_keys(one, documented[0])


def _key(example: Mapping[str, Any]) -> str:
    name: str = example["operation_id"]
    return name


@pytest.mark.parametrize("example", _DONE, ids=_key)
def test_an_example_is_answered_in_shape(
    fleet: Fleet, names: Mapping[str, str], example: Mapping[str, Any]
) -> None:
    body = _meant(example["request_example"], names)
    response = fleet.client.request(example["method"], example["path"], json=body)
    assert response.status_code == 200, response.text
    answer = assert_shape("ugcinc", example["method"], example["path"], response)
    documented = example["response_example"]
    _has_the_keys(answer, documented)
    assert (answer["ok"], answer["code"], answer["message"]) == (True, 200, "Success")
    if isinstance(documented["data"], dict) and "message" in documented["data"]:
        assert answer["data"]["message"] == documented["data"]["message"]


def test_the_examples_of_posts_are_answered_with_their_own_values(
    fleet: Fleet, names: Mapping[str, str]
) -> None:
    for example in _DONE:
        if example["operation_id"] in {"create-video", "create-slideshow"}:
            documented = _meant(example["response_example"]["data"], names)
            post = fleet.ask(example["path"], _meant(example["request_example"], names))
            assert {key: post[key] for key in documented} == documented | {"id": post["id"]}


def test_the_contract_and_the_routes_name_the_same_calls() -> None:
    operations = {operation.path: operation.name for operation in UGCINC.operations}
    paths = contract("ugcinc")["paths"]
    assert {path: item["post"]["operationId"] for path, item in paths.items()} == operations
    assert {_key(example) for example in _EXAMPLES} <= set(operations.values())
