"""Choices: superseded and never overwritten."""

from typing import Any

from tests.dialects.mediarithmics.conftest import Mart, refused

_PHONE = [{"$type": "USER_AGENT", "$user_agent_id": "vec:1"}]
_ALL = "/user_points/user_agent_id=vec:1/user_choices"
_CHOICE = f"{_ALL}/processing_id=42"
_T = 1_700_000_000_000


def _log(mart: Mart, path: str = _CHOICE) -> list[Any]:
    entries: list[Any] = mart.get(f"{path}/change_log")
    return entries


def test_the_newest_counts_and_the_log_has_all(mart: Mart) -> None:
    body = {"$choice_acceptance_value": True, "$choice_ts": _T, "tcf": "CPX", "n": {"a": 1}}
    first = mart.put(_CHOICE, body)
    assert first["tcf"] == "CPX"
    assert first["n"] == {"a": 1}
    assert (first["$processing_id"], first["$choice_ts"]) == ("42", _T)
    assert first["$origin"] == "api"
    second = mart.put(_CHOICE, {"$choice_acceptance_value": False, "$choice_ts": _T + 1})
    assert mart.get(_CHOICE) == second
    late = mart.put(_CHOICE, {"$choice_acceptance_value": True, "$choice_ts": _T - 1})
    assert late["$choice_acceptance_value"] is True
    assert mart.get(_CHOICE) == second
    same = mart.put(_CHOICE, {"$choice_acceptance_value": True, "$choice_ts": _T + 1})
    assert mart.get(_CHOICE) == same
    assert _log(mart) == [same, late, second, first]
    assert [one["$number"] for one in _log(mart)] == [4, 3, 2, 1]
    page = mart.ask("GET", f"{_CHOICE}/change_log?first_result=1&max_results=2").json()
    assert page["data"] == [late, second]
    assert (page["count"], page["total"]) == (2, 4)
    assert mart.get(_ALL) == [same]


def test_without_a_time_it_was_made_now(mart: Mart) -> None:
    made = mart.put(_CHOICE, {"$choice_acceptance_value": True, "$choice_ts": None})
    assert made["$choice_ts"] == made["$creation_ts"]
    assert mart.put(_CHOICE, made) | {"$creation_ts": 0, "$number": 0, "$digest": ""} == (
        made | {"$creation_ts": 0, "$number": 0, "$digest": ""}
    )


def test_an_event_records_a_choice_as_the_call_does(mart: Mart) -> None:
    mart.put(_CHOICE, {"$choice_acceptance_value": True, "$choice_ts": _T})
    properties = {
        "$processing_id": 42,
        "$choice_acceptance_value": False,
        "$choice_ts": _T + 5,
        "why": "banner",
    }
    event = {"$event_name": "$set_user_choice", "$properties": properties}
    sent = mart.send(user_identifiers=_PHONE, events=[event])
    now = mart.get(_CHOICE)
    assert (now["$choice_acceptance_value"], now["$choice_ts"]) == (False, _T + 5)
    assert (now["$origin"], now["$activity_key"]) == ("activity", sent["$unique_key"])
    assert now["why"] == "banner"
    assert [one["$origin"] for one in _log(mart)] == ["activity", "api"]


def test_choices_follow_the_person(mart: Mart) -> None:
    mail = "/user_points/email_hash=abc/user_choices/processing_id=42"
    mart.put(_CHOICE, {"$choice_acceptance_value": True, "$choice_ts": _T})
    mart.put(mail, {"$choice_acceptance_value": False, "$choice_ts": _T + 1})
    mart.send(user_identifiers=[*_PHONE, {"$type": "USER_EMAIL", "$hash": "abc"}])
    assert mart.get(_CHOICE) == mart.get(mail)
    assert mart.get(_CHOICE)["$choice_acceptance_value"] is False
    assert _log(mart) == _log(mart, mail)
    assert len(_log(mart)) == 2


def test_there_is_no_way_to_change_what_is_recorded(mart: Mart) -> None:
    recorded = mart.put(_CHOICE, {"$choice_acceptance_value": True, "$choice_ts": _T})
    for method, path in (
        ("DELETE", _CHOICE),
        ("DELETE", _ALL),
        ("DELETE", f"{_CHOICE}/change_log"),
        ("PUT", f"{_CHOICE}/change_log"),
        ("POST", f"{_CHOICE}/change_log"),
        ("PATCH", _CHOICE),
        ("POST", _CHOICE),
    ):
        refused(mart.ask(method, path, json={}), 405, "METHOD_NOT_ALLOWED")
    forged = {
        "$choice_acceptance_value": True, "$choice_ts": _T,
        "$number": 1, "$origin": "import", "$recorded_by": "me", "$digest": "0",
        "$activity_key": "x", "$creation_ts": 5,
    }  # fmt: skip
    again = mart.put(_CHOICE, forged)
    assert again["$number"] == 2
    assert again["$origin"] == "api"
    assert again["$recorded_by"] == recorded["$recorded_by"] != "me"
    assert again["$creation_ts"] > 5
    assert "$activity_key" not in again
    assert _log(mart) == [again, recorded]


def test_what_is_wrong_is_named_and_records_nothing(mart: Mart) -> None:
    mart.put(_CHOICE, {"$choice_acceptance_value": True, "$choice_ts": _T})
    before = _log(mart)
    fine = b'"$choice_acceptance_value": true'
    wrong: list[tuple[bytes, str]] = [
        (b"", "body"),
        (b"{}", "$choice_acceptance_value"),
        (b'{"$choice_acceptance_value": "yes"}', "$choice_acceptance_value"),
        (b'{"$choice_acceptance_value": null}', "$choice_acceptance_value"),
        (b"{" + fine + b', "$choice_ts": "now"}', "$choice_ts"),
        (b"{" + fine + b', "$choice_ts": -1}', "$choice_ts"),
        (b"{" + fine + b', "$choice_ts": 4102444800000}', "$choice_ts"),
        (b"{" + fine + b', "$choice_ts": 99999999999999999999}', "$choice_ts"),
        (b"{" + fine + b', "$processing_id": "43"}', "$processing_id"),
        (b"{" + fine + b', "$user_agent_id": "vec:2"}', "$user_agent_id"),
        (b"{" + fine + b', "a": NaN}', "JSON"),
        (b"{" + fine + b', "a": 1, "a": 1}', "a stands twice"),
        (b"{" + fine + b", " + fine + b"}", "stands twice"),
        (b"{" + fine + b', "a": "\\udc00"}', "JSON"),
        (b"{" + fine + b', "a": ' + b"[" * 1000 + b"]" * 1000 + b"}", "nested"),
    ]
    for body, names in wrong:
        refused(mart.ask("PUT", _CHOICE, content=body), 400, "INVALID_INPUT", names)
    assert _log(mart) == before
    accepted = {"$choice_acceptance_value": True, "$processing_id": 42, "$user_agent_id": "vec:1"}
    assert mart.put(_CHOICE, accepted)["$processing_id"] == "42"


def test_nobody_and_nothing_is_not_found(mart: Mart) -> None:
    refused(mart.ask("GET", _CHOICE), 404, "NOT_FOUND")
    refused(mart.ask("GET", _ALL), 404, "NOT_FOUND")
    mart.put(_CHOICE, {"$choice_acceptance_value": True})
    refused(mart.ask("GET", f"{_ALL}/processing_id=43"), 404, "NOT_FOUND")
    refused(mart.ask("GET", f"{_ALL}/processing_id=43/change_log"), 404, "NOT_FOUND")
    refused(mart.ask("GET", f"{_ALL}/processing=42"), 404, "NOT_FOUND")
    assert mart.get(f"{_ALL}/processing_id=4%32")["$processing_id"] == "42"
