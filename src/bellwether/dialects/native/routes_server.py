"""Routes about the server itself and the key that asks."""

from collections.abc import Sequence

import bellwether
from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.native import wire
from bellwether.dialects.native.render import render_health, render_sources, render_workspace


async def _connectors(call: Call[None, None]) -> Reply:
    await call.authenticate()
    return Reply(render_sources(await call.services.sources()))


async def _workspace(call: Call[None, None]) -> Reply:
    principal, used = await call.read(
        lambda engine, principal: (principal, engine.tracking.tracked_videos(principal.scope))
    )
    return Reply(render_workspace(principal, used))


async def _health(call: Call[None, None]) -> Reply:
    health = await call.services.health()
    return Reply(render_health(health), status=200 if health.ok else 503)


async def _welcome(call: Call[None, None]) -> Reply:
    del call
    return Reply(wire.ServerAnswer("bellwether", bellwether.__version__, wire.LinksView()))


SERVER: Sequence[Operation] = (
    Operation(
        method="GET",
        path="/",
        name="welcome",
        handler=_welcome,
        summary="Say what listens here, and where to go on",
        answers={200: wire.ServerAnswer},
        public=True,
    ),
    Operation(
        method="GET",
        path="/api/v1/connectors",
        name="list-connectors",
        handler=_connectors,
        summary="List the sources of numbers: what they can do, and whether they work",
        answers={200: wire.ConnectorList},
    ),
    Operation(
        method="GET",
        path="/api/v1/workspace",
        name="get-workspace",
        handler=_workspace,
        summary="Read the key's workspace, its plan and what is used of it",
        answers={200: wire.WorkspaceAnswer},
    ),
    Operation(
        method="GET",
        path="/healthz",
        name="health",
        handler=_health,
        summary="Say whether this process works",
        answers={200: wire.HealthAnswer, 503: wire.HealthAnswer},
        public=True,
    ),
)
