"""Profiles: created, changed in three ways, listed and deleted."""

from tests.dialects.mediarithmics.conftest import Mart, ok, refused

_PHONE = [{"$type": "USER_AGENT", "$user_agent_id": "vec:1"}]
_DAVID = "/user_points/user_agent_id=vec:1/user_profiles/compartment_id=7/user_account_id=david"


def _own(profile: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in profile.items() if not name.startswith("$")}


def test_a_profile_is_merged_replaced_and_cut(mart: Mart) -> None:
    mart.send(user_identifiers=_PHONE)
    first = mart.put(_DAVID, {"name": "David", "letter": {"on": True, "how": "MONTHLY"}, "n": None})
    assert first["$compartment_id"] == "7"
    assert first["$user_account_id"] == "david"
    assert first["$creation_ts"] == first["$last_modified_ts"]

    merged = mart.put(_DAVID, {"letter": {"how": "DAILY"}, "age": 40})
    assert _own(merged) == {"name": "David", "letter": {"how": "DAILY"}, "n": None, "age": 40}
    assert merged["$creation_ts"] == first["$creation_ts"]

    deep = mart.put(_DAVID + "?merge_objects=true", {"letter": {"on": False}})
    assert deep["letter"] == {"how": "DAILY", "on": False}

    cut = mart.put(_DAVID + "?update_strategy=PARTIAL_DELETE", {"letter": {"on": None}, "n": None})
    assert _own(cut) == {"name": "David", "letter": {"how": "DAILY"}, "age": 40}

    for query in ("?force_replace=true", "?update_strategy=FORCE_REPLACE"):
        assert _own(mart.put(_DAVID + query, {"only": 1})) == {"only": 1}
    assert mart.get(_DAVID) == mart.get(
        _DAVID.replace("user_agent_id=vec:1", "compartment_id=7,user_account_id=david")
    )


def test_what_was_read_can_be_sent_back(mart: Mart) -> None:
    mart.put(_DAVID, {"name": "David", "deep": [{"a": [1, 2.5, "\u0000é"]}]})
    before = mart.get(_DAVID)
    after = mart.put(_DAVID + "?force_replace=true", before)
    assert after | {"$last_modified_ts": 0} == before | {"$last_modified_ts": 0}


def test_names_may_have_any_character_where_they_are_encoded(mart: Mart) -> None:
    path = "/user_points/user_agent_id=vec:1/user_profiles/compartment_id=a%2Fb/user_account_id="
    for account in ("x%2Fy", "x%2Cy", "x%3Dy", "x%25y", "caf%C3%A9", "x%20y", "%2F%2F", "%2E"):
        kept = mart.put(path + account, {"said": account})
        assert kept["$compartment_id"] == "a/b"
        assert mart.get(path + account) == kept
    assert len(mart.get("/user_points/user_agent_id=vec:1/user_profiles")) == 8
    same = "/user_points/compartment_id%3Da%252Fb%2Cuser_account_id%3Dx%252Fy"
    refused(mart.ask("GET", same), 404, "NOT_FOUND")  # encoded twice is another name
    assert mart.get("/user_points/compartment_id=a%2fb,user_account_id=x%2fy")


def test_profiles_are_listed_and_deleted_by_document_selector(mart: Mart) -> None:
    base = "/user_points/user_agent_id=vec:1/user_profiles"
    for compartment, account in (("7", "a"), ("7", "b"), ("8", "c"), ("9", "d")):
        mart.put(f"{base}/compartment_id={compartment}/user_account_id={account}", {"x": account})
    assert [one["x"] for one in mart.get(base)] == ["a", "b", "c", "d"]
    assert [one["x"] for one in mart.get(f"{base}/compartment_id=7")] == ["a", "b"]
    assert mart.get(base, params={"first_result": 3, "max_results": 2})[0]["x"] == "d"
    page = mart.ask("GET", base, params={"first_result": 1, "max_results": 2}).json()
    assert {k: v for k, v in page.items() if k != "data"} == {
        "status": "ok",
        "count": 2,
        "first_result": 1,
        "max_results": 2,
        "total": 4,
    }
    assert ok(mart.ask("DELETE", f"{base}/compartment_id=8/user_account_id=c")) == {"deleted": 1}
    refused(mart.ask("DELETE", f"{base}/compartment_id=8/user_account_id=c"), 404, "NOT_FOUND")
    assert ok(mart.ask("DELETE", f"{base}/compartment_id=7")) == {"deleted": 2}
    assert [one["x"] for one in mart.get(base)] == ["d"]
    assert ok(mart.ask("DELETE", base)) == {"deleted": 1}
    assert mart.get(base) == []
    refused(mart.ask("GET", f"{base}/compartment_id=9/user_account_id=d"), 404, "NOT_FOUND")


def test_an_event_changes_a_profile_as_the_call_does(mart: Mart) -> None:
    mart.put(_DAVID, {"name": "David", "n": 1})
    event = {
        "$event_name": "$set_user_profile_properties",
        "$properties": {"$user_account_id": "david", "$compartment_id": 7, "n": 2, "m": [1]},
    }
    mart.send(user_identifiers=_PHONE, events=[event])
    assert _own(mart.get(_DAVID)) == {"name": "David", "n": 2, "m": [1]}
    mart.put(_DAVID, {"n": 3})
    assert _own(mart.get(_DAVID)) == {"name": "David", "n": 3, "m": [1]}


def test_an_account_of_another_person_is_not_taken(mart: Mart) -> None:
    mart.put(_DAVID, {"name": "David"})
    other = _DAVID.replace("vec:1", "vec:2")
    mart.send(user_identifiers=[{"$type": "USER_AGENT", "$user_agent_id": "vec:2"}])
    refused(mart.ask("PUT", other, json={"name": "Eve"}), 409, "CONFLICT", "user_account_id")
    refused(mart.ask("GET", other), 404, "NOT_FOUND")
    assert mart.get(_DAVID)["name"] == "David"


def test_what_is_wrong_is_named_and_changes_nothing(mart: Mart) -> None:
    before = mart.put(_DAVID, {"name": "David"})
    wrong: list[tuple[bytes, str]] = [
        (b"[]", "body"),
        (b"{", "JSON"),
        (b"null", "body"),
        (b'{"a": NaN}', "JSON"),
        (b'{"a": 1e999}', "out of range"),
        (b'{"a": "\\ud800"}', "JSON"),
        (b'{"a": "\xff"}', "JSON"),
        (b'{"a": 1, "a": 2}', "a stands twice"),
        (b'{"o": {"b": 1, "b": 1}}', "b stands twice"),
        (b'{"a": ' + b"[" * 1000 + b"]" * 1000 + b"}", "nested"),
        (b'{"a": ' + b"[" * 400_000, ""),
        (b'{"$compartment_id": "8"}', "$compartment_id"),
        (b'{"$compartment_id": 8}', "$compartment_id"),
        (b'{"$user_account_id": "eve"}', "$user_account_id"),
        (b'{"$user_account_id": null}', "$user_account_id"),
        (b'{"$expiration_ts": "soon"}', "$expiration_ts"),
        (b'{"$expiration_ts": -1}', "$expiration_ts"),
        (b'{"$expiration_ts": 99999999999999999999}', "$expiration_ts"),
    ]
    for body, names in wrong:
        refused(mart.ask("PUT", _DAVID, content=body), 400, "INVALID_INPUT", names)
    for query in (
        "force_replace=maybe",
        "update_strategy=REPLACE",
        "strategy=x",
        "update_strategy=PARTIAL_UPDATE&force_replace=true",
    ):
        refused(mart.ask("PUT", f"{_DAVID}?{query}", json={}), 400, "INVALID_INPUT")
    big = b'{"a": "' + b"x" * 1_100_000 + b'"}'
    refused(mart.ask("PUT", _DAVID, content=big), 413, "TOO_LARGE")
    assert mart.get(_DAVID) == before
    assert mart.put(_DAVID, {"$compartment_id": 7, "$user_account_id": "david"})["name"] == "David"
