"""Bulk imports over HTTP: files of lines, and what became of each."""

import http.client
import json
import time
from typing import Any

import pytest
from tests.dialects.mediarithmics.conftest import Mart, ok, refused

_SECONDS = 20


def _order(mart: Mart, kind: str) -> str:
    made = ok(mart.ask("POST", "/document_imports", json={"document_type": kind, "name": "May"}))
    assert made["mime_type"] == "APPLICATION_X_NDJSON"
    return f"/document_imports/{made['id']}/executions"


def _send(mart: Mart, path: str, content: bytes) -> Any:
    return ok(mart.ask("POST", path, content=content))


def _ended(mart: Mart, path: str, run: Any) -> Any:
    deadline = time.monotonic() + _SECONDS
    while True:
        now = mart.get(f"{path}/{run['id']}")
        if now["status"] in {"SUCCEEDED", "FAILED"}:
            return now
        assert time.monotonic() < deadline, now
        time.sleep(0.05)


def _lines(*bodies: object) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in bodies)


def _activity(agent: str, **fields: object) -> dict[str, object]:
    return {"$type": "TOUCH", "$user_agent_id": agent, **fields}


def test_activities_of_a_file_are_in_the_timelines_and_bad_lines_in_the_report(mart: Mart) -> None:
    path = _order(mart, "USER_ACTIVITY")
    content = _lines(_activity("vec:1", n=1), {"$type": "NONE"}, _activity("vec:1", n=2))
    run = _ended(mart, path, _send(mart, path, content + b"not json\n\xff\n"))
    assert (run["status"], run["num_tasks"], run["erroneous_tasks"]) == ("SUCCEEDED", 5, 3)
    assert run["result"] == {"total_success": 2, "total_failure": 3}
    listed = mart.ask("GET", f"{path}/{run['id']}/errors").json()
    assert [one["line"] for one in listed["data"]] == [2, 4, 5]
    assert listed["data"][0]["field"] == "$type"
    assert listed["total"] == 3
    seen = mart.get("/user_points/user_agent_id=vec:1/user_activities")
    assert {one["n"] for one in seen} == {1, 2}


def test_a_file_sent_twice_changes_nothing_where_its_lines_have_keys(mart: Mart) -> None:
    path = _order(mart, "USER_ACTIVITY")
    content = _lines(*(_activity("vec:2", **{"$unique_key": f"k{n}"}) for n in range(3)))
    for _ in range(2):
        run = _ended(mart, path, _send(mart, path, content))
        assert run["erroneous_tasks"] == 0
    assert len(mart.get("/user_points/user_agent_id=vec:2/user_activities")) == 3
    other = _lines(_activity("vec:2", **{"$unique_key": "k1", "n": 5}))
    run = _ended(mart, path, _send(mart, path, other))
    errors = mart.get(f"{path}/{run['id']}/errors")
    assert [one["error_code"] for one in errors] == ["CONFLICT"]


def test_profiles_and_choices_of_files(mart: Mart) -> None:
    profiles = _order(mart, "USER_PROFILE")
    content = _lines(
        {"user_account_id": "a", "user_profile": {"name": "Ann", "city": "Lyon"}},
        {"$user_account_id": "a", "$compartment_id": "1162", "city": "Paris"},
        {"user_account_id": "b", "name": "Bob"},
        {"user_account_id": "b", "operation": "DELETE"},
        {"user_account_id": "c", "operation": "MOVE"},
        {"user_agent_id": "vec:9", "user_profile": {}},
    )
    run = _ended(mart, profiles, _send(mart, profiles, content))
    assert (run["num_tasks"], run["erroneous_tasks"]) == (6, 2)
    one = "/user_profiles/compartment_id=1162/user_account_id="
    held = mart.get(f"/user_points/user_account_id=a{one}a")
    assert (held["name"], held["city"]) == ("Ann", "Paris")
    assert mart.ask("GET", f"/user_points/user_account_id=b{one}b").status_code == 404
    choices = _order(mart, "USER_CHOICE")
    choice = {"$choice_ts": 1_700_000_000_000, "$choice_acceptance_value": True}
    content = _lines(
        {"user_account_id": "a", "user_choice": {"$processing_id": "7", **choice}},
        {"user_account_id": "a", "processing_id": "7", "$choice_acceptance_value": True},
        {"user_account_id": "a", "user_agent_id": "x", "processing_id": "7", **choice},
    )
    run = _ended(mart, choices, _send(mart, choices, content))
    errors = mart.get(f"{choices}/{run['id']}/errors")
    assert [(one["line"], one["field"]) for one in errors] == [
        (2, "$choice_ts"),
        (3, "user_agent_id"),
    ]
    held = mart.get("/user_points/user_account_id=a/user_choices/processing_id=7")
    assert (held["$choice_acceptance_value"], held["$origin"]) == (True, "import")


def test_a_large_file_comes_in_pieces_of_whole_lines(mart: Mart) -> None:
    path = _order(mart, "USER_ACTIVITY")
    bodies = [_activity("vec:3", filling="x" * 3000, n=n) for n in range(500)]
    run = _ended(mart, path, _send(mart, path, _lines(*bodies).rstrip(b"\n")))
    assert (run["num_tasks"], run["erroneous_tasks"]) == (500, 0)
    assert run["size"] > 1_500_000


@pytest.mark.parametrize("content", [b"", b"\n"])
def test_a_file_without_activities(mart: Mart, content: bytes) -> None:
    path = _order(mart, "USER_ACTIVITY")
    run = _ended(mart, path, _send(mart, path, content))
    assert (run["status"], run["num_tasks"]) == ("SUCCEEDED", len(content))


def test_what_is_no_import(mart: Mart) -> None:
    path = "/document_imports"
    for field, body in {
        "document_type": {"document_type": "COOKIES"},
        "mime_type": {"document_type": "USER_ACTIVITY", "mime_type": "TEXT_CSV"},
        "encoding": {"document_type": "USER_ACTIVITY", "encoding": "LATIN-1"},
        "name": {"document_type": "USER_ACTIVITY", "name": "x" * 201},
    }.items():
        refused(mart.ask("POST", path, json=body), 400, "INVALID_INPUT", field)
    refused(mart.ask("POST", f"{path}/99999/executions", content=b"{}"), 404, "NOT_FOUND")
    refused(mart.ask("GET", f"{path}/0"), 404, "NOT_FOUND")
    runs = _order(mart, "USER_ACTIVITY")
    refused(mart.ask("GET", f"{runs}/99999"), 404, "NOT_FOUND")


def test_a_line_longer_than_any_activity_refuses_the_file_and_nothing_of_it_stays(
    mart: Mart,
) -> None:
    runs = _order(mart, "USER_ACTIVITY")
    content = _lines(_activity("vec:4"), _activity("vec:4", filling="x" * 2_000_000))
    refused(mart.ask("POST", runs, content=content), 400, "INVALID_INPUT", "Line 2")
    listed = mart.ask("GET", runs).json()
    assert (listed["total"], listed["data"]) == (0, [])


def test_a_file_beyond_the_bound_is_refused_before_it_is_read(mart: Mart) -> None:
    runs = _order(mart, "USER_ACTIVITY")
    host = mart.client.base_url
    connection = http.client.HTTPConnection(host.host, host.port, timeout=10)
    connection.putrequest("POST", f"/v1/datamarts/{mart.id}{runs}")
    connection.putheader("Authorization", mart.client.headers["Authorization"])
    connection.putheader("Content-Length", str(101 * 1024 * 1024))
    connection.endheaders(b"{}")
    answer = connection.getresponse()
    assert (answer.status, json.load(answer)["error_code"]) == (413, "TOO_LARGE")
    connection.close()
