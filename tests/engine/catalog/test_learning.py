"""What sources say is kept; what they do not say changes nothing."""

from datetime import UTC, datetime, timedelta

from tests.support.catalog import (
    CLOCK,
    a_content,
    a_creator,
    a_scope,
    content_of,
    creator_of,
    ensure,
    learn_contents,
    learn_creators,
)

from bellwether.model.platforms import Kind, Platform
from bellwether.model.readings import ContentReading, CreatorReading
from bellwether.storage.database import Database


def test_a_content_learns_what_a_source_says(database: Database) -> None:
    scope = a_scope(database)
    (subject,) = ensure(database, scope, a_content("1", kind=Kind.REEL))
    published = datetime(2026, 7, 1, 12, 30, 15, 123456, tzinfo=UTC)
    reading = ContentReading(
        Platform.TIKTOK,
        "1",
        {"views": 5},
        "sandbox",
        url="https://www.tiktok.com/@a/video/1",
        title="Ein Tanz 🕺",
        creator_handle="@Beast",
        published_at=published,
        thumbnail_url="https://t.example/1.jpg",
        duration_s=12.5,
        details={"tags": ["a"], "lang": None},
    )
    learn_contents(database, {subject.id: reading})
    content = content_of(database, scope, subject.id)
    assert (content.title, content.creator_handle) == ("Ein Tanz 🕺", "beast")
    assert (content.published_at, content.duration_s) == (published, 12.5)
    assert (content.thumbnail_url, content.source) == ("https://t.example/1.jpg", "sandbox")
    assert content.details == {"tags": ["a"]}
    assert content.kind is Kind.REEL


def test_a_fact_not_given_leaves_the_known_one(database: Database) -> None:
    scope = a_scope(database)
    one, two = ensure(database, scope, a_content("1"), a_creator("beast"))
    full = ContentReading(Platform.TIKTOK, "1", {}, "a", title="First", details={"x": 1, "y": 1})
    bare = ContentReading(Platform.TIKTOK, "1", {}, "b", details={"y": 2, "x": None})
    named = CreatorReading(Platform.YOUTUBE, "beast", {}, "a", name="Beast", handle="beast")
    nameless = CreatorReading(Platform.YOUTUBE, "beast", {}, "b")
    for content, creator in ((full, named), (bare, nameless)):
        learn_contents(database, {one.id: content})
        learn_creators(database, {two.id: creator})
    kept = content_of(database, scope, one.id)
    assert (kept.title, kept.details, kept.source) == ("First", {"x": 1, "y": 2}, "b")
    assert creator_of(database, scope, two.id).name == "Beast"


def test_saying_the_same_again_writes_nothing(database: Database) -> None:
    scope = a_scope(database)
    (subject,) = ensure(database, scope, a_content("1"))
    reading = ContentReading(Platform.TIKTOK, "1", {}, "a", title="First", details={"b": 1, "a": 2})
    learn_contents(database, {subject.id: reading})
    before = content_of(database, scope, subject.id)
    CLOCK.advance(timedelta(hours=1))
    learn_contents(database, {subject.id: reading})
    assert content_of(database, scope, subject.id) == before


def test_text_that_a_store_refuses_spoils_nothing(database: Database) -> None:
    scope = a_scope(database)
    one, two, three = ensure(database, scope, a_content("1"), a_content("2"), a_creator("beast"))
    garbage = ContentReading(
        Platform.TIKTOK,
        "1",
        {},
        "a",
        title="a\0b\ud83d",
        creator_handle="h" * 900,
        details={"bio": "\0\ud83d", "when": datetime(2026, 1, 1, tzinfo=UTC)},
    )
    good = ContentReading(Platform.TIKTOK, "2", {}, "a", title="Good")
    creator = CreatorReading(Platform.YOUTUBE, "beast", {}, "a", external_id="\0", name="N\0")
    readings = {one.id: garbage, two.id: good, "nobody": good}
    learn_contents(database, readings)
    learn_creators(database, {three.id: creator})
    assert content_of(database, scope, one.id).title == "ab?"
    assert content_of(database, scope, one.id).creator_handle is None
    assert content_of(database, scope, two.id).title == "Good"
    assert creator_of(database, scope, three.id).name == "N"
    assert creator_of(database, scope, three.id).external_id is None
