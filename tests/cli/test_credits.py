"""`bellwether credits`, beside whoever else uses the store."""

from pathlib import Path

from tests.support.command import typed


def _key(*store: str | Path, plan: str = "pro") -> None:
    made = typed(
        "keys", "create", "--workspace", "acme", "--environment", "live", "--plan", plan, *store
    )
    assert made.code == 0, made.err


def test_credits_are_shown_and_granted(database_url: str) -> None:
    store = ("--database", database_url)
    whose = ("--workspace", "acme", "--environment", "live")
    _key(*store)
    shown = typed("credits", "show", *whose, *store, "--json")
    assert shown.json == {
        "workspace": "acme",
        "environment": "live",
        "plan": "pro",
        "granted": 30_000,
        "used": 0,
        "available": 30_000,
    }
    granted = typed("credits", "grant", *whose, "--amount", "50", *store, "--json")
    assert (granted.json["granted"], granted.json["available"]) == (30_050, 30_050)
    assert typed("credits", "show", *whose, *store, "--json").json == granted.json
    sandbox = typed(
        "credits", "show", "--workspace", "acme", "--environment", "sandbox", *store, "--json"
    )
    assert sandbox.json["granted"] == 30_000


def test_without_a_limit_a_grant_is_kept_for_later(tmp_path: Path) -> None:
    store = ("--data", tmp_path)
    whose = ("--workspace", "acme", "--environment", "live")
    _key(*store, plan="own")
    granted = typed("credits", "grant", *whose, "--amount", "50", *store)
    assert granted.code == 0
    assert "no limit" in granted.err
    _key(*store, plan="free")
    assert typed("credits", "show", *whose, *store, "--json").json["available"] == 800


def test_what_is_not_there_and_amounts_that_are_none_are_refused(tmp_path: Path) -> None:
    store = ("--data", tmp_path)
    _key(*store)
    nobody = typed(
        "credits", "show", "--workspace", "nobody", "--environment", "live", *store, "--json"
    )
    assert (nobody.code, nobody.json["error"]["field"]) == (1, "workspace")
    for amount in ("0", "-5", "9" * 30):
        none = typed(
            "credits", "grant", "--workspace", "acme", "--environment", "live",
            "--amount", amount, *store, "--json",
        )  # fmt: skip
        assert (none.code, none.json["error"]["field"]) == (2, "amount")
    typo = typed(
        "credits", "show", "--workspace", "acme", "--environment", "live",
        "--data", tmp_path / "typo",
    )  # fmt: skip
    assert typo.code == 1
    assert not (tmp_path / "typo").exists()
