"""Shapes of bulk imports."""

from typing import Annotated, Any

from msgspec import Meta, Struct

Millis = Annotated[int, Meta(description="Milliseconds since 1970 UTC")]


class NewDocumentImport(Struct, kw_only=True):
    """An order to take in files of one kind."""

    document_type: Annotated[
        str, Meta(description="USER_ACTIVITY, USER_PROFILE or USER_CHOICE", max_length=100)
    ]
    mime_type: Annotated[str, Meta(max_length=100)] = "APPLICATION_X_NDJSON"
    encoding: Annotated[str, Meta(max_length=100)] = "UTF-8"
    name: str = ""


class StoredDocumentImport(Struct, kw_only=True):
    """An import."""

    id: str
    datamart_id: str
    document_type: str
    mime_type: str
    encoding: str
    name: str
    creation_date: Millis


class DocumentImportAnswer(Struct, kw_only=True):
    """The envelope of an import."""

    status: str
    data: StoredDocumentImport


class Execution(Struct, kw_only=True):
    """One file of an import, and how far it is.

    `num_tasks` counts the lines worked off, `erroneous_tasks` those of them that were refused.
    `duration` is in milliseconds.
    """

    id: str
    document_import_id: str
    job_type: str
    status: str
    size: int
    creation_date: Millis
    start_date: Millis | None
    end_date: Millis | None
    duration: int | None
    num_tasks: int
    completed_tasks: int
    erroneous_tasks: int
    result: dict[str, Any]
    error: str | None


class ExecutionAnswer(Struct, kw_only=True):
    """The envelope of an execution."""

    status: str
    data: Execution
