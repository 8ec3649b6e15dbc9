"""What somebody finds who only knows the server's address."""

import httpx
import pytest
from tests.support.server import Server

import bellwether


@pytest.mark.parametrize("path", ["", "/", "//"])
def test_the_root_says_what_listens_and_where_to_go_on(server: Server, path: str) -> None:
    answer = httpx.get(server.url + path)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["name"], body["version"]) == ("bellwether", bellwether.__version__)
    links = body["links"]
    assert httpx.get(server.url + links["docs"]).status_code == 200
    assert "/" in httpx.get(server.url + links["openapi"]).json()["paths"]
    assert "roles" in httpx.get(server.url + links["health"]).json()
    assert httpx.get(f"{server.url}{links['api']}/trackers").status_code == 401


def test_nothing_can_be_sent_to_the_root(server: Server) -> None:
    answer = httpx.post(server.url, json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
