"""Many callers at once: one person of many identifiers, every version of a choice, one profile."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.dialects.mediarithmics.conftest import Mart, ok

_THREADS = 8
_MANY = 40


def _all_at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    with ThreadPoolExecutor(_THREADS) as pool:
        return [one.result() for one in [pool.submit(call) for call in calls]]


def _agent(number: int) -> dict[str, str]:
    return {"$type": "USER_AGENT", "$user_agent_id": f"vec:{number}"}


def test_identifiers_that_arrive_at_once_in_any_order_are_one_person(mart: Mart) -> None:
    links = [[_agent(number), _agent(number + 1)] for number in range(_MANY)]
    random.Random(7).shuffle(links)

    def sender(link: list[dict[str, str]]) -> Callable[[], Any]:
        return lambda: mart.send(user_identifiers=link)

    def declarer(link: list[dict[str, str]]) -> Callable[[], Any]:
        path = "/user_identifiers_association_declarations"
        return lambda: ok(mart.ask("POST", path, json={"identifiers": link}))

    kinds = (sender, sender, sender, declarer)
    _all_at_once([kinds[place % 4](link) for place, link in enumerate(links)])
    points = {mart.get(f"/user_points/user_agent_id=vec:{n}")["id"] for n in range(_MANY + 1)}
    assert len(points) == 1
    found = mart.get("/user_points/user_agent_id=vec:0")
    names = mart.get(f"/user_points/{found['id']}/user_identifiers?max_results=1000")
    assert {one["$user_agent_id"] for one in names} == {f"vec:{n}" for n in range(_MANY + 1)}
    merges = mart.get(f"/user_points/{found['id']}/user_point_merges?max_results=1000")
    assert len(merges) == len(found["joined"])
    page = mart.ask("GET", f"/user_points/{found['id']}/user_activities").json()
    assert page["total"] == _MANY * 3 // 4


def test_every_version_of_a_choice_that_is_told_at_once_is_in_the_log(mart: Mart) -> None:
    path = "/user_points/user_agent_id=vec:1/user_choices/processing_id=42"
    at = 1_700_000_000_000

    def teller(number: int) -> Callable[[], Any]:
        body = {"$choice_acceptance_value": bool(number % 2), "$choice_ts": at + number}
        return lambda: mart.put(path, body)

    told = _all_at_once([teller(number) for number in range(_MANY)])
    log = mart.get(f"{path}/change_log?max_results=1000")
    assert [one["$number"] for one in log] == list(range(_MANY, 0, -1))
    assert sorted(told, key=lambda one: -one["$number"]) == log
    assert mart.get(path)["$choice_ts"] == at + _MANY - 1


def test_a_profile_that_is_changed_at_once_loses_nothing(mart: Mart) -> None:
    path = "/user_points/user_agent_id=vec:1/user_profiles/compartment_id=7/user_account_id=a"

    def changer(number: int) -> Callable[[], Any]:
        return lambda: mart.put(path, {f"f{number}": number})

    _all_at_once([changer(number) for number in range(_MANY)])
    kept = mart.get(path)
    assert {name for name in kept if not name.startswith("$")} == {f"f{n}" for n in range(_MANY)}
