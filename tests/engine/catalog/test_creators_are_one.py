"""A creator is the same by key, by the platform's id and by handle in any case."""

import pytest
from tests.support.catalog import a_content, a_creator, a_scope, ensure, find, learn_creators

from bellwether.model.errors import NotFoundError
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.readings import CreatorReading
from bellwether.storage.database import Database

UC = "UC" + "aB3_-" * 4 + "xY"


def learn(database: Database, our_id: str, **facts: str) -> None:
    reading = CreatorReading(Platform.YOUTUBE, "x", {}, "test", **facts)  # type: ignore[arg-type]
    learn_creators(database, {our_id: reading})


def test_a_handle_in_any_case_is_one_creator(database: Database) -> None:
    scope = a_scope(database)
    names = ["MrBeast", "@mrbeast", "mrBEAST", "@MrBeast"]
    assert len({each.id for each in ensure(database, scope, *map(a_creator, names))}) == 1


def test_channel_ids_differ_by_case(database: Database) -> None:
    scope = a_scope(database)
    other = UC[:-1] + UC[-1].lower()
    one, two = ensure(database, scope, a_creator(UC), a_creator(other))
    assert one.id != two.id
    assert one.external_id == UC


def test_ids_that_are_no_handles_are_kept_exactly(database: Database) -> None:
    scope = a_scope(database)
    odd = ["Some One", "some one", "a/b", "A/B", "naïve?", "-"]
    made = ensure(database, scope, *(a_creator(name, Platform.TIKTOK) for name in odd))
    assert len({each.id for each in made}) == len(odd)
    for name, subject in zip(odd, made, strict=True):
        assert find(database, scope, Platform.TIKTOK, name).id == subject.id


def test_tracking_by_id_meets_the_creator_tracked_by_handle_once_its_id_is_learned(
    database: Database,
) -> None:
    scope = a_scope(database)
    (by_handle,) = ensure(database, scope, a_creator("beast"))
    learn(database, by_handle.id, external_id=UC, handle="Beast")
    (by_id,) = ensure(database, scope, a_creator(UC))
    assert by_id.id == by_handle.id


def test_tracking_by_handle_meets_the_creator_tracked_by_id_once_its_handle_is_learned(
    database: Database,
) -> None:
    scope = a_scope(database)
    (by_id,) = ensure(database, scope, a_creator(UC))
    learn(database, by_id.id, handle="@Beast")
    (by_handle,) = ensure(database, scope, a_creator("bEAST"))
    assert by_handle.id == by_id.id


def test_an_import_that_gives_id_and_handle_meets_a_creator_known_by_handle(
    database: Database,
) -> None:
    scope = a_scope(database)
    by_handle, imported = ensure(
        database, scope, a_creator("beast"), a_creator(UC, handle="@Beast")
    )
    assert imported.id == by_handle.id
    (by_id,) = ensure(database, scope, a_creator(UC))
    assert by_id.id == by_handle.id


def test_a_handle_that_passed_to_another_id_does_not_join_the_two(database: Database) -> None:
    scope = a_scope(database)
    other = UC[:-1] + "z"
    one, two = ensure(
        database, scope, a_creator(UC, handle="beast"), a_creator(other, handle="beast")
    )
    assert one.id != two.id


def test_a_creator_is_found_by_any_of_its_names(database: Database) -> None:
    scope = a_scope(database)
    (subject,) = ensure(database, scope, a_creator("beast"))
    learn(database, subject.id, external_id=UC)
    for any_id in ("beast", "@beast", "BEAST", "@Beast", UC, subject.id):
        found = find(database, scope, Platform.YOUTUBE, any_id)
        assert (found.kind, found.id) == (SubjectKind.CREATOR, subject.id)


def test_a_name_that_nobody_has_is_not_found(database: Database) -> None:
    scope = a_scope(database)
    ensure(database, scope, a_creator(UC))
    for any_id in ("nobody", "", "x" * 300, "a\0b", "\ud800", UC.lower()):
        with pytest.raises(NotFoundError) as caught:
            find(database, scope, Platform.YOUTUBE, any_id)
        assert caught.value.field == "id"


def test_an_id_of_both_is_the_content_unless_told_otherwise(database: Database) -> None:
    scope = a_scope(database)
    creator, content = ensure(
        database, scope, a_creator("beast", Platform.TIKTOK), a_content("beast")
    )

    def id_of(any_id: str, kind: SubjectKind | None = None) -> str:
        return find(database, scope, Platform.TIKTOK, any_id, kind).id

    assert id_of("beast") == content.id
    assert id_of("@beast") == creator.id
    assert id_of("beast", SubjectKind.CREATOR) == creator.id
    assert id_of("beast", SubjectKind.CONTENT) == content.id
    assert id_of(creator.id) == creator.id


def test_a_person_and_a_company_of_one_name_stay_two(database: Database) -> None:
    scope = a_scope(database)
    (company,) = ensure(database, scope, a_creator("company/Acme", Platform.LINKEDIN))
    reading = CreatorReading(Platform.LINKEDIN, "company/acme", {}, "test", handle="acme")
    learn_creators(database, {company.id: reading})
    (person,) = ensure(database, scope, a_creator("acme", Platform.LINKEDIN))
    assert person.id != company.id
    assert find(database, scope, Platform.LINKEDIN, "company/ACME").id == company.id
    assert find(database, scope, Platform.LINKEDIN, "@Acme").id == person.id
