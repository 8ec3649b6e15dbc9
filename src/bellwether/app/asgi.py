"""The ASGI application: every dialect on one host, with one OpenAPI document for all."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import cache, partial

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from bellwether.app.board import SourceBoard
from bellwether.app.container import Container
from bellwether.app.gauges import MetricsPage
from bellwether.dialects.framework.edge import Edge, raw_route
from bellwether.dialects.framework.openapi import build_openapi
from bellwether.dialects.framework.operations import Dialect
from bellwether.dialects.framework.page import build_page
from bellwether.dialects.framework.send import JSON, send_bytes
from bellwether.dialects.framework.services import Health, Limits, Services
from bellwether.dialects.influtics.routes import INFLUTICS
from bellwether.dialects.mediarithmics.routes import MEDIARITHMICS
from bellwether.dialects.native.routes import NATIVE
from bellwether.dialects.ugcinc.routes import UGCINC
from bellwether.dialects.ylytic.routes import YLYTIC
from bellwether.engine.webhooks.tasks import check_address

DIALECTS: Sequence[Dialect] = (NATIVE, INFLUTICS, YLYTIC, UGCINC, MEDIARITHMICS)


def make_app(container: Container, health: Callable[[], Awaitable[Health]]) -> ASGIApp:
    """Build the application of one process."""
    settings = container.settings
    services = Services(
        units=container.units,
        clock=container.clock,
        resolver=container.resolver,
        limits=Limits(
            settings.max_body_bytes,
            settings.body_seconds,
            timedelta(hours=settings.answer_hours),
        ),
        health=health,
        sources=SourceBoard(container.sources, container.clock).sources,
        wake=container.roles.wake,
        meter=container.meter,
        check_receiver=partial(check_address, container.receivers),
        media=container.media,
        refresher=container.refresher,
        activities=container.ingest,
        signatures=settings.request_signatures,
    )
    extra = [
        raw_route("/openapi.json", _Page(_schema, JSON)),
        raw_route("/docs", _Page(_docs, "text/html; charset=utf-8")),
    ]
    if settings.metrics:
        extra.append(raw_route("/metrics", MetricsPage(container, health)))
    return Edge(DIALECTS, NATIVE, services, extra)


@cache
def _schema() -> bytes:
    return msgspec.json.encode(build_openapi(DIALECTS))


@cache
def _docs() -> bytes:
    return build_page(build_openapi(DIALECTS)).encode()


class _Page:
    """Answers the same to everybody; made when first asked for, since it takes long to make."""

    def __init__(self, make: Callable[[], bytes], content_type: str) -> None:
        self._make = make
        self._content_type = content_type

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        body = await asyncio.to_thread(self._make)  # others are answered meanwhile
        await send_bytes(send, body, 200, self._content_type)
