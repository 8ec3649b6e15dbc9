"""Profile edits are queued as tasks, and refused inside their cool-downs as documented."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import NamedTuple

import pytest
from tests.dialects.ugcinc.conftest import START, Fleet
from tests.support.contract import examples
from tests.support.steered import SteeredClock

_SOCIAL = "/accounts/update-social"
_AVATAR = "https://storage.example.com/avatar.jpg"
_DOCUMENTED = {
    field: example["response_example"]["message"]
    for example in examples("ugcinc")
    if example["response_status"] == 400
    for field in ("nickName", "avatarUrl", "bio")
    if field in example["request_example"]
}


def test_an_edit_is_a_task(fleet: Fleet) -> None:
    account = fleet.account()
    edit = {"accountId": account, "nickName": "Cool Creator", "bio": "Content creator 🎥"}
    answer = fleet.ask(_SOCIAL, edit)
    assert answer["message"] == "Profile update task created successfully"
    task = {
        "id": answer["taskId"], "account_id": account, "type": "edit_profile", "status": "pending",
        "scheduled_time": None, "created_at": "2026-03-02T09:30:00.000Z", "error": None,
        "edit_profile_info": {"nickName": "Cool Creator", "bio": "Content creator 🎥"},
    }  # fmt: skip
    assert fleet.ask("/accounts/status") == [task]
    assert fleet.ask("/tasks") == [task | {"duration": None, "keywords": None}]


class Cooling(NamedTuple):
    """An edit asked for again after some time, and the numbers of the sentence that refuses it."""

    field: str
    value: str
    wait: timedelta
    passed: timedelta
    said: Mapping[str, str]


@pytest.mark.parametrize(
    "case",
    [
        Cooling("nickName", "New Name", timedelta(days=7), timedelta(days=2, hours=5),
                {"X": "2", "Y": "5", "YYYY-MM-DD": "2026-03-09"}),
        Cooling("nickName", "New Name", timedelta(days=7), timedelta(0),
                {"X": "0", "Y": "7", "YYYY-MM-DD": "2026-03-09"}),
        Cooling("avatarUrl", _AVATAR, timedelta(hours=24), timedelta(hours=23, minutes=59),
                {"X": "23", "Y": "1", "YYYY-MM-DD": "2026-03-03"}),
        Cooling("bio", "New bio text", timedelta(hours=24), timedelta(hours=6, minutes=1),
                {"X": "6", "Y": "18", "YYYY-MM-DD": "2026-03-03"}),
    ],
)  # fmt: skip
def test_a_cool_down_is_told_as_documented_and_then_over(
    fleet: Fleet, clock: SteeredClock, case: Cooling
) -> None:
    edit = {"accountId": fleet.account(), case.field: case.value}
    fleet.ask(_SOCIAL, edit)
    clock.go_to(START + case.passed)
    expected = _DOCUMENTED[case.field]
    for letter, number in case.said.items():
        expected = re.sub(rf"\b{letter}\b", number, expected)
    assert fleet.ask(_SOCIAL, edit, code=400) == expected
    clock.go_to(START + case.wait - timedelta(seconds=1))
    fleet.ask(_SOCIAL, edit, code=400)
    assert len(fleet.ask("/tasks")) == 1
    clock.go_to(START + case.wait)
    fleet.ask(_SOCIAL, edit)
    assert len(fleet.ask("/tasks")) == 2


def test_an_edit_with_one_field_inside_its_cool_down_edits_none(
    fleet: Fleet, clock: SteeredClock
) -> None:
    account = fleet.account()
    fleet.ask(_SOCIAL, {"accountId": account, "nickName": "a"})
    clock.go_to(START + timedelta(days=1))
    both = {"accountId": account, "bio": "b", "nickName": "b"}
    assert fleet.ask(_SOCIAL, both, code=400).startswith("Nickname can only be updated")
    fleet.ask(_SOCIAL, {"accountId": account, "bio": "b"})  # its cool-down did not begin
    other = fleet.account()
    fleet.ask(_SOCIAL, both | {"accountId": other})


def test_of_two_edits_at_the_same_moment_one_wins(fleet: Fleet) -> None:
    account = fleet.account()

    def edit(number: int) -> int:
        body = {"accountId": account, "nickName": f"n{number}"}
        return fleet.client.post(_SOCIAL, json=body).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(edit, range(8)))
    assert codes == [200] + [400] * 7
    assert len(fleet.ask("/tasks")) == 1


def test_what_cannot_be_edited_is_named_and_nothing_is_queued(fleet: Fleet) -> None:
    tiktok, instagram = fleet.account(), fleet.account("instagram")
    for body, code, field in (
        ({}, 400, "accountId"),
        ({"accountId": tiktok}, 400, "nickName"),
        ({"accountId": tiktok, "nickName": None}, 400, "nickName"),
        ({"accountId": "nobody", "nickName": "x"}, 404, "accountId"),
        ({"accountId": tiktok, "nickName": "n" * 31}, 400, "nickname"),
        ({"accountId": tiktok, "nickName": " "}, 400, "nickname"),
        ({"accountId": tiktok, "nickName": "a\x00"}, 400, "nickname"),
        ({"accountId": tiktok, "nickName": 7}, 400, "nickName"),
        ({"accountId": tiktok, "bio": "b" * 81}, 400, "bio"),
        ({"accountId": instagram, "bio": "b" * 151}, 400, "bio"),
        ({"accountId": tiktok, "bio": "\x00"}, 400, "bio"),
        ({"accountId": tiktok, "avatarUrl": "nonsense"}, 400, "avatarUrl"),
        ({"accountId": tiktok, "avatarUrl": "http://192.168.1.1/a.jpg"}, 400, "avatarUrl"),
        ({"updates": []}, 400, "updates"),
        ({"updates": [{"accountId": tiktok}]}, 400, "nickName"),
        ({"updates": [{"accountId": tiktok, "bio": "a"}], "bio": "b"}, 400, "updates"),
        ({"updates": [{"accountId": tiktok, "avatarUrl": "http://10.0.0.1/"}]}, 400,
         "updates[0].avatarUrl"),
    ):  # fmt: skip
        message = fleet.ask(_SOCIAL, body, code=code)
        assert field in message, (body, message)
    assert fleet.ask("/tasks") == []
    fleet.ask(_SOCIAL, {"accountId": instagram, "bio": "b" * 150, "nickName": "n" * 30})


def test_of_many_edits_one_that_is_refused_stops_no_other(fleet: Fleet) -> None:
    first, second = fleet.account(), fleet.account()
    fleet.ask(_SOCIAL, {"accountId": second, "bio": "a"})
    updates = [
        {"accountId": first, "nickName": "x"},
        {"accountId": second, "bio": "b"},
        {"accountId": "nobody", "bio": "b"},
    ]
    answer = fleet.ask(_SOCIAL, {"updates": updates})
    assert answer["message"] == "Created profile update tasks for 1 account(s)"
    assert (answer["successful"], answer["failed"]) == (1, 2)
    done, cooling, unknown = answer["results"]
    assert (done["success"], done["accountId"]) == (True, first)
    assert cooling["error"].startswith("Bio can only be updated once every 24 hours.")
    assert "accountId" in unknown["error"]
    assert {task["id"] for task in fleet.ask("/tasks")} > {done["taskId"]}


def test_tasks_are_listed_by_account_type_and_time(fleet: Fleet, clock: SteeredClock) -> None:
    one, two = fleet.account(), fleet.account()
    first = fleet.ask(_SOCIAL, {"accountId": one, "bio": "a"})["taskId"]
    clock.go_to(START + timedelta(days=2))
    second = fleet.ask(_SOCIAL, {"accountId": two, "bio": "a"})["taskId"]

    def ids(path: str = "/tasks", **wanted: object) -> list[str]:
        return [task["id"] for task in fleet.ask(path, wanted)]

    assert ids() == [second, first]
    assert ids(accountIds=[one]) == ids("/accounts/status", accountIds=[one]) == [first]
    assert ids(accountIds=[]) == ids("/accounts/status", accountIds=[]) == []
    assert ids(taskType="edit_profile") == [second, first]
    assert ids(startDate="2026-03-03") == [second]
    assert ids(endDate="2026-03-03") == [first]
    for kind in ("warmup_scroll", "warmup_search_term", "warmup_search_profile", "update_posts"):
        assert ids(taskType=kind) == []
    assert "taskType" in fleet.ask("/tasks", {"taskType": "warmup"}, code=400)
    assert "includeCompleted" in fleet.ask("/accounts/status", {"includeCompleted": 1}, code=400)
