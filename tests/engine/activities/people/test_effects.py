"""What cannot be worked in is refused with the field at fault, and leaves nothing half done."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.people import START_TS, World, account, activity, agent, event

from bellwether.engine.activities.effects import check_effects
from bellwether.engine.activities.names import identifier_of, name_of, names_of
from bellwether.model.errors import InvalidInputError, NotFoundError
from bellwether.model.people import Identifier, IdentifierKind

_CHOICE = {"_processing_id": "1", "_choice_acceptance_value": True}
_texts = st.text(min_size=1, max_size=12).filter(lambda text: "\0" not in text and _encodes(text))


def _encodes(text: str) -> bool:
    return text.encode(errors="ignore").decode() == text


def _bad(field: str, body: dict[str, Any]) -> Any:
    return pytest.param(field, body, id=field)


@pytest.mark.parametrize(
    ("field", "body"),
    [
        _bad("$user_identifiers", {"$user_identifiers": {}}),
        _bad(
            "$user_identifiers[1]",
            {"$user_identifiers": [{"$type": "USER_AGENT", "$user_agent_id": "a"}, 7]},
        ),
        _bad("$user_identifiers[0].$type", {"$user_identifiers": [{"$type": "OTHER"}]}),
        _bad(
            "$user_identifiers[0].$user_agent_id", {"$user_identifiers": [{"$type": "USER_AGENT"}]}
        ),
        _bad(
            "$user_identifiers[0].$user_account_id",
            {"$user_identifiers": [{"$type": "USER_ACCOUNT", "$user_account_id": True}]},
        ),
        _bad(
            "$user_identifiers[0].$compartment_id",
            {
                "$user_identifiers": [
                    {"$type": "USER_ACCOUNT", "$user_account_id": "a", "$compartment_id": 1.5}
                ]
            },
        ),
        _bad(
            "$user_identifiers[0].$hash",
            {"$user_identifiers": [{"$type": "USER_EMAIL", "$hash": ""}]},
        ),
        _bad(
            "$user_identifiers[0].$email",
            {"$user_identifiers": [{"$type": "USER_EMAIL", "$hash": "a", "$email": []}]},
        ),
        _bad("$user_agent_id", {"$user_agent_id": "x" * 513}),
        _bad("$user_account_id", {"$user_account_id": "nul\0"}),
        _bad("$email_hash.$hash", {"$email_hash": {"$hash": "\ud800"}}),
        _bad(
            "$events[0].$properties.$choice_acceptance_value",
            {"$events": [event("$set_user_choice", _processing_id="1")]},
        ),
        _bad(
            "$events[0].$properties.$processing_id",
            {"$events": [event("$set_user_choice", _choice_acceptance_value=True)]},
        ),
        _bad(
            "$events[1].$properties.$choice_ts",
            {
                "$events": [
                    event("$set_user_choice", **_CHOICE),
                    event("$set_user_choice", **_CHOICE, _choice_ts="now"),
                ]
            },
        ),
        _bad(
            "$events[0].$properties.$user_account_id",
            {"$events": [event("$set_user_profile_properties", x=1)]},
        ),
        _bad(
            "$expiration_ts",
            {
                "$events": [
                    event("$set_user_profile_properties", _user_account_id="1", _expiration_ts=-1)
                ]
            },
        ),
        _bad("$app_id", {"$app_id": [], "$events": [event("$app_open")]}),
    ],
)
def test_the_field_at_fault_is_named(field: str, body: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_effects(body, "1")
    assert caught.value.field == field


def test_one_that_cannot_be_worked_in_takes_its_batch_back(world: World) -> None:
    good = activity(agent(1), account(1), events=[event("$set_user_choice", **_CHOICE)])
    wrong = activity(agent(2), events=[event("$set_user_choice", _processing_id="1")])
    world.log([good, wrong])
    with pytest.raises(InvalidInputError):
        world.catch_up()
    with pytest.raises(NotFoundError):
        world.person(agent(1))
    world.catch_up_to(1)
    assert world.identifiers(agent(1)) == {agent(1), account(1, "1")}


def test_root_identifiers_are_taken_beside_listed_ones() -> None:
    body = {
        "$user_identifiers": [{"$type": "USER_AGENT", "$user_agent_id": "a"}],
        "$user_agent_id": "a",
        "$user_account_id": 12,
        "$compartment_id": 7,
        "$email_hash": "h",
    }
    names, emails = names_of(body, "1")
    assert [identifier_of(name) for name in names] == [
        Identifier(IdentifierKind.AGENT, "a"),
        Identifier(IdentifierKind.ACCOUNT, "12", "7"),
        Identifier(IdentifierKind.EMAIL, "h"),
    ]
    assert emails is None
    listed, emails = names_of({"$email_hash": {"$hash": "h", "$email": "a@b.test"}}, "1")
    assert emails == {listed[0]: "a@b.test"}
    assert names_of({"$user_account_id": "x"}, "9") == names_of(
        {"$user_account_id": "x", "$compartment_id": "9"}, "1"
    )


@settings(max_examples=300)
@given(st.tuples(_texts, _texts), st.tuples(_texts, _texts))
def test_no_two_identifiers_share_a_name(one: tuple[str, str], two: tuple[str, str]) -> None:
    left, right = (
        Identifier(IdentifierKind.ACCOUNT, value, within) for within, value in (one, two)
    )
    assert identifier_of(name_of(left, "1")) == left
    assert (name_of(left, "1") == name_of(right, "1")) == (left == right)


def test_the_contracts_example_is_worked_in(world: World) -> None:
    ts = 3489009384393
    world.send(
        activity(
            account("<USER_ACCOUNT_ID>", "<COMPARTMENT_ID>"),
            agent("x"),
            ts=ts,
            type="APP_VISIT",
            status="IN_SESSION",
            app="1023",
            events=[event("$app_open", ts)],
        )
    )
    (found,) = world.timeline(agent("x"))
    names = [one["$event_name"] for one in found["$events"]]
    assert (found["$ts"], names) == (ts, ["$app_open", "$app_install"])
    assert ts > START_TS
