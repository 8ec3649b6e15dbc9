"""The same new workspace made by several processes at once is one workspace."""

import threading
from datetime import UTC, datetime

from bellwether.engine.tenants.service import TenantService
from bellwether.kit.clock import ManualClock
from bellwether.model.tenants import Environment, NewKey, PlanName
from bellwether.storage.database import Database, open_database


def test_making_one_workspace_from_several_handles_at_once_succeeds_everywhere(
    database: Database, database_url: str
) -> None:
    clock = ManualClock(datetime(2026, 8, 1, tzinfo=UTC))
    others = [open_database(database_url) for _ in range(4)]
    start = threading.Barrier(len(others))
    workspaces: list[str] = []

    def make_key(handle: Database, name: str) -> NewKey:
        return handle.submit_write(
            lambda connection: TenantService(connection, clock).create_key(
                name, Environment.LIVE, PlanName.PRO
            )
        ).result()

    def make(handle: Database) -> None:
        start.wait()
        workspaces.extend(
            make_key(handle, f"new {number}").key.scope.workspace_id for number in range(10)
        )

    threads = [threading.Thread(target=make, args=(handle,)) for handle in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for handle in others:
        handle.close()
    assert len(workspaces) == 40
    assert len(set(workspaces)) == 10
    keys = database.submit_read(lambda c: TenantService(c, clock).list_keys()).result()
    assert len(keys) == 40
