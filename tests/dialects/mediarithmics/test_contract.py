"""Every documented example is answered in the documented shape, on the day it is pasted."""

import json
import re
import shlex
import subprocess
from pathlib import Path
from shutil import which
from typing import Any

import httpx
import pytest
from tests.dialects.mediarithmics.conftest import Mart, ok
from tests.support.contract import assert_shape, contract, examples
from tests.support.server import Server

from bellwether.kit.ids import new_id
from bellwether.model.tenants import Environment, Scope

_EXAMPLES = {example["operation_id"]: example for example in examples("mediarithmics")}
_PAGE = Path(__file__).parents[3] / "docs" / "dialects" / "mediarithmics.md"
_PLACES = {
    "userPointSelector": "compartment_id=<COMPARTMENT_ID>,user_account_id=<USER_ACCOUNT_ID>",
    "userSelector": "user_agent_id=<USER_AGENT_ID>",
    "compartmentId": "<COMPARTMENT_ID>",
    "userAccount": "<USER_ACCOUNT_ID>",
    "processingId": "<PROCESSING_ID>",
}


def _mart(server: Server) -> Mart:
    def work(engine: Any) -> tuple[str, int]:
        made = engine.tenants.create_key(new_id(), Environment.LIVE)
        scope: Scope = made.key.scope
        return made.token, engine.datamarts.create(scope, "shop").id

    token, number = server.container.units.write_now(work)
    client = httpx.Client(base_url=server.url, headers={"Authorization": token})
    return Mart(number, client)


def _ask(mart: Mart, name: str) -> Any:
    example = _EXAMPLES[name]
    path = example["path"].format(datamartId=mart.id, **_PLACES)
    body = example["request_example"]
    # As the vendor's clients do: JSON without a Content-Type.
    sent: dict[str, Any] = {} if body is None else {"content": json.dumps(body)}
    answer = mart.client.request(example["method"], path, **sent)
    assert answer.status_code == example["response_status"], answer.text
    return assert_shape("mediarithmics", example["method"], example["path"], answer)


def test_the_documented_calls_in_their_order(server: Server) -> None:
    mart = _mart(server)
    with mart.client:
        sent = _EXAMPLES["create-user-activity"]["request_example"]
        taken = _ask(mart, "create-user-activity")
        assert taken["data"] == sent | {"$unique_key": taken["data"]["$unique_key"]}
        profile = _ask(mart, "put-user-profile")["data"]
        assert profile | _EXAMPLES["put-user-profile"]["request_example"] == profile
        assert profile["$creation_ts"] == profile["$last_modified_ts"]
        choice = _ask(mart, "put-user-choice")["data"]
        assert choice | _EXAMPLES["put-user-choice"]["request_example"] == choice
        assert _ask(mart, "get-user-choice")["data"] == choice
        log = _ask(mart, "get-user-choice-change-log")
        assert (log["count"], log["data"]) == (1, [choice])
        point = mart.get("/user_points/user_agent_id=<USER_AGENT_ID>")["id"]
        assert choice["$user_point_id"] == point
        (seen,) = mart.get(f"/user_timelines/{point}/user_activities")
        # The first that is heard of an app is its installation, as the server works out.
        assert [one["$event_name"] for one in seen["$events"]] == ["$app_open", "$app_install"]


def test_errors_have_the_documented_shape(mart: Mart) -> None:
    document = contract("mediarithmics")
    for path, methods in document["paths"].items():
        for method in methods:
            for sent in (
                path.format(datamartId=mart.id, **_PLACES),
                path.format(datamartId=0, **_PLACES),
            ):
                answer = mart.client.request(method, sent, content=b"nonsense")
                assert answer.status_code in {400, 404}, answer.text
                body = assert_shape("mediarithmics", method, path, answer)
                assert body["error_id"] == answer.headers["x-request-id"]


def test_every_documented_route_is_served_under_its_documented_path(server: Server) -> None:
    ours = httpx.get(f"{server.url}/openapi.json").json()["paths"]
    for path, methods in contract("mediarithmics")["paths"].items():
        assert set(methods) <= set(ours[path]), path


@pytest.mark.skipif(which("curl") is None, reason="curl is not installed")
def test_the_session_of_the_page_can_be_pasted(server: Server, tmp_path: Path) -> None:
    mart = _mart(server)
    token = mart.client.headers["Authorization"]
    mart.client.close()
    text = _PAGE.read_text(encoding="utf-8")
    (session,) = re.findall(r"```sh\n(BASE=.*?)```", text, re.DOTALL)
    session = session.replace("http://127.0.0.1:8080", server.url)
    session = re.sub(r"TOKEN=\S+", f"TOKEN={shlex.quote(token)}", session)
    session = session.replace("/datamarts/1/", f"/datamarts/{mart.id}/")
    session = session.replace("\ncurl ", "\necho; curl --silent ")
    done = subprocess.run(
        ["/bin/sh", "-c", f"export HOME=. NO_PROXY='*'\n{session}"],
        capture_output=True, text=True, timeout=30, check=True, cwd=tmp_path,
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines() if line]
    assert [one["status"] for one in answers] == ["ok"] * 6, done.stdout
    taken, names, profile, choice, log, seen = (one["data"] for one in answers)
    assert [one["$type"] for one in names] == ["USER_ACCOUNT", "USER_AGENT"]
    assert profile["newsletter"] == {"subscribed": True}
    assert log == [choice]
    assert [one["$events"] for one in seen] == [taken["$events"]]


@pytest.mark.skipif(not (which("curl") and which("openssl")), reason="curl or openssl is absent")
def test_the_signed_request_of_the_page_can_be_pasted(server: Server, tmp_path: Path) -> None:
    made = server.container.units.write_now(
        lambda engine: engine.tenants.create_key(new_id(), Environment.LIVE)
    )
    number, secret = server.container.units.write_now(
        lambda engine: (
            engine.datamarts.create(made.key.scope, "shop").id,
            engine.access.signing_secret(made.key.client_id).secret,
        )
    )
    text = _PAGE.read_text(encoding="utf-8")
    (session,) = re.findall(r"```sh\n(ID=.*?)```", text, re.DOTALL)
    session = re.sub(r"ID=\S+ SECRET=\S+", f"ID={made.key.client_id} SECRET={secret}", session)
    session = session.replace("/datamarts/1/", f"/datamarts/{number}/")
    done = subprocess.run(
        ["/bin/sh", "-c", f"export HOME=. NO_PROXY='*'\nBASE={server.url}\n{session}"],
        capture_output=True, text=True, timeout=30, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert json.loads(done.stdout)["data"]["$user_agent_id"] == "vec:1"


def test_a_key_says_which_datamarts_it_reaches(mart: Mart) -> None:
    (shown,) = ok(mart.client.get("/v1/datamarts"))
    assert shown["id"] == str(mart.id)
    assert shown["default_compartment_id"] == "1162"
    assert mart.get("") == shown
