"""`bellwether endpoints`: who is told what happens, by webhook."""

import asyncio
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bellwether.cli import common, output, webhooks
from bellwether.cli.grouped import grouped
from bellwether.model.errors import InvalidInputError
from bellwether.model.tenants import Scope
from bellwether.model.webhooks import (
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointChanges,
    EndpointState,
    EventType,
    NewEndpoint,
)

if TYPE_CHECKING:
    from bellwether.app.container import Container

# ruff: noqa: PLC0415  `bellwether --help` must not wait for the engine

endpoints = typer.Typer(help="Make, pause and test webhook endpoints.", no_args_is_help=True)

_COLUMNS = ("id", "name", "url", "events", "dialect", "state", "disabled_reason")
_PAGE = 200
_MOST_GRACE_HOURS = 720
_LOOK_SECONDS = 0.1


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(endpoints, name="endpoints")


@endpoints.command()
@grouped
def create(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to send.")],
    *,
    name: Annotated[
        str, typer.Option("--name", help="A name for people.", show_default="the URL's host")
    ] = "",
    event: Annotated[
        list[EventType] | None,
        typer.Option("--event", help="What to tell; repeatable.", show_default="everything"),
    ] = None,
    dialect: Annotated[
        str, typer.Option("--dialect", metavar="NAME", help="Whose payloads: native or ylytic.")
    ] = "native",
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Make an endpoint. Its secret is shown now and never again.

    A server on the same store begins to tell it at once.
    """
    from bellwether.engine.webhooks.tasks import check_address

    _check_dialect(dialect)
    with common.opened(place) as (container, scope), asyncio.Runner() as runner:
        try:
            runner.run(check_address(container.receivers, url))
        finally:
            runner.run(container.receivers.aclose())
        made = container.units.write_now(
            lambda engine: engine.webhooks.create(
                scope, url=url, name=name, events=event or (), dialect=dialect
            )
        )
    _show_secret(made, as_json=as_json)


@endpoints.command("list")
@grouped
def list_(
    *,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """List endpoints, oldest first (with --json, one object a line)."""
    with common.opened(place) as (container, scope):
        page = container.units.read_now(
            lambda engine: engine.webhooks.list_endpoints(scope, limit=_PAGE)
        )
    rows = [webhooks.endpoint_record(one) for one in page.items]
    output.emit_rows(rows, as_json=as_json, columns=_COLUMNS)
    if not rows and not as_json:
        output.hint(
            f"There are no endpoints in the {place.environment} environment. Make one: bellwether "
            "endpoints create URL"
        )


@endpoints.command()
@grouped
def pause(
    endpoint_id: webhooks.EndpointId,
    *,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Stop telling an endpoint; what happens meanwhile waits for it."""
    paused = _change(place, endpoint_id, EndpointState.PAUSED)
    output.emit_record(webhooks.endpoint_record(paused), as_json=as_json)


@endpoints.command()
@grouped
def resume(
    endpoint_id: webhooks.EndpointId,
    *,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Tell an endpoint again that was paused or disabled, beginning with what waits for it."""
    resumed = _change(place, endpoint_id, EndpointState.ACTIVE)
    output.emit_record(webhooks.endpoint_record(resumed), as_json=as_json)


@endpoints.command()
@grouped
def delete(
    endpoint_id: webhooks.EndpointId,
    *,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Forget an endpoint; what it was not told yet is cancelled."""
    with common.opened(place) as (container, scope):
        container.units.write_now(lambda engine: engine.webhooks.delete(scope, endpoint_id))
    output.emit_record({"id": endpoint_id, "deleted": True}, as_json=as_json)


@endpoints.command()
@grouped
def rotate(
    endpoint_id: webhooks.EndpointId,
    *,
    grace_hours: Annotated[
        float,
        typer.Option(
            "--grace-hours", metavar="N", help="How long older secrets go on signing; 0 to 720."
        ),
    ] = 24.0,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Give an endpoint a new secret, which is shown now and never again."""
    if not 0 <= grace_hours <= _MOST_GRACE_HOURS:
        raise InvalidInputError(f"the grace is 0 to {_MOST_GRACE_HOURS} hours", field="grace_hours")
    grace = timedelta(hours=grace_hours)
    with common.opened(place) as (container, scope):
        made = container.units.write_now(
            lambda engine: engine.webhooks.rotate_secret(scope, endpoint_id, grace=grace)
        )
    _show_secret(made, as_json=as_json)


@endpoints.command("test")
@grouped
def send_test(
    endpoint_id: webhooks.EndpointId,
    *,
    wait: Annotated[
        float,
        typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait for the answer."),
    ] = 10.0,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Have an endpoint sent an event of type `test` by the server, and show what came of it.

    Exits with 1 when the first attempt has not succeeded in time.
    """
    with common.opened(place) as (container, scope):
        sent = container.units.write_now(
            lambda engine: engine.webhooks.send_test(scope, endpoint_id)
        )
        sent = _wait(container, scope, sent, wait)
    output.emit_record(webhooks.delivery_record(sent), as_json=as_json)
    if wait and not sent.attempts and not as_json:
        output.hint("Nobody has sent it yet. Is a server with the deliverer running on this store?")
    if wait and sent.state is not DeliveryState.SUCCEEDED:
        raise typer.Exit(output.FAILED)


def _change(place: common.Place, endpoint_id: str, state: EndpointState) -> Endpoint:
    with common.opened(place) as (container, scope):
        changes = EndpointChanges(state=state)
        return container.units.write_now(
            lambda engine: engine.webhooks.update(scope, endpoint_id, changes)
        )


def _wait(container: "Container", scope: Scope, sent: Delivery, seconds: float) -> Delivery:
    """Wait for the first attempt."""
    deadline = time.monotonic() + seconds
    while not sent.attempts and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        sent = container.units.read_now(
            lambda engine, sent_id=sent.id: engine.webhooks.delivery(scope, sent_id)  # type: ignore[misc]
        )
    return sent


def _check_dialect(name: str) -> None:
    from typing import get_args

    from bellwether.dialects.native.wire_webhooks import DialectName

    names = get_args(DialectName)
    if name not in names:
        raise InvalidInputError("the dialect is one of " + ", ".join(names), field="dialect")


def _show_secret(made: NewEndpoint, *, as_json: bool) -> None:
    record = {**webhooks.endpoint_record(made.endpoint), "secret": made.secret}
    output.emit_record(record, as_json=as_json)
    if not as_json:
        output.hint("Keep the secret now: it is not shown again.")
