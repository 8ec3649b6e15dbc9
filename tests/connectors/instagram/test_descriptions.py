"""What the fake takes for granted is what Meta's descriptions say."""

import json
from typing import Any

import httpx
import pytest
from tests.support.fakes.instagram import (
    COMMENT_FIELDS,
    CONTAINER_FIELDS,
    CREATE_PARAMS,
    MEDIA_FIELDS,
    METRICS,
    USER_FIELDS,
    FakeInstagram,
)
from tests.support.shared import specs_dir


def _read(name: str) -> Any:
    return json.loads((specs_dir() / "meta" / f"{name}.json").read_bytes())


def _fields(name: str) -> set[str]:
    return {field["name"] for field in _read(name)["fields"]}


def _params(name: str, method: str, edge: str) -> set[str]:
    found = [
        {param["name"] for param in api["params"]}
        for api in _read(name)["apis"]
        if (api["method"], api.get("endpoint")) == (method, edge)
    ]
    assert len(found) == 1, (name, method, edge)
    return found[0]


# Of both ways to log in: an account's own (ForIGOnlyAPI), and that of its Facebook page.
@pytest.mark.parametrize("login", ["", "ForIGOnlyAPI"])
def test_fields_and_parameters_are_metas(login: str) -> None:
    assert _fields(f"IGUser{login}") >= USER_FIELDS
    assert _fields(f"IGMedia{login}") >= MEDIA_FIELDS
    assert _params(f"IGUser{login}", "POST", "media") >= CREATE_PARAMS
    assert "message" in _params(f"IGMedia{login}", "POST", "comments")
    assert _params(f"IGMedia{login}", "GET", "insights") >= {"metric", "period", "breakdown"}
    assert _params(f"IGUser{login}", "GET", "content_publishing_limit") == {"since"}


def test_containers_comments_and_publishing_are_metas() -> None:
    assert _fields("ShadowIGMediaBuilder") >= CONTAINER_FIELDS
    assert _fields("IGComment") >= COMMENT_FIELDS
    assert _params("IGUser", "POST", "media_publish") == {"creation_id"}


@pytest.mark.parametrize("enum", ["shadowigmediainsights", "mediainsights"])
def test_insights_are_metas(enum: str) -> None:
    values = {one["name"]: one["values"] for one in _read("enum_types.ig_only")}
    assert set(values[f"{enum}_metric_enum_param"]) >= METRICS


BAD = {
    "unknown field": ("GET", "{id}?fields=id,age", None),
    "unknown parameter": ("GET", "{id}/media?fields=id&colour=red", None),
    "unknown metric": ("GET", "1/insights?metric=plays", None),
    "unknown edge": ("GET", "{id}/friends", None),
    "unknown container parameter": ("POST", "{id}/media", {"picture": "https://x.example/a.jpg"}),
    "two parameters to publish": ("POST", "{id}/media_publish", {"creation_id": "1", "now": True}),
}


@pytest.mark.parametrize("case", BAD)
def test_a_request_against_the_descriptions_is_a_fault(case: str) -> None:
    method, path, body = BAD[case]
    with FakeInstagram(strict=False) as fake:
        account = fake.add_account("ann")
        url = f"{fake.base_url}/{path.format(id=account.id)}"
        headers = {"Authorization": f"Bearer {account.token}"}
        httpx.request(method, url, json=body, headers=headers)
        assert fake.faults


def _ask_for_an_age() -> None:
    with FakeInstagram() as fake:
        account = fake.add_account("ann")
        headers = {"Authorization": f"Bearer {account.token}"}
        httpx.get(f"{fake.base_url}/{account.id}?fields=age", headers=headers)


def test_faults_are_raised_at_the_end_of_the_block() -> None:
    with pytest.raises(AssertionError, match="age"):
        _ask_for_an_age()
