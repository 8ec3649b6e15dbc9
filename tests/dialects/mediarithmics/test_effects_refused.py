"""What the pipeline could not work in is refused before it is acknowledged."""

from typing import Any

import pytest
from tests.dialects.mediarithmics.conftest import Mart, refused

_PROFILE = "$set_user_profile_properties"


@pytest.mark.parametrize(
    ("name", "properties", "names"),
    [
        (_PROFILE, {"x": 1}, "the profile's account is not named"),
        (_PROFILE, {"$user_account_id": "a", "$expiration_ts": "soon"}, "$expiration_ts"),
        ("$set_user_choice", {"$processing_id": "1"}, "$choice_acceptance_value"),
        ("$set_user_choice", {"$choice_acceptance_value": True}, "$processing_id"),
    ],
)
def test_an_event_that_cannot_take_effect_is_refused(
    mart: Mart, name: str, properties: dict[str, Any], names: str
) -> None:
    body = {
        "$type": "TOUCH",
        "$ts": None,
        "$ttl": 5,
        "$user_agent_id": "vec:1",
        "$events": [{"$event_name": name, "$properties": properties}],
    }
    answer = mart.ask("POST", "/user_activities", json=body)
    refused(answer, 400, "INVALID_INPUT", names)
    answer = mart.ask("GET", "/user_points/user_agent_id=vec:1/user_activities")
    assert answer.status_code == 404


def test_an_account_of_the_activity_is_enough(mart: Mart) -> None:
    events = [{"$event_name": _PROFILE, "$properties": {"x": 1}}]
    mart.send(user_agent_id="vec:1", user_account_id="a", events=events)
    profiles = mart.get("/user_points/user_agent_id=vec:1/user_profiles")
    assert [(one["$user_account_id"], one["x"]) for one in profiles] == [("a", 1)]
