"""The job of an imported file: pieces, crashes between them, two workers at once."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import Connection, text
from tests.support.logged import Journal

from bellwether.dialects.mediarithmics.parse_lines import PARSERS
from bellwether.engine.activities.document_imports import KIND
from bellwether.engine.activities.import_tasks import ImportTasks
from bellwether.engine.activities.ingest import Ingest
from bellwether.engine.facade import Engine
from bellwether.jobs.worker import Worker
from bellwether.model.activities import DocumentImport, ExecutionState, ImportExecution
from bellwether.storage.database import Database

PIECES = 5


class File:
    """A file of activities in pieces of three lines, of which one is bad."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.order, self.execution_id = journal.write(self._store)
        ingest = Ingest(journal.database, journal.clock)
        self.tasks = ImportTasks(journal.database, journal.clock, ingest, PARSERS)

    def _store(self, connection: Connection) -> tuple[DocumentImport, int]:
        imports = Engine(connection, self.journal.clock).document_imports
        order = imports.create(
            self.journal.datamart,
            "USER_ACTIVITY",
            mime_type="APPLICATION_X_NDJSON",
            encoding="utf-8",
            name="",
        )
        execution_id = imports.begin(order, "key")
        for number in range(PIECES):
            lines: list[Any] = [{"$type": "TOUCH", "$user_agent_id": "a", "n": 2 * number}]
            lines += [{"$type": "BAD"}, {**lines[0], "n": 2 * number + 1}]
            body = "".join(json.dumps(line) + "\n" for line in lines)
            imports.add_chunk(execution_id, number, body.encode())
        imports.finish(execution_id, size=1, chunks=PIECES)
        return order, execution_id

    def worker(self) -> Worker:
        return Worker(self.journal.database, self.journal.clock, {KIND: self.tasks.handle})

    def state(self) -> ImportExecution:
        return self.journal.read(
            lambda connection: Engine(connection, self.journal.clock).document_imports.execution(
                self.order, self.execution_id
            )
        )

    def check_done(self) -> None:
        state = self.state()
        assert (state.state, state.lines, state.failed) == (
            ExecutionState.SUCCEEDED,
            3 * PIECES,
            PIECES,
        )
        assert self.journal.numbers() == list(range(2 * PIECES))
        failures = self.journal.read(
            lambda connection: Engine(connection, self.journal.clock).document_imports.failures(
                state, offset=0, limit=100
            )
        )
        assert [one.line for one in failures] == [3 * n + 2 for n in range(PIECES)]


@pytest.fixture
def file(database: Database) -> File:
    return File(Journal(database))


async def test_a_file_is_worked_off_with_its_job(file: File) -> None:
    assert file.state().state is ExecutionState.PENDING
    assert await file.worker().step() == 1
    file.check_done()


async def test_a_job_goes_on_where_it_was_broken_off(
    file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, record = [], file.tasks._record

    def break_off(connection: Connection, piece: Any) -> None:
        record(connection, piece)
        done.append(piece)
        if len(done) in {2, 4}:
            raise ConnectionResetError  # before the commit

    monkeypatch.setattr(file.tasks, "_record", break_off)
    payload: Any = type("Claimed", (), {"payload": {"execution": file.execution_id}})()
    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            await file.tasks.handle(payload)
        assert file.state().state is ExecutionState.RUNNING
    work = await file.tasks.handle(payload)
    assert work is not None
    file.journal.write(work)
    file.check_done()


async def test_two_workers_at_once_take_no_line_twice(file: File) -> None:
    payload: Any = type("Claimed", (), {"payload": {"execution": file.execution_id}})()
    works = await asyncio.gather(*(file.tasks.handle(payload) for _ in range(3)))
    for work in works:
        assert work is not None
        file.journal.write(work)
    file.check_done()


async def test_what_no_job_works_on_any_more_is_given_up(file: File) -> None:
    file.journal.write(lambda connection: connection.execute(text("DELETE FROM jobs")))

    def tidy(connection: Connection) -> None:
        Engine(connection, file.journal.clock).document_imports.tidy()

    file.journal.write(tidy)
    state = file.state()
    assert state.state is ExecutionState.FAILED
    assert state.error
