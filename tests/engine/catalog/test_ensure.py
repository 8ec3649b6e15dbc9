"""Subjects are found or made, in batches, each of them once."""

import threading

import pytest
from tests.support.catalog import a_content, a_creator, a_scope, content_of, content_page, ensure

from bellwether.model.errors import InvalidInputError
from bellwether.model.platforms import Kind, Platform, SubjectKind
from bellwether.model.requests import NewSubject
from bellwether.storage.database import Database, open_database


def test_subjects_come_back_in_the_order_they_were_named(database: Database) -> None:
    scope = a_scope(database)
    wanted = [
        a_content("3"),
        a_creator("beast"),
        a_content("1", Platform.VIMEO),
        a_content("1"),
        a_creator("beast", Platform.X),
        a_content("3"),
    ]
    made = ensure(database, scope, *wanted)
    assert [(each.kind, each.platform, each.external_id) for each in made] == [
        (each.kind, each.platform, each.external_id) for each in wanted
    ]
    assert made[0].id == made[5].id
    assert len({each.id for each in made}) == 5


def test_the_same_subjects_again_are_the_same(database: Database) -> None:
    scope = a_scope(database)
    wanted = [a_content("1"), a_creator("beast")]
    assert ensure(database, scope, *wanted) == ensure(database, scope, *wanted)


def test_thousands_are_ensured_at_once(database: Database) -> None:
    scope = a_scope(database)
    wanted = [a_content(str(number)) for number in range(3000)]
    wanted += [a_creator(f"creator{number}") for number in range(1200)]
    first = ensure(database, scope, *wanted)
    assert len({each.id for each in first}) == 4200
    assert ensure(database, scope, *wanted) == first


def test_what_is_known_stays_and_what_was_unknown_is_filled_in(database: Database) -> None:
    scope = a_scope(database)
    (subject,) = ensure(database, scope, a_content("1", kind=Kind.REEL))
    ensure(
        database,
        scope,
        NewSubject(
            SubjectKind.CONTENT,
            Platform.TIKTOK,
            "1",
            content_kind=Kind.POST,
            url="https://one.example/",
            handle="@Beast",
            name="First",
            source="import",
            details={"country": "DE"},
        ),
    )
    ensure(
        database,
        scope,
        NewSubject(SubjectKind.CONTENT, Platform.TIKTOK, "1", url="https://two.example/", name="x"),
    )
    content = content_of(database, scope, subject.id)
    assert (content.kind, content.url, content.title) == (
        Kind.REEL,
        "https://one.example/",
        "First",
    )
    assert (content.creator_handle, content.source) == ("beast", "import")
    assert content.details == {"country": "DE"}


def test_processes_that_ensure_the_same_at_once_get_one_row(database_url: str) -> None:
    wanted = [a_content(str(number)) for number in range(40)] + [a_creator("beast")]
    handles = [open_database(database_url) for _ in range(3)]
    scope = a_scope(handles[0])
    start = threading.Barrier(6)
    answers: list[list[str]] = []

    def work(place: int) -> None:
        mine = wanted if place % 2 else list(reversed(wanted))
        start.wait()
        made = ensure(handles[place % 3], scope, *mine)
        ids = [each.id for each in made]
        answers.append(ids if place % 2 else ids[::-1])

    threads = [threading.Thread(target=work, args=(place,)) for place in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for handle in handles:
        handle.close()
    assert len(answers) == 6
    assert all(answer == answers[0] for answer in answers)


def test_an_id_that_cannot_be_kept_is_refused(database: Database) -> None:
    scope = a_scope(database)
    for external_id in ("", "x" * 201, "a\0b", "a\ud800b"):
        with pytest.raises(InvalidInputError) as caught:
            ensure(database, scope, a_content("1"), a_content(external_id))
        assert caught.value.field == "id"
    assert content_page(database, scope).items == []
