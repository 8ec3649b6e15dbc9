"""What is written through activities and the other calls is read back, at once."""

from typing import Any

from tests.dialects.mediarithmics.conftest import Mart, ok, refused

DAVID = {"$type": "USER_ACCOUNT", "$user_account_id": "david", "$compartment_id": "7"}
PHONE = {"$type": "USER_AGENT", "$user_agent_id": "vec:1"}
MAIL = {"$type": "USER_EMAIL", "$hash": "0cc175b9", "$email": "d@example.com"}


def test_whoever_sends_an_activity_sees_it_at_once(mart: Mart) -> None:
    for number in range(5):
        sent = mart.send(user_identifiers=[PHONE], custom={"n": number, "f": 0.1, "s": "é\u0000"})
        page = ok_list(mart, "/user_points/user_agent_id=vec:1/user_activities")
        assert page["total"] == number + 1
        assert page["data"][0]["$custom"] == {"n": number, "f": 0.1, "s": "é\u0000"}
        assert page["data"][0]["$unique_key"] == sent["$unique_key"]
        assert page["data"][0]["$ts"] == sent["$ts"]


def ok_list(mart: Mart, path: str, **query: Any) -> dict[str, Any]:
    answer = mart.ask("GET", path, params=query)
    ok(answer)
    page: dict[str, Any] = answer.json()
    assert page["count"] == len(page["data"])
    return page


def test_a_person_is_found_by_every_name(mart: Mart) -> None:
    mart.send(user_identifiers=[DAVID, PHONE])
    mart.send(user_identifiers=[PHONE, MAIL])
    found = mart.get("/user_points/compartment_id=7,user_account_id=david")
    for selector in (
        "user_agent_id=vec:1",
        "email_hash=0cc175b9",
        found["id"],
        f"user_point_id={found['id']}",
        "user_account_id=david,compartment_id=7",
    ):
        assert mart.get(f"/user_points/{selector}") == found
    names = mart.get(f"/user_points/{found['id']}/user_identifiers")
    assert [{k: v for k, v in one.items() if k != "$creation_ts"} for one in names] == [
        DAVID,
        PHONE,
        MAIL,
    ]
    assert len(mart.get(f"/user_timelines/{found['id']}/user_activities")) == 2


def test_a_person_may_have_two_accounts_in_one_compartment(mart: Mart) -> None:
    # As in the vendor's own example of an activity.
    other = {**DAVID, "$user_account_id": "david-2"}
    mart.send(user_identifiers=[DAVID, other, PHONE, MAIL])
    found = mart.get("/user_points/compartment_id=7,user_account_id=david")
    assert mart.get("/user_points/compartment_id=7,user_account_id=david-2") == found


def test_root_identifiers_must_not_contradict_the_list(mart: Mart) -> None:
    for root, names in (
        ({"$user_account_id": "eve", "$compartment_id": 7}, "$user_account_id"),
        ({"$user_agent_id": "vec:2"}, "$user_agent_id"),
        ({"$email_hash": {"$hash": "x"}}, "$email_hash"),
    ):
        body = {"$type": "TOUCH", "$user_identifiers": [DAVID, PHONE, MAIL], **root}
        answer = mart.ask("POST", "/user_activities", json=body)
        refused(answer, 400, "INVALID_INPUT", names)
    mart.send(
        user_identifiers=[DAVID, PHONE, MAIL],
        user_account_id="david",
        compartment_id=7,
        user_agent_id="vec:1",
        email_hash="0cc175b9",
    )
    # An account of another compartment says more and contradicts nothing.
    mart.send(user_identifiers=[DAVID], user_account_id="d", compartment_id="8")
    found = mart.get("/user_points/compartment_id=8,user_account_id=d")
    assert found == mart.get("/user_points/user_agent_id=vec:1")
