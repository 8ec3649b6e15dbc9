"""What happens while activities are still being worked in, on failures, and when asked twice."""

import pytest
from tests.dialects.mediarithmics.conftest import Mart, ok, refused
from tests.support.server import Server

_CHOICE = "/user_points/user_agent_id=vec:1/user_choices/processing_id=42"
_YES = {"$choice_acceptance_value": True}


def test_a_read_says_that_it_lags_and_a_write_waits(
    mart: Mart, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    mart.put(_CHOICE, _YES)

    async def late(datamart_id: int) -> bool:
        return False

    monkeypatch.setattr(server.container.ingest, "settle", late)
    read = mart.ask("GET", _CHOICE)
    assert ok(read)["$choice_acceptance_value"] is True
    assert read.headers["bellwether-lagging"] == "true"
    written = mart.ask("PUT", _CHOICE, json={"$choice_acceptance_value": False})
    refused(written, 503, "UNAVAILABLE")
    assert int(written.headers["retry-after"]) >= 1
    erased = mart.ask("DELETE", "/user_points/user_agent_id=vec:1")
    refused(erased, 503, "UNAVAILABLE")
    monkeypatch.undo()
    (entry,) = mart.get(f"{_CHOICE}/change_log")
    assert entry == mart.get(_CHOICE)
    assert "bellwether-lagging" not in mart.ask("GET", _CHOICE).headers


def test_what_nobody_foresaw_has_this_shape_and_tells_nothing(
    mart: Mart, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(datamart_id: int) -> bool:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(server.container.ingest, "settle", broken)
    answer = mart.ask("GET", _CHOICE)
    refused(answer, 500, "INTERNAL")
    assert "hunter2" not in answer.text


def test_a_write_with_a_key_is_done_once(mart: Mart) -> None:
    headers = {"Idempotency-Key": "one"}
    first = mart.ask("PUT", _CHOICE, json=_YES, headers=headers)
    again = mart.ask("PUT", _CHOICE, json=_YES, headers=headers)
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    assert len(mart.get(f"{_CHOICE}/change_log")) == 1
    other = mart.ask("PUT", _CHOICE, json={"$choice_acceptance_value": False}, headers=headers)
    refused(other, 422, "IDEMPOTENCY_CONFLICT")
    touch = {"$type": "TOUCH", "$user_agent_id": "vec:2"}
    sent = [
        mart.ask("POST", "/user_activities", json=touch, headers={"Idempotency-Key": "two"})
        for _ in range(3)
    ]
    assert len({answer.content for answer in sent}) == 1
    assert len(mart.get("/user_points/user_agent_id=vec:2/user_activities")) == 1
    erase = [
        mart.ask("DELETE", "/user_points/user_agent_id=vec:2", headers={"Idempotency-Key": "x"})
        for _ in range(2)
    ]
    assert ok(erase[0]) == ok(erase[1])
