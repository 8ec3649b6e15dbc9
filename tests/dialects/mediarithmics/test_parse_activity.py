"""Reading one activity: what is kept, what is filled in, what is refused. Pure."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellwether.dialects.mediarithmics.parse_activity import (
    DEPTH,
    EVENTS,
    LATEST_MS,
    parse_activity,
)
from bellwether.dialects.mediarithmics.parse_identifiers import IDENTIFIERS, LENGTH
from bellwether.model.activities import NewActivity
from bellwether.model.errors import BellwetherError, InvalidInputError

NOW_MS = 1_772_366_400_000
AGENT = {"$type": "USER_AGENT", "$user_agent_id": "vec:1"}
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def parse(**fields: Any) -> NewActivity:
    body = {"$type": "TOUCH", "$user_identifiers": [AGENT], **fields}
    return parse_activity(json.dumps(body).encode(), NOW_MS, "1", "made")


def refused(field: str, **fields: Any) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse(**{f"${name}": value for name, value in fields.items()})
    assert caught.value.field == field
    assert caught.value.message


@given(st.dictionaries(TEXTS.filter(lambda name: not name.startswith("$")), VALUES, max_size=4))
def test_what_is_the_customers_own_is_kept_exactly(fields: dict[str, Any]) -> None:
    body = json.loads(parse(**fields).body)
    assert {name: body[name] for name in fields} == fields


@given(VALUES, st.booleans(), st.integers(0, 3))
def test_a_name_that_stands_twice_in_an_object_is_found_wherever_it_is(
    value: Any,
    twice: bool,  # noqa: FBT001  drawn by hypothesis
    depth: int,
) -> None:
    inside = json.dumps(value, ensure_ascii=twice)
    text = f'{{"a":{inside},"{"a" if twice else "b"}":{inside}}}'
    for _ in range(depth):
        text = f'[{{"x":{text}}}]'
    raw = f'{{"$type":"TOUCH","$user_agent_id":"a","own":{text}}}'.encode()
    if twice:
        with pytest.raises(InvalidInputError) as caught:
            parse_activity(raw, NOW_MS, "1", "made")
        assert caught.value.field == "a"
    else:
        parse_activity(raw, NOW_MS, "1", "made")


@given(
    st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace"))
)
def test_whatever_comes_is_refused_with_a_field(raw: bytes) -> None:
    with pytest.raises(BellwetherError) as caught:  # none of it has a $type
        parse_activity(raw, NOW_MS, "1", "made")
    assert caught.value.field


def test_time_and_key_are_filled_in_when_they_are_absent_or_null() -> None:
    for fields in ({}, {"$ts": None, "$unique_key": None}):
        read = parse(**fields)
        body = json.loads(read.body)
        assert (body["$ts"], body["$unique_key"]) == (NOW_MS, "made")
        assert (read.ts, read.key, read.digest) == (NOW_MS, None, b"")


def test_activities_say_the_same_whatever_the_order_of_their_fields() -> None:
    one = b'{"$type":"TOUCH","$user_agent_id":"a","$unique_key":"k","x":{"a":1,"b":2}}'
    other = b'{ "x": {"b":2,"a":1}, "$unique_key":"k", "$user_agent_id":"a", "$type":"TOUCH" }'
    third = one.replace(b'"b":2', b'"b":3')
    first, second, last = (parse_activity(raw, NOW_MS, "1", "made") for raw in (one, other, third))
    assert first.key == "k"
    assert first.digest == second.digest != last.digest
    later = parse_activity(one, NOW_MS + 5, "1", "made")
    assert later.digest == first.digest  # the time of arrival is not what was sent
    named = parse_activity(one[:-1] + b',"$ts":5}', NOW_MS, "1", "made")
    assert named.digest != first.digest


def test_words_and_numbers_that_are_not_offered() -> None:
    refused("$type", type="VISIT")
    refused("$type", type=["TOUCH"])
    refused("$session_status", session_status="OPEN")
    refused("$ttl", ttl=-1)
    refused("$ttl", ttl=True)
    refused("$session_duration", session_duration="5")
    refused("$site_id", site_id={})
    refused("$app_id", app_id="")
    refused("$unique_key", unique_key="")
    refused("$unique_key", unique_key=7)


def test_instants() -> None:
    assert parse(**{"$ts": LATEST_MS - 1}).ts == LATEST_MS - 1
    for ts in (LATEST_MS, NOW_MS * 1000, -1, 1.5, "1", True, 2**70):
        refused("$ts", ts=ts)
    refused("$events.$ts", events=[{"$event_name": "e", "$ts": LATEST_MS}])


def test_events() -> None:
    parse(**{"$events": None})
    parse(**{"$events": [{"$event_name": "e", "$properties": None}] * EVENTS})
    refused("$events", events=[{"$event_name": "e"}] * (EVENTS + 1))
    refused("$events", events={})
    refused("$events", events=["e"])
    refused("$events.$event_name", events=[{}])
    refused("$events.$event_name", events=[{"$event_name": ""}])
    refused("$events.$properties", events=[{"$event_name": "e", "$properties": []}])


def test_a_choice_or_a_profile_that_could_not_be_recorded() -> None:
    place = "$events.$properties."
    choice = {"$processing_id": "1", "$choice_acceptance_value": True}
    parse(**{"$events": [{"$event_name": "$set_user_choice", "$properties": choice}]})
    for field, value in (
        ("$processing_id", None),
        ("$choice_acceptance_value", "yes"),
        ("$choice_ts", "today"),
    ):
        properties = {**choice, field: value}
        events = [{"$event_name": "$set_user_choice", "$properties": properties}]
        refused(place + field, events=events)
    events = [{"$event_name": "$set_user_profile_properties"}]
    refused(
        f"{place}$user_account_id",
        events=[{**events[0], "$properties": {"$user_account_id": ["a"]}}],
    )


def test_depth() -> None:
    def nested(depth: int) -> Any:
        value: Any = 1
        for _ in range(depth):
            value = [value]
        return value

    parse(own=nested(DEPTH - 1))
    with pytest.raises(InvalidInputError):
        parse(own=nested(DEPTH))
    parse(own=[{}] * 100)  # many, but not deep


def test_identifiers_that_cannot_be_read() -> None:
    listed = "$user_identifiers"
    refused(listed, user_identifiers={})
    refused(listed, user_identifiers=[])
    refused(listed, user_identifiers=["vec:1"])
    refused(listed, user_identifiers=[AGENT] * (IDENTIFIERS + 1))
    refused(f"{listed}.$type", user_identifiers=[{"$type": "COOKIE"}])
    refused(f"{listed}.$hash", user_identifiers=[{"$type": "USER_EMAIL", "$email": "a@b"}])
    long = {"$type": "USER_AGENT", "$user_agent_id": "x" * (LENGTH + 1)}
    refused(f"{listed}.$user_agent_id", user_identifiers=[long])
    refused("$email_hash", email_hash={})
    refused("$user_account_id", user_account_id="a\u0000b")


def test_identifiers_that_contradict_each_other() -> None:
    def account(value: str, compartment: object = None) -> dict[str, object]:
        found: dict[str, object] = {"$type": "USER_ACCOUNT", "$user_account_id": value}
        return found if compartment is None else {**found, "$compartment_id": compartment}

    listed = "$user_identifiers"
    parse(**{listed: [account("a"), account("b")]})  # as the vendor's own example has it
    refused(
        "$user_account_id",
        user_identifiers=[account("a", 1)],  # the datamart's own compartment is 1
        user_account_id="b",
    )
    refused("$user_account_id", user_identifiers=[account("a")], user_account_id="b")
    parse(**{listed: [account("a")], "$user_account_id": "b", "$compartment_id": 2})
    refused("$user_agent_id", user_agent_id="vec:2")
    parse(**{"$user_agent_id": "vec:1"})
    email = {"$type": "USER_EMAIL", "$hash": "h"}
    refused("$email_hash", user_identifiers=[email], email_hash={"$hash": "other"})
    parse(**{listed: [email], "$email_hash": "h"})
