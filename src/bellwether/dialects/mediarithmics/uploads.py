"""Files on their way in: cut into pieces of whole lines, each stored before the next is read."""

import asyncio
from collections.abc import AsyncIterator

from bellwether.dialects.framework.services import UnitsOfWork
from bellwether.dialects.mediarithmics.parse_activity import ACTIVITY_BYTES
from bellwether.model.activities import DocumentImport, ImportExecution
from bellwether.model.errors import InvalidInputError

FILE_BYTES = 100 * 1024 * 1024
_PIECE = 512 * 1024


async def store_file(
    units: UnitsOfWork, order: DocumentImport, sent_by: str, chunks: AsyncIterator[bytes]
) -> ImportExecution:
    """Store a file and have it worked off; nothing of it stays when it does not come whole.

    InvalidInputError (`body`) for a line that is longer than any may be.
    """
    execution_id = await units.write(lambda engine: engine.document_imports.begin(order, sent_by))
    writing: asyncio.Task[None] | None = None
    try:
        size = number = 0
        async for piece in _cut(chunks):
            if writing is not None:
                await writing
            # The next piece arrives meanwhile.
            writing = asyncio.create_task(_store(units, execution_id, number, piece))
            size += len(piece)
            number += 1
        if writing is not None:
            await writing
    except BaseException:
        if writing is not None:
            await asyncio.wait({writing})
        await units.write(lambda engine: engine.document_imports.abandon(execution_id))
        raise
    return await units.write(
        lambda engine: engine.document_imports.finish(execution_id, size=size, chunks=number)
    )


async def _store(units: UnitsOfWork, execution_id: int, number: int, piece: bytes) -> None:
    await units.write(lambda engine: engine.document_imports.add_chunk(execution_id, number, piece))


async def _cut(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield pieces that end where a line ends."""
    held = bytearray()
    lines = 0
    async for chunk in chunks:
        held += chunk
        if len(held) < _PIECE:
            continue
        end = held.rfind(b"\n") + 1
        if end:
            piece = bytes(held[:end])
            del held[:end]
            lines += piece.count(b"\n")
            yield piece
        if len(held) > ACTIVITY_BYTES:
            raise InvalidInputError(
                f"Line {lines + 1} is longer than {ACTIVITY_BYTES} bytes", field="body"
            )
    if held:
        yield bytes(held)
