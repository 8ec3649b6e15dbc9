"""A person who is erased is gone everywhere, provably, and older copies do not come back."""

import json
from typing import Any

import pytest
from sqlalchemy import Connection, select, text
from tests.support.people import START_TS, WHO, World, account, activity, agent, email, event

from bellwether.engine.activities import tables
from bellwether.engine.facade import make_bad_row
from bellwether.model.errors import ConflictError, InvalidInputError, NotFoundError
from bellwether.model.people import (
    Identifier,
    IdentifierKind,
    NewChoice,
    Origin,
    ProfileChange,
    Tombstone,
)
from bellwether.storage.metadata import metadata

VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"


def erase(world: World, who: Identifier | str) -> Tombstone:
    return world.erase(who)


def put_choice(world: World, who: Identifier, ts: int | None) -> None:
    world.put_choice(who, NewChoice("1", accepted=True, choice_ts=ts))


def _everything(world: World) -> str:
    """All rows of all tables as text, with the log unpacked."""

    def dump(connection: Any) -> str:
        return " ".join(
            str(row)
            for name in metadata.tables
            for row in connection.execute(text(f'SELECT * FROM "{name}"'))
        )

    return world.database.submit_read(dump).result() + world.log_text()


def _live(world: World) -> None:
    """Somebody with a bit of everything, known by names that occur nowhere else."""
    mail = {"$type": "USER_EMAIL", "$hash": "e-mail-hash", "$email": "jo@example.test"}
    body = activity(
        agent("device-id"),
        account("account-id"),
        key="unique-key",
        _ttl=60,
        type="APP_VISIT",
        app="1",
        events=[
            event("$set_user_profile_properties", _user_account_id="account-id", x="profile-value"),
            event("$set_user_choice", _processing_id="1", _choice_acceptance_value=True),
            event("$app_open", _app_version="version-value"),
            event("click", url=VIDEO),
        ],
    )
    body["$user_identifiers"].append(mail)
    world.send(
        activity(email("e-mail-hash"), key="first-key"),
        body,
        activity(agent("device-id"), status="IN_SESSION", site="1", note="part"),
    )


_SECRETS = [
    "device-id",
    "account-id",
    "e-mail-hash",
    "jo@example.test",
    "unique-key",
    "first-key",
    "profile-value",
    "version-value",
    "dQw4w9WgXcQ",
    "part",
]


def test_nothing_is_left_but_the_tombstone(world: World) -> None:
    world.send(activity(agent("bystander"), key="kept", events=[event("own")]))
    _live(world)
    before = _everything(world)
    assert all(secret in before for secret in _SECRETS)
    point = world.person(account("account-id"))
    stone = erase(world, agent("device-id"))
    after = _everything(world)
    assert [secret for secret in [*_SECRETS, point] if secret in after] == []
    assert stone.removed == {
        "activities": 3,
        "identifiers": 3,
        "profiles": 1,
        "choices": 1,
        "content_events": 1,
        "refused": 0,
    }
    assert (stone.erased_by, stone.erased_at) == (WHO, world.clock.now())
    assert world.read(lambda engine: engine.people.tombstones(world.datamart)) == [stone]
    for name in (agent("device-id"), point):
        with pytest.raises(NotFoundError):
            world.person(name)
    assert [one["$unique_key"] for one in world.timeline(agent("bystander"))] == ["kept"]


def test_an_import_of_older_activities_does_not_bring_the_person_back(world: World) -> None:
    old = [activity(agent(1), account(1), ts=START_TS - n, note="old-body") for n in range(3)]
    world.send(*old)
    erase(world, account(1))
    world.log([*old, activity(agent(2), agent(1), ts=START_TS, note="old-body")])
    world.catch_up([1], [True])
    assert "old-body" not in _everything(world)
    for who in (agent(1), account(1), agent(2)):
        with pytest.raises(NotFoundError):
            world.person(who)


def test_who_comes_again_later_is_somebody_new(world: World) -> None:
    world.send(activity(agent(1), ts=START_TS))
    before = world.person(agent(1))
    erase(world, agent(1))
    world.pass_time(minutes=5)
    world.send(activity(agent(1), agent(2), ts=START_TS + 1, key="new"))
    assert world.person(agent(1)) != before
    world.send(activity(agent(1), ts=START_TS, key="old"), activity(agent(2), ts=1, key="other"))
    assert [one["$unique_key"] for one in world.timeline(agent(1))] == ["new", "other"]
    second = erase(world, agent(2))
    stones = world.read(lambda engine: engine.people.tombstones(world.datamart))
    assert [one.id for one in stones][1] == second.id
    world.send(activity(agent(2), ts=START_TS + 5 * 60_000))
    with pytest.raises(NotFoundError):
        world.person(agent(2))


def test_what_was_stamped_after_the_erasure_stays_erased_too(world: World) -> None:
    ahead = activity(agent(1), ts=START_TS + 3_600_000)
    world.send(ahead)
    assert erase(world, agent(1)).before_ts == START_TS + 3_600_000
    world.send(ahead)
    with pytest.raises(NotFoundError):
        world.person(agent(1))


def test_choices_and_imported_profiles_of_before_are_refused(world: World) -> None:
    world.send(activity(account(1)))
    erase(world, account(1))
    with pytest.raises(ConflictError) as caught:
        put_choice(world, account(1), START_TS)
    assert caught.value.field == "user_point"
    change = ProfileChange({"x": 1})
    with pytest.raises(ConflictError):
        world.write(
            lambda engine: engine.profiles.put(
                world.datamart, account(1), account(1), change, WHO, origin=Origin.IMPORT
            )
        )
    with pytest.raises(NotFoundError):
        world.person(account(1))
    put_choice(world, account(1), START_TS + 1)
    assert world.person(account(1))


def test_the_chain_of_choices_still_holds_after_an_erasure(world: World) -> None:
    for who in (1, 2, 1, 3):
        put_choice(world, agent(who), None)
    erase(world, agent(1))
    assert world.read(lambda engine: engine.choices.verify(world.datamart)) is None
    found = world.read(lambda engine: engine.choices.history(world.datamart, after=0, limit=9))
    assert [one.number for one in found] == [2, 4]
    put_choice(world, agent(4), None)
    assert world.read(lambda engine: engine.choices.verify(world.datamart)) is None


def test_an_activity_that_named_both_goes_with_either_after_they_were_parted(world: World) -> None:
    world.send(activity(agent(1), key="one"), activity(agent(2), key="two"))
    world.send(activity(agent(1), agent(2), key="both-of-them"))
    world.undo(1)
    assert erase(world, agent(2)).removed["activities"] == 2
    assert [one["$unique_key"] for one in world.timeline(agent(1))] == ["one"]
    assert "both-of-them" not in world.log_text()
    assert "vec:2" not in _everything(world)


def test_merges_of_those_who_stay_can_still_be_taken_back(world: World) -> None:
    world.send(*[activity(agent(each)) for each in range(4)])
    world.send(activity(agent(0), agent(1)), activity(agent(1), agent(2)))
    world.send(activity(agent(2), agent(3)))
    world.undo(1)
    erase(world, agent(0))
    merges = world.read(lambda engine: engine.people.merges(world.datamart, agent(3)))
    assert [(one.number, one.kept is None) for one in merges] == [(2, True), (3, True)]
    world.undo(3)
    assert world.identifiers(agent(1)) == {agent(1), agent(2)}
    assert world.identifiers(agent(3)) == {agent(3)}


def test_a_tombstone_says_nothing_about_who_it_was(world: World) -> None:
    world.send(activity(Identifier(IdentifierKind.EMAIL, "known-hash")))
    (digest,) = erase(world, email("known-hash")).digests
    other = World(world.database)
    other.send(activity(email("known-hash")))
    assert erase(other, email("known-hash")).digests != [digest]


def _refuse(world: World, body: bytes, seq: int | None = None) -> None:
    bad = make_bad_row(world.datamart.id, body, InvalidInputError("no"), world.clock, seq=seq)
    world.write(lambda engine: engine.rejects.add([(bad, WHO)]))


def _refused(world: World) -> list[str]:
    found, _ = world.read(
        lambda engine: engine.rejects.list(world.datamart.id, offset=0, limit=1000)
    )
    return sorted(one.body for one in found)


def test_what_was_refused_of_the_person_goes_too(world: World) -> None:
    other = World(world.database)
    world.send(activity(agent("äöü-1"), account(7), account("12345678")))
    wrong = activity(account(7), note="poison", events=[event("$set_user_choice")])
    world.log([wrong])
    mine = [
        json.dumps(wrong).encode(),
        '{"user_agent_id": "vec:äöü-1"'.encode(),
        b'{"user_agent_id": "vec:\\u00e4\\u00f6\\u00fc-1"}',
        b'{"user_account_id":12345678}',
        b'{"$user_account_id":7,"$ttl":"x"}',
    ]
    others = [b'{"$ttl":7}', b"not JSON", b"[" * 2000, b'{"$user_account_id":8}']
    for at, body in enumerate([*mine, *others]):
        _refuse(world, body, seq=2 if at == 0 else None)
    _refuse(other, mine[0])
    assert "poison" in world.log_text()
    assert world.erase(account(7)).removed["refused"] == len(mine)
    assert _refused(world) == sorted(body.decode() for body in others)
    assert len(_refused(other)) == 1
    assert "poison" not in world.log_text()


def test_many_refused_rows_are_gone_through_in_portions(world: World) -> None:
    world.send(activity(agent("device-id")))
    for at in range(1203):
        _refuse(world, b'{"$user_agent_id":"vec:device-id"}' if at % 400 == 2 else b"{}")
    assert world.erase(agent("device-id")).removed["refused"] == 4
    assert len(_refused(world)) == 1000


def test_refused_lines_of_imports_are_emptied_and_stay_counted(world: World) -> None:
    world.send(activity(agent("device-id")))
    texts = ['{"$user_agent_id":"vec:device-id"', '{"$user_agent_id":"vec:other"', "x"] * 300

    def work(connection: Connection) -> None:
        at: dict[str, object] = {"datamart_id": world.datamart.id, "created_at": 0}
        made = tables.document_imports.insert().values(
            kind="USER_ACTIVITY", mime_type="x", encoding="utf-8", name="x", **at
        )
        order = connection.execute(made.returning(tables.document_imports.c.id)).scalar_one()
        numbers = dict.fromkeys(("size", "chunks", "done", "lines", "failed"), 0)
        started = tables.import_executions.insert().values(
            import_id=order, sent_by=WHO, state="RUNNING", **numbers, **at
        )
        execution = connection.execute(
            started.returning(tables.import_executions.c.id)
        ).scalar_one()
        rows = [
            {"execution_id": execution, "line": line, "code": "x", "reason": "x", "body": body}
            for line, body in enumerate(texts, 1)
        ]
        connection.execute(tables.import_failures.insert(), rows)

    world.database.submit_write(work).result()
    assert world.erase(agent("device-id")).removed["refused"] == 300
    bodies = select(tables.import_failures.c.body).order_by(tables.import_failures.c.line)
    found = world.database.submit_read(lambda it: it.execute(bodies).scalars().all()).result()
    assert list(found) == ["", *texts[1:3]] * 300
