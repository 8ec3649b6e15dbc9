"""Routes of bulk imports."""

from collections.abc import Sequence
from typing import Any

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.mediarithmics import render, wire, wire_imports, work
from bellwether.dialects.mediarithmics.parse import millis
from bellwether.dialects.mediarithmics.selectors import read_number
from bellwether.dialects.mediarithmics.uploads import FILE_BYTES, store_file
from bellwether.model.activities import DocumentImport, ExecutionState, ImportExecution, LineFailure
from bellwether.model.errors import InvalidInputError, TooLargeError

_ALL = "/v1/datamarts/{datamartId}/document_imports"
_ONE = f"{_ALL}/{{documentImportId}}"
_RUNS = f"{_ONE}/executions"
_RUN = f"{_RUNS}/{{executionId}}"
Json = dict[str, Any]


async def _create(call: Call[wire_imports.NewDocumentImport, None]) -> Reply:
    body = call.body
    return await work.write(
        call,
        lambda engine, datamart, _: engine.document_imports.create(
            datamart,
            body.document_type,
            mime_type=body.mime_type,
            encoding=body.encoding,
            name=body.name,
        ),
        lambda made: render.render_one(_import(made)),
    )


async def _list(call: Call[None, wire.ListQuery]) -> Reply:
    first, most = call.query.first_result, call.query.max_results
    found, total = await work.read(
        call,
        lambda engine, datamart, _: engine.document_imports.list(
            datamart, offset=first, limit=most
        ),
    )
    return Reply(render.render_list([_import(one) for one in found], call.query, total))


async def _get(call: Call[None, None]) -> Reply:
    return Reply(render.render_one(_import(await _find(call))))


async def _upload(call: Call[None, None]) -> Reply:
    order = await _find(call)
    principal = await call.authenticate()
    made = await store_file(call.services.units, order, principal.key_id, call.chunks(FILE_BYTES))
    call.services.wake()
    return Reply(render.render_one(_execution(made)))


async def _executions(call: Call[None, wire.ListQuery]) -> Reply:
    order = await _find(call)
    first, most = call.query.first_result, call.query.max_results
    found, total = await work.read(
        call,
        lambda engine, _datamart, _principal: engine.document_imports.executions(
            order, offset=first, limit=most
        ),
    )
    return Reply(render.render_list([_execution(one) for one in found], call.query, total))


async def _show(call: Call[None, None]) -> Reply:
    return Reply(render.render_one(_execution(await _find_run(call))))


async def _report(call: Call[None, wire.ListQuery]) -> Reply:
    run = await _find_run(call)
    first, most = call.query.first_result, call.query.max_results
    found = await work.read(
        call,
        lambda engine, _datamart, _principal: engine.document_imports.failures(
            run, offset=first, limit=most
        ),
    )
    return Reply(render.render_list([_failure(one) for one in found], call.query, run.failed))


async def _find(call: Call[Any, Any]) -> DocumentImport:
    number = read_number(call.path["documentImportId"], "documentImportId")
    return await work.read(
        call, lambda engine, datamart, _: engine.document_imports.find(datamart, number)
    )


async def _find_run(call: Call[Any, Any]) -> ImportExecution:
    order = await _find(call)
    number = read_number(call.path["executionId"], "executionId")
    return await work.read(
        call,
        lambda engine, _datamart, _principal: engine.document_imports.execution(order, number),
    )


def _import(one: DocumentImport) -> Json:
    return {
        "id": str(one.id),
        "datamart_id": str(one.datamart_id),
        "document_type": one.kind.value,
        "mime_type": one.mime_type,
        "encoding": one.encoding,
        "name": one.name,
        "creation_date": millis(one.created_at),
    }


def _execution(one: ImportExecution) -> Json:
    took = None
    if one.started_at is not None and one.ended_at is not None:
        took = millis(one.ended_at) - millis(one.started_at)
    ended = one.state is ExecutionState.SUCCEEDED
    return {
        "id": str(one.id),
        "document_import_id": str(one.import_id),
        "job_type": "DOCUMENT_IMPORT",
        "status": one.state.value,
        "size": one.size,
        "creation_date": millis(one.created_at),
        "start_date": None if one.started_at is None else millis(one.started_at),
        "end_date": None if one.ended_at is None else millis(one.ended_at),
        "duration": took,
        "num_tasks": one.lines,
        "completed_tasks": one.lines - one.failed,
        "erroneous_tasks": one.failed,
        "result": (
            {"total_success": one.lines - one.failed, "total_failure": one.failed} if ended else {}
        ),
        "error": one.error,
    }


def _failure(one: LineFailure) -> Json:
    return {
        "line": one.line,
        "error_code": one.code.upper(),
        "error": one.reason,
        "field": one.field,
        "body": one.body,
    }


IMPORTS: Sequence[Operation] = (
    Operation(
        method="POST",
        path=_ALL,
        name="create-document-import",
        handler=_create,
        summary="Make an import, to which files are sent then",
        body=wire_imports.NewDocumentImport,
        answers={200: wire_imports.DocumentImportAnswer},
        errors=(InvalidInputError,),
    ),
    Operation(
        method="GET",
        path=_ALL,
        name="list-document-imports",
        handler=_list,
        summary="List imports, oldest first",
        query=wire.ListQuery,
        answers={200: wire.ListAnswer},
    ),
    Operation(
        method="GET",
        path=_ONE,
        name="get-document-import",
        handler=_get,
        summary="Read an import",
        answers={200: wire_imports.DocumentImportAnswer},
    ),
    Operation(
        method="POST",
        path=_RUNS,
        name="create-document-import-execution",
        handler=_upload,
        summary="Send a file of JSON lines; it is stored when this answers, and worked off then",
        description=f"At most {FILE_BYTES} bytes. Whatever is sent with it is read as lines.",
        stream=True,
        answers={200: wire_imports.ExecutionAnswer},
        errors=(InvalidInputError, TooLargeError),
    ),
    Operation(
        method="GET",
        path=_RUNS,
        name="list-document-import-executions",
        handler=_executions,
        summary="List the files that were sent to an import, oldest first",
        query=wire.ListQuery,
        answers={200: wire.ListAnswer},
    ),
    Operation(
        method="GET",
        path=_RUN,
        name="get-document-import-execution",
        handler=_show,
        summary="Read how far a file is",
        answers={200: wire_imports.ExecutionAnswer},
    ),
    Operation(
        method="GET",
        path=f"{_RUN}/errors",
        name="list-document-import-errors",
        handler=_report,
        summary="List the lines that were refused, with the reason",
        query=wire.ListQuery,
        answers={200: wire.ListAnswer},
    ),
)
