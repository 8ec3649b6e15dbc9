"""`bellwether accounts`, `post`, `tasks` and `refresh`, beside a worker on the same store."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.support.command import Result, typed

from bellwether.app.container import open_container
from bellwether.app.settings import read_settings
from bellwether.kit.sealing import new_key

VIDEO = "https://media.example.com/clip.mp4"
SANDBOX = ("--environment", "sandbox")


class Store:
    """A store with one workspace, and a worker that does what is due when told to."""

    def __init__(self, database_url: str) -> None:
        self.database_url = database_url
        self.env = {"BELLWETHER_SECRET_KEY": new_key()}
        made = self.run("keys", "create", "--workspace", "acme", *SANDBOX)
        assert made.code == 0, made.err

    def run(self, *arguments: str, stdin: str | None = None) -> Result:
        return typed(
            *arguments, "--database", self.database_url, "--json", stdin=stdin, env=self.env
        )

    def ok(self, *arguments: str, stdin: str | None = None) -> Any:
        result = self.run(*arguments, stdin=stdin)
        assert result.code == 0, result.err + result.out
        return result.json

    def work(self) -> int:
        async def step() -> int:
            container = open_container(read_settings({"database": self.database_url}, self.env))
            try:
                return await container.roles.publishing.step()
            finally:
                await container.aclose()

        return asyncio.run(step())


@pytest.fixture
def store(database_url: str) -> Store:
    return Store(database_url)


def test_a_session_from_account_to_numbers(store: Store) -> None:
    account = store.ok("accounts", "add", "tiktok", "@me", "--tag", "summer", *SANDBOX)
    assert (account["username"], account["state"], account["tag"]) == ("me", "ready", "summer")
    account_id = account["id"]
    post = store.ok("post", "video", account_id, VIDEO, "--caption", "A day out", *SANDBOX)
    assert post["state"] == "pending"
    task = store.ok("accounts", "edit", account_id, "--nick-name", "Ann", *SANDBOX)
    assert task["changes"] == {"nick_name": "Ann"}
    assert store.work() == 2
    shown = store.ok("post", "show", post["id"], *SANDBOX)
    assert shown["state"] == "complete"
    assert shown["url"].startswith("https://www.tiktok.com/@me/video/")
    (listed,) = store.run("accounts", "list", "--tag", "summer", *SANDBOX).lines
    assert listed["nick_name"] == "Ann"
    (done,) = store.run("tasks", "--type", "edit_profile", *SANDBOX).lines
    assert (done["id"], done["state"]) == (task["id"], "complete")
    assert store.run("tasks", "--type", "warmup_scroll", *SANDBOX).lines == []
    rows = store.run("refresh", "--account", account_id, *SANDBOX).lines
    assert [(row["of"], row["id"]) for row in rows] == [
        ("account", account_id),
        ("post", post["id"]),
    ]
    assert store.run("refresh", *SANDBOX).code == 0
    again = store.run("refresh", *SANDBOX)
    assert again.code == 1
    assert "once an hour" in again.out


def test_a_scheduled_post_is_listed_changed_and_dropped(store: Store) -> None:
    account_id = store.ok("accounts", "add", "instagram", "me", *SANDBOX)["id"]
    at = ("--at", "2090-01-01T00:00:00")
    refused = store.run("post", "slideshow", account_id, VIDEO, *at, *SANDBOX)
    assert refused.code == 2
    assert "year ahead" in refused.out
    soon = ("--at", "2089-01-01")
    assert store.run("post", "video", account_id, VIDEO, *soon, *SANDBOX).code == 2
    post = store.ok("post", "slideshow", account_id, VIDEO, VIDEO, *SANDBOX)
    changed = store.ok("post", "change", post["id"], "--caption", "other", *SANDBOX)
    assert changed["caption"] == "other"
    (listed,) = store.run("post", "list", "--account", account_id, *SANDBOX).lines
    assert listed["id"] == post["id"]
    assert store.ok("post", "delete", post["id"], *SANDBOX) == {"id": post["id"], "deleted": True}
    assert store.work() == 0
    assert store.run("post", "show", post["id"], *SANDBOX).code == 1


def test_a_live_account_takes_its_token_from_standard_input_and_never_shows_it(
    store: Store, tmp_path: Path
) -> None:
    waiting = store.ok("accounts", "add", "instagram", "@later")
    assert waiting["state"] == "setup"
    refused = store.run("post", "video", waiting["id"], "https://example.com/a.mp4")
    assert refused.code != 0
    options = ("--external-id", "17841400000000000", "--token-file", "-")
    made = store.run("accounts", "add", "instagram", "@now", *options, stdin="IGsecret\n")
    assert made.json["state"] == "ready"
    assert "IGsecret" not in made.out + made.err
    file = tmp_path / "token"
    file.write_text("IGother", encoding="utf-8")
    options = ("--external-id", "17841400000000001", "--token-file", str(file))
    given = store.run("accounts", "access", waiting["id"], *options)
    assert given.json["state"] == "ready"
    assert "IGother" not in given.out
    missing = store.run("accounts", "access", waiting["id"], "--token-file", str(tmp_path / "no"))
    assert missing.code == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("accounts", "add", "myspace", "me"), "not a platform"),
        (("accounts", "add", "tiktok", "not a name"), "not a username"),
        (("accounts", "update", "nobody", "--tag", "x"), "no such account"),
        (("post", "video", "nobody", VIDEO), "no such account"),
        (("post", "show", "nothing"), "no such post"),
        (("post", "list", "--from", "yesterday"), "ISO 8601"),
        (("refresh", "--account", "nobody"), "no such account"),
    ],
)
def test_wrong_input_is_told(store: Store, arguments: tuple[str, ...], told: str) -> None:
    result = store.run(*arguments, *SANDBOX)
    assert result.code == (1 if told.startswith("no such") else 2), result.out
    assert told in result.out


def test_an_inside_address_is_refused_before_anything_is_queued(store: Store) -> None:
    account_id = store.ok("accounts", "add", "tiktok", "me", *SANDBOX)["id"]
    for url in ("http://10.0.0.1/a.mp4", "http://127.0.0.1/a.mp4", "ftp://example.com/a.mp4"):
        assert store.run("post", "video", account_id, url, *SANDBOX).code == 2
    assert store.run("post", "list", *SANDBOX).lines == []
