"""The outermost layer: clean paths, request ids, one log line a request, and no bare 500."""

import asyncio
import time
from collections.abc import Iterable, Sequence

import structlog
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bellwether.dialects.framework.body import ClientGoneError
from bellwether.dialects.framework.endpoint import REQUEST_ID, ROUTE, PathEndpoint, send_problem
from bellwether.dialects.framework.operations import Dialect, Operation
from bellwether.dialects.framework.paths import clean_path, encoded_path
from bellwether.dialects.framework.problems import InternalError
from bellwether.dialects.framework.services import Services
from bellwether.kit.ids import new_id
from bellwether.model.errors import NotFoundError, UnavailableError

_log = structlog.get_logger("bellwether.http")


class Edge:
    """All dialects on one host. `fallback` words errors under paths that belong to none."""

    def __init__(
        self,
        dialects: Sequence[Dialect],
        fallback: Dialect,
        services: Services,
        extra: Iterable[Route] = (),
    ) -> None:
        self._dialects = dialects
        self._fallback = fallback
        self._meter = services.meter
        self._encoded = tuple(
            f"{prefix}/" for one in dialects if one.encoded_paths for prefix in one.prefixes
        )
        routes = [*extra]
        for dialect in dialects:
            for path, operations in _by_path(dialect.operations).items():
                endpoint = PathEndpoint(dialect, services, operations)
                routes.append(Route(path, endpoint, include_in_schema=False))
        self._router = Router(routes, redirect_slashes=False, default=self._missing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; nothing is raised."""
        if scope["type"] != "http":
            await _refuse(scope, receive, send)
            return
        started = time.perf_counter()
        scope["path"] = self._path(scope)
        request_id = scope[REQUEST_ID] = new_id()
        status = 0

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((b"x-request-id", request_id.encode()))
            await send(message)

        try:
            await self._router(scope, receive, tell)
        except ClientGoneError:
            status = 499  # as other servers log it; nobody is there to read an answer
        except asyncio.CancelledError:
            # The server stops, and has waited for long enough.
            if status == 0:
                late = UnavailableError("The server stops and could not finish this", retry_after=1)
                await send_problem(tell, self._owner(scope["path"]), late, request_id)
        except Exception:  # noqa: BLE001  whatever it was, the caller gets JSON and the log a trace
            _log.exception("unforeseen", request_id=request_id, path=scope["path"])
            if status == 0:
                error = InternalError("Something went wrong on this server")
                await send_problem(tell, self._owner(scope["path"]), error, request_id)
        seconds = time.perf_counter() - started
        dialect, route = scope.get(ROUTE, ("none", "none"))
        self._meter.observe(
            "request_seconds", seconds, dialect=dialect, route=route, status=str(status)
        )
        _log.info(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            ms=round(seconds * 1000, 1),
            request_id=request_id,
        )

    async def _missing(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        dialect = self._owner(scope["path"])
        error = NotFoundError("There is nothing at this path")
        await send_problem(send, dialect, error, scope[REQUEST_ID])

    def _path(self, scope: Scope) -> str:
        path = clean_path(scope["path"])
        return encoded_path(scope) if path.startswith(self._encoded) else path

    def _owner(self, path: str) -> Dialect:
        best = max(self._dialects, key=lambda dialect: dialect.owns(path))
        return best if best.owns(path) else self._fallback


def raw_route(path: str, app: ASGIApp) -> Route:
    """Return a route for an application that answers by itself."""
    return Route(path, app, include_in_schema=False)


def _by_path(operations: Sequence[Operation]) -> dict[str, list[Operation]]:
    paths: dict[str, list[Operation]] = {}
    for operation in operations:
        paths.setdefault(operation.path, []).append(operation)
    return paths


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close"})
