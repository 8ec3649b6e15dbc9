"""Who is who: joined, taken apart, erased."""

from tests.dialects.mediarithmics.conftest import Mart, ok, refused

_DAVID = {"$type": "USER_ACCOUNT", "$user_account_id": "david", "$compartment_id": "7"}
_PHONE = {"$type": "USER_AGENT", "$user_agent_id": "vec:1"}
_MAIL = {"$type": "USER_EMAIL", "$hash": "0cc175b9"}
_T = 1_700_000_000_000


def test_declared_identifiers_are_one_person(mart: Mart) -> None:
    mart.send(user_identifiers=[_PHONE])
    mart.send(user_identifiers=[_DAVID])
    before = mart.get("/user_points/user_agent_id=vec:1")
    plain = [{name.removeprefix("$"): value for name, value in _MAIL.items()}]
    body = {
        "identifiers": [_PHONE, _DAVID, *plain, {"type": "USER_ACCOUNT", "user_account_id": "x"}]
    }
    joined = ok(mart.ask("POST", "/user_identifiers_association_declarations", json=body))
    assert joined["id"] == before["id"]
    assert len(joined["joined"]) == 1
    for selector in (
        joined["joined"][0],
        "email_hash=0cc175b9",
        "user_account_id=x",
        "compartment_id=1162,user_account_id=x",
    ):
        assert mart.get(f"/user_points/{selector}") == joined
    assert len(mart.get(f"/user_timelines/{joined['joined'][0]}/user_activities")) == 2


def test_a_declaration_that_is_wrong_is_named(mart: Mart) -> None:
    path = "/user_identifiers_association_declarations"
    for body, names in (
        ({}, "identifiers"),
        ([], "body"),
        ({"identifiers": []}, "identifiers"),
        ({"identifiers": [_PHONE] * 101}, "identifiers"),
        ({"identifiers": ["vec:1"]}, "identifiers"),
        ({"identifiers": [{}]}, "identifiers[0].$type"),
        ({"identifiers": [_PHONE, {"$type": "USER_PHONE"}]}, "identifiers[1].$type"),
        ({"identifiers": [{"$type": "USER_AGENT"}]}, "identifiers[0].$user_agent_id"),
        ({"identifiers": [{"$type": "USER_AGENT", "$user_agent_id": 7}]}, "$user_agent_id"),
        ({"identifiers": [{"$type": "USER_EMAIL", "$hash": "a\0"}]}, "identifiers[0].$hash"),
        ({"identifiers": [_PHONE], "x": 1}, "x"),
    ):
        refused(mart.ask("POST", path, json=body), 400, "INVALID_INPUT", names)
    refused(mart.ask("GET", "/user_points/user_agent_id=vec:1"), 404, "NOT_FOUND")


def test_a_merge_is_told_and_can_be_undone(mart: Mart) -> None:
    mart.send(user_identifiers=[_PHONE])
    mart.send(user_identifiers=[_DAVID])
    sent = mart.send(user_identifiers=[_PHONE, _DAVID])
    phone = "/user_points/user_agent_id=vec:1"
    david = "/user_points/compartment_id=7,user_account_id=david"
    (merge,) = mart.get(f"{phone}/user_point_merges")
    assert merge["cause"] == sent["$unique_key"]
    assert merge["kept_user_point_id"] == mart.get(david)["id"]
    assert merge["undone_ts"] is None
    undo = f"/user_point_merges/{merge['number']}/undo"
    undone = ok(mart.ask("POST", undo))
    assert undone["undone_ts"] is not None
    assert mart.get(phone)["id"] != mart.get(david)["id"]
    assert mart.get(phone)["id"] == merge["kept_user_point_id"]
    refused(mart.ask("POST", undo), 409, "CONFLICT")
    for nothing in ("999", "0", "x", "-1", "9" * 40):
        refused(mart.ask("POST", f"/user_point_merges/{nothing}/undo"), 404, "NOT_FOUND")


def test_an_erased_person_is_gone_everywhere_and_proved_to_be(mart: Mart) -> None:
    # The past, so that what is sent again later is older than the erasure.
    sent = mart.send(user_identifiers=[_PHONE, _DAVID], ts=_T, unique_key="one", secret="Rosebud")
    choice = "/user_points/user_agent_id=vec:1/user_choices/processing_id=42"
    mart.put(choice, {"$choice_acceptance_value": True})
    profile = (
        "/user_points/user_agent_id=vec:1/user_profiles/compartment_id=7/user_account_id=david"
    )
    mart.put(profile, {"name": "David"})
    mart.send(user_identifiers=[_MAIL], ts=_T)
    point = mart.get("/user_points/user_agent_id=vec:1")["id"]

    timeline = f"/user_timelines/{point}/user_activities"
    filtered = mart.ask("DELETE", timeline, params={"filters": "$type==TOUCH"})
    refused(filtered, 400, "UNSUPPORTED", "filters")
    assert len(mart.get(timeline)) == 1
    proof = ok(mart.ask("DELETE", timeline))
    assert proof["digests"]
    assert "david" not in str(proof)
    assert proof["removed"]
    for path in (
        f"/user_points/{point}",
        "/user_points/user_agent_id=vec:1",
        choice,
        profile,
        "/user_points/compartment_id=7,user_account_id=david",
        timeline,
    ):
        refused(mart.ask("GET", path), 404, "NOT_FOUND")
    refused(mart.ask("DELETE", timeline), 404, "NOT_FOUND")
    assert mart.get("/user_points/email_hash=0cc175b9")
    assert mart.get("/user_point_erasures") == [proof]

    again = mart.ask("POST", "/user_activities", json={
        "$type": "TOUCH", "$user_identifiers": [_PHONE, _DAVID], "$ts": _T, "$unique_key": "one",
        "$secret": "Rosebud",
    })  # fmt: skip
    assert again.status_code in {200, 409}, again.text
    mart.send(user_identifiers=[_PHONE], ts=_T)
    refused(mart.ask("GET", "/user_points/user_agent_id=vec:1"), 404, "NOT_FOUND")
    mart.send(user_identifiers=[_PHONE])
    assert len(mart.get("/user_points/user_agent_id=vec:1/user_activities")) == 1
    assert sent["$unique_key"] == "one"


def test_a_person_can_be_erased_by_any_selector(mart: Mart) -> None:
    mart.send(user_identifiers=[_MAIL])
    refused(mart.ask("DELETE", "/user_points/email_hash=0cc175b9?filters=x"), 400, "UNSUPPORTED")
    ok(mart.ask("DELETE", "/user_points/email_hash=0cc175b9"))
    refused(mart.ask("GET", "/user_points/email_hash=0cc175b9"), 404, "NOT_FOUND")
