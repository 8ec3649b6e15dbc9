"""Lists are read page by page, newest first, without gaps or repeats."""

import pytest
from tests.support.catalog import a_content, a_creator, a_scope, content_page, creator_page, ensure

from bellwether.kit.cursors import encode_cursor
from bellwether.model.errors import InvalidInputError
from bellwether.model.platforms import Platform
from bellwether.model.tenants import Scope
from bellwether.storage.database import Database


def walk(
    database: Database, scope: Scope, platform: Platform | None, limit: int
) -> list[list[str]]:
    pages: list[list[str]] = []
    cursor: str | None = None
    while True:
        page = content_page(database, scope, platform=platform, limit=limit, cursor=cursor)
        pages.append([each.id for each in page.items])
        cursor = page.next_cursor
        if cursor is None:
            return pages


def test_pages_hold_everything_once(database: Database) -> None:
    scope = a_scope(database)
    made = [each.id for n in range(7) for each in ensure(database, scope, a_content(str(n)))]
    ensure(database, a_scope(database, "stranger"), a_content("1"))
    for limit, sizes in ((3, [3, 3, 1]), (7, [7]), (6, [6, 1]), (100, [7])):
        pages = walk(database, scope, None, limit)
        assert [len(page) for page in pages] == sizes
        assert [each for page in pages for each in page] == sorted(made, reverse=True)


def test_what_is_added_meanwhile_moves_no_page(database: Database) -> None:
    scope = a_scope(database)
    made = sorted(
        (each.id for n in range(4) for each in ensure(database, scope, a_content(str(n)))),
        reverse=True,
    )
    first = content_page(database, scope, limit=2)
    ensure(database, scope, a_content("new"))
    second = content_page(database, scope, limit=2, cursor=first.next_cursor)
    assert [each.id for each in (*first.items, *second.items)] == made


def test_a_list_can_be_of_one_platform(database: Database) -> None:
    scope = a_scope(database)
    tiktok, _ = ensure(database, scope, a_content("1"), a_content("1", Platform.VIMEO))
    assert walk(database, scope, Platform.TIKTOK, 10) == [[tiktok.id]]


def test_creators_are_listed_alike(database: Database) -> None:
    scope = a_scope(database)
    made = [each.id for n in range(3) for each in ensure(database, scope, a_creator(f"name{n}"))]
    page = creator_page(database, scope, limit=2)
    rest = creator_page(database, scope, limit=2, cursor=page.next_cursor)
    assert [each.id for each in (*page.items, *rest.items)] == sorted(made, reverse=True)
    assert rest.next_cursor is None


def test_a_cursor_that_is_none_of_ours_is_refused(database: Database) -> None:
    scope = a_scope(database)
    for cursor in ("", "garbage", encode_cursor(1), encode_cursor("a\0b")):
        with pytest.raises(InvalidInputError) as caught:
            content_page(database, scope, limit=2, cursor=cursor)
        assert caught.value.field == "cursor"


def test_a_page_of_nothing_is_refused(database: Database) -> None:
    scope = a_scope(database)
    with pytest.raises(InvalidInputError) as caught:
        creator_page(database, scope, limit=0)
    assert caught.value.field == "limit"
