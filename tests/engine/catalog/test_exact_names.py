from sqlalchemy import Connection

from bellwether.engine.facade import Engine
from bellwether.kit.clock import SystemClock
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.requests import NewSubject
from bellwether.model.tenants import Environment, Scope
from bellwether.storage.database import Database


def _creator(name: str, *, exact: bool) -> NewSubject:
    return NewSubject(SubjectKind.CREATOR, Platform.YOUTUBE, name, exact=exact)


def _ids(database: Database, *batches: list[NewSubject]) -> list[str]:
    def work(connection: Connection) -> list[str]:
        engine = Engine(connection, SystemClock())
        workspace = engine.tenants.ensure_workspace("acme")
        scope = Scope(workspace.id, Environment.LIVE)
        return [subject.id for batch in batches for subject in engine.catalog.ensure(scope, batch)]

    return database.submit_write(work).result()


def test_two_recorded_spellings_stay_two_creators(database: Database) -> None:
    both = [_creator("Barbie", exact=True), _creator("barbie", exact=True)]
    first, second, *again = _ids(database, both, both)
    assert first != second
    assert again == [first, second]


def test_a_handle_tracked_later_goes_on_with_the_recorded_creator(database: Database) -> None:
    recorded, tracked = _ids(
        database, [_creator("MrBeast", exact=True)], [_creator("mrbeast", exact=False)]
    )
    assert recorded == tracked


def test_a_recording_in_lower_case_joins_the_tracked_handle(database: Database) -> None:
    tracked, recorded = _ids(
        database, [_creator("MrBeast", exact=False)], [_creator("mrbeast", exact=True)]
    )
    assert recorded == tracked
