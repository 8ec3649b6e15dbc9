"""The ASGI application: every dialect on one host, with one OpenAPI document for all."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

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
    document = build_openapi(DIALECTS)
    extra = [
        raw_route("/openapi.json", _constant(msgspec.json.encode(document), JSON)),
        raw_route("/docs", _constant(build_page(document).encode(), "text/html; charset=utf-8")),
    ]
    if settings.metrics:
        extra.append(raw_route("/metrics", MetricsPage(container, health)))
    return Edge(DIALECTS, NATIVE, services, extra)


def _constant(body: bytes, content_type: str) -> ASGIApp:
    class Constant:
        """Answers the same to everybody."""

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            del scope, receive
            await send_bytes(send, body, 200, content_type)

    return Constant()
