"""Nothing of one workspace or environment is visible to another."""

import pytest
from tests.support.catalog import (
    a_content,
    a_creator,
    a_scope,
    content_of,
    content_page,
    creator_of,
    creator_page,
    ensure,
    find,
)

from bellwether.model.errors import NotFoundError
from bellwether.model.platforms import Platform
from bellwether.model.tenants import Environment, Scope
from bellwether.storage.database import Database


def others_of(database: Database) -> tuple[Scope, list[Scope]]:
    mine = a_scope(database)
    return mine, [
        a_scope(database, "acme", Environment.SANDBOX),
        a_scope(database, "stranger"),
        a_scope(database, "stranger", Environment.SANDBOX),
    ]


def test_each_environment_of_each_workspace_has_its_own_row(database: Database) -> None:
    mine, others = others_of(database)
    ids = [
        each.id
        for scope in (mine, *others)
        for each in ensure(database, scope, a_content("1"), a_creator("beast"))
    ]
    assert len(set(ids)) == 8


def test_others_cannot_find_it_by_any_id(database: Database) -> None:
    mine, others = others_of(database)
    content, creator = ensure(database, mine, a_content("1"), a_creator("beast"))
    for scope in others:
        for platform, any_id in (
            (Platform.TIKTOK, "1"),
            (Platform.TIKTOK, content.id),
            (Platform.YOUTUBE, "beast"),
            (Platform.YOUTUBE, creator.id),
        ):
            with pytest.raises(NotFoundError):
                find(database, scope, platform, any_id)


def test_another_platform_does_not_find_it(database: Database) -> None:
    mine = a_scope(database)
    content, _ = ensure(database, mine, a_content("1"), a_creator("beast"))
    for any_id in ("1", content.id, "beast"):
        with pytest.raises(NotFoundError):
            find(database, mine, Platform.VIMEO, any_id)


def test_others_cannot_read_or_list_it(database: Database) -> None:
    mine, others = others_of(database)
    content, creator = ensure(database, mine, a_content("1"), a_creator("beast"))
    for scope in others:
        with pytest.raises(KeyError):
            content_of(database, scope, content.id)
        with pytest.raises(KeyError):
            creator_of(database, scope, creator.id)
        assert content_page(database, scope).items == []
        assert creator_page(database, scope).items == []
