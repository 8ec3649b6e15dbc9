"""One draft's way through a publisher, as the engine takes it."""

from datetime import datetime

from bellwether.connectors.publishers import LostAnswerError, Publisher
from bellwether.model.publishers import (
    Access,
    CannotTell,
    Draft,
    NotThere,
    Prepared,
    Preparing,
    Processing,
    Published,
    ReadMedia,
    Rejected,
)

End = Published | NotThere | Rejected | CannotTell
_STEPS = 20


async def ready(publisher: Publisher, access: Access, draft: Draft, read: ReadMedia) -> Prepared:
    """Prepare until it is ready; nobody waits between the steps."""
    prepared: Prepared = {}
    for _ in range(_STEPS):
        answer = await publisher.prepare(access, draft, prepared, read)
        prepared = answer.prepared
        if not isinstance(answer, Preparing):
            return prepared
    raise AssertionError("it never got ready")


async def settled(
    publisher: Publisher, access: Access, draft: Draft, prepared: Prepared, since: datetime
) -> End:
    """Look until it is no longer processed; nobody waits between the looks."""
    for _ in range(_STEPS):
        answer = await publisher.look(access, draft, prepared, since)
        if not isinstance(answer, Processing):
            return answer
        prepared = answer.prepared
    raise AssertionError("it is processed for ever")


async def sent(
    publisher: Publisher, access: Access, draft: Draft, prepared: Prepared, read: ReadMedia
) -> Prepared | Published | None:
    """Send once. None: the answer was lost; what is to be polled with; or what came out."""
    try:
        answer = await publisher.send(access, draft, prepared, read)
    except LostAnswerError:
        return None
    return answer if isinstance(answer, Published) else answer.prepared
