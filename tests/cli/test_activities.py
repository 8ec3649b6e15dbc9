"""`bellwether datamarts`, `activities` and `choices`, on either store."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.command import PROGRAM, Result, typed
from tests.support.server import running

_TOUCH = {"$type": "TOUCH", "$user_identifiers": [{"$type": "USER_AGENT", "$user_agent_id": "v"}]}
Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str) -> Run:
    """Runs a command on a store that has a datamart."""

    def do(*words: str, stdin: str | None = None) -> Result:
        return typed(*words, "--database", database_url, stdin=stdin)

    made = do("datamarts", "create", "shop", "--compartment", "1162", "--json")
    assert made.code == 0, made.err
    return do


def _send(run: Run, *bodies: object, words: tuple[str, ...] = ()) -> Result:
    lines = "\n".join(json.dumps(one) if isinstance(one, dict) else str(one) for one in bodies)
    return run("activities", "send", *words, stdin=lines)


def test_datamarts_are_made_listed_and_named_once(run: Run) -> None:
    (shop,) = run("datamarts", "list", "--json").lines
    assert (shop["name"], shop["default_compartment"], shop["environment"]) == (
        "shop", "1162", "live",
    )  # fmt: skip
    again = run("datamarts", "create", "shop")
    assert again.code == 1
    assert "shop" in again.err
    assert run("datamarts", "create", " ").code == 2
    other = run("datamarts", "create", "shop", "--environment", "sandbox", "--json").json
    assert other["id"] != shop["id"]
    assert len(run("datamarts", "list", "--json").lines) == 1
    assert "shop" in run("datamarts", "list").out


def test_a_datamart_may_keep_the_id_it_had_elsewhere(run: Run) -> None:
    moved = run("datamarts", "create", "moved", "--id", "3", "--json").json
    assert moved["id"] == 3
    taken = run("datamarts", "create", "other", "--id", "3", "--environment", "sandbox")
    assert taken.code == 1
    assert "3" in taken.err
    named = run("datamarts", "create", "moved", "--id", "9")
    assert named.code == 1
    assert "moved" in named.err
    for wrong in ("0", "-1", str(2**31)):
        assert run("datamarts", "create", "wrong", "--id", wrong).code == 2
    # Those that follow go round it.
    ids = [run("datamarts", "create", f"n{n}", "--json").json["id"] for n in range(3)]
    assert len({*ids, 3}) == 4


def test_activities_are_sent_shown_and_written(run: Run, tmp_path: Path) -> None:
    one = run("activities", "send", json.dumps(_TOUCH | {"n": 1, "f": 0.1, "s": "é"}))
    assert (one.code, one.out) == (0, "1 taken, 0 refused\n"), one.err
    keyed = _TOUCH | {"$unique_key": "k", "n": 2}
    assert _send(run, keyed, "", keyed).out == "2 taken (1 of them before), 0 refused\n"
    shown = run("activities", "tail", "--json").lines
    assert [line["activity"]["n"] for line in shown] == [1, 2]
    assert [line["seq"] for line in shown] == [1, 2]
    assert shown[0]["activity"]["f"] == 0.1
    assert [line["seq"] for line in run("activities", "tail", "-n", "1", "--json").lines] == [2]
    assert "TOUCH" in run("activities", "tail").out
    target = tmp_path / "all.ndjson"
    assert run("activities", "export", "--output", str(target)).out == "2 activities written\n"
    written = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert written == [line["activity"] for line in shown]
    assert run("activities", "export").out == target.read_text(encoding="utf-8")


def test_what_is_refused_is_said_by_line_and_kept(run: Run) -> None:
    result = _send(run, _TOUCH, "{", {"$type": "x"}, _TOUCH, words=("--json",))
    assert result.code == 1
    told = {line["line"]: line.get("error") for line in result.lines}
    assert told[1] is None
    assert told[4] is None
    assert told[2]["field"] == "body"
    assert told[3]["field"] == "$type"
    people = _send(run, "{")
    assert people.code == 1
    assert people.out == "0 taken, 1 refused\n"
    assert people.err.startswith("line 1: ")
    assert len(run("activities", "tail", "--json").lines) == 2


def test_what_was_refused_is_listed_and_taken_after_all(run: Run) -> None:
    bad = {**_TOUCH, "$ttl": -1, "x": "keep me"}
    assert _send(run, bad, "nonsense").code == 1
    assert "$ttl" in run("activities", "rejected").out
    rows = run("activities", "rejected", "--json").lines
    assert {row["body"] for row in rows} == {json.dumps(bad), "nonsense"}
    assert len(run("activities", "rejected", "--limit", "1", "--json").lines) == 1
    (typo,) = (row for row in rows if row["field"] == "$ttl")
    again = run("activities", "replay", typo["id"])
    assert again.code == 2
    assert "$ttl" in again.err
    mended = json.dumps({**bad, "$ttl": 5})
    taken = run("activities", "replay", typo["id"], mended, "--json").json
    assert (taken["x"], taken["$unique_key"]) == ("keep me", typo["id"])
    assert run("activities", "replay", typo["id"], mended).code == 1
    assert [row["body"] for row in run("activities", "rejected", "--json").lines] == ["nonsense"]
    (shown,) = run("activities", "tail", "--json").lines
    assert shown["activity"] == taken


def test_a_datamart_must_be_named_where_there_are_several(run: Run) -> None:
    (shop,) = run("datamarts", "list", "--json").lines
    other = run("datamarts", "create", "site", "--json").json
    unnamed = _send(run, _TOUCH)
    assert unnamed.code == 2
    assert "shop" in unnamed.err
    assert "site" in unnamed.err
    assert _send(run, _TOUCH, words=("--datamart", str(other["id"]))).code == 0
    assert run("activities", "tail", "--json", "--datamart", str(shop["id"])).out == ""
    assert len(run("activities", "tail", "--json", "--datamart", str(other["id"])).lines) == 1
    assert _send(run, _TOUCH, words=("--datamart", "999999")).code == 2
    nowhere = run("activities", "tail", "--environment", "sandbox")
    assert nowhere.code == 2
    assert "datamarts create" in nowhere.err


def _import(database_url: str, file: Path, *words: str) -> Result:
    return typed("activities", "import", str(file), *words, "--database", database_url)


def test_files_are_imported_without_a_server(run: Run, database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "file.ndjson"
    lines = [_TOUCH | {"$unique_key": f"k{n}", "n": n} for n in range(1200)]
    text = "".join(json.dumps(one) + "\n" for one in lines)
    file.write_text(text + "nonsense\n" + json.dumps({"$type": "x"}), encoding="utf-8")
    done = _import(database_url, file)
    assert done.code == 1
    assert done.out == "1,202 lines: 1,200 taken, 2 refused\n"
    assert "line 1201: " in done.err
    assert "line 1202: $type" in done.err
    again = _import(database_url, file, "--json").json
    assert (again["state"], again["lines"], again["refused"]) == ("SUCCEEDED", 1202, 2)
    assert [one["line"] for one in again["errors"]] == [1201, 1202]
    assert len(run("activities", "tail", "-n", "9999", "--json").lines) == 1200

    choice = {
        "user_agent_id": "v",
        "user_choice": {
            "$processing_id": "42",
            "$choice_ts": 1_700_000_000_000,
            "$choice_acceptance_value": True,
        },
    }
    file.write_text(json.dumps(choice) + "\n", encoding="utf-8")
    assert _import(database_url, file, "--kind", "USER_CHOICE").code == 0
    (version,) = run("choices", "log", "--json").lines
    assert (version["processing_id"], version["accepted"]) == ("42", True)
    assert (version["origin"], version["who"]) == ("import", "cli")
    assert version["choice_at"] == "2023-11-14T22:13:20Z"
    assert _import(database_url, tmp_path / "nothing").code == 2


def test_the_log_of_choices_shows_every_version_and_whether_it_is_whole(
    run: Run, database_url: str, tmp_path: Path
) -> None:
    token = run("keys", "create", "--workspace", "default", "--environment", "live", "--json").json
    with (
        running(database_url, roles="api worker", data=tmp_path) as server,
        httpx.Client(base_url=server.url, headers={"Authorization": token["token"]}) as client,
    ):
        mart = client.get("/v1/datamarts").json()["data"][0]["id"]
        for agent, processing, accepted in (
            ("a", 1, True),
            ("b", 1, False),
            ("a", 2, False),
            ("a", 1, False),
        ):
            path = f"/v1/datamarts/{mart}/user_points/user_agent_id={agent}/user_choices"
            body: dict[str, Any] = {"$choice_acceptance_value": accepted}
            answer = client.put(f"{path}/processing_id={processing}", json=body)
            assert answer.status_code == 200, answer.text
    versions = run("choices", "log", "--json").lines
    assert [one["number"] for one in versions] == [1, 2, 3, 4]
    assert [one["accepted"] for one in versions] == [True, False, False, False]
    mine = run("choices", "log", "--user", "user_agent_id=a", "--processing", "1", "--json").lines
    assert [one["number"] for one in mine] == [1, 4]
    assert run("choices", "log", "--user", "nobody").code == 2
    assert run("choices", "log", "--user", "user_agent_id=z").code == 1
    assert "processing" in run("choices", "log").out
    assert run("choices", "verify", "--json").json == {"whole": True, "first_wrong": None}
    from bellwether.storage.database import open_database  # noqa: PLC0415  forges what it holds

    database = open_database(database_url)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE choice_versions SET accepted = 1 - accepted WHERE number = 2"
        )
    database.close()
    forged = run("choices", "verify")
    assert forged.code == 1
    assert "number 2" in forged.err


def test_tail_follows_what_comes_in(run: Run, database_url: str) -> None:
    _send(run, _TOUCH | {"n": 1})
    follower = subprocess.Popen(
        [PROGRAM, "activities", "tail", "--follow", "--json", "--database", database_url],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert follower.stdout is not None
    assert follower.stderr is not None
    try:
        assert json.loads(follower.stdout.readline())["activity"]["n"] == 1
        _send(run, _TOUCH | {"n": 2}, _TOUCH | {"n": 3})
        assert [json.loads(follower.stdout.readline())["activity"]["n"] for _ in "23"] == [2, 3]
    finally:
        follower.stdout.close()
        follower.terminate()
        errors = follower.stderr.read()
        follower.stderr.close()
        follower.wait(20)
    assert "Traceback" not in errors
