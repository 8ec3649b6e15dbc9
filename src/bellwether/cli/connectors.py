"""`bellwether connectors`: the sources of numbers, whether they work, and one fetch to try."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bellwether.cli import common, output
from bellwether.model.errors import UnsupportedError
from bellwether.model.platforms import Kind, Platform
from bellwether.model.readings import ContentReading, CreatorReading, Failed, FailureReason
from bellwether.model.refs import Ref
from bellwether.model.tenants import Environment

if TYPE_CHECKING:
    from bellwether.app.container import Outside
    from bellwether.connectors.base import Bucket, Check, Connector, Declaration
    from bellwether.connectors.sources import Sources

T = TypeVar("T")
Reading = CreatorReading | ContentReading | Failed

connectors = typer.Typer(help="List, check and try the sources of numbers.", no_args_is_help=True)


@contextmanager
def _outside(
    recordings: Path | None, replay_mapping: Path | None
) -> Iterator[tuple["Outside", asyncio.Runner]]:
    """Open the sources, and a loop to ask them on; no store is needed."""
    from bellwether.app.container import open_outside  # noqa: PLC0415  --help must not wait for it
    from bellwether.app.settings import load_settings  # noqa: PLC0415  same

    settings = load_settings({"recordings": recordings, "replay_mapping": replay_mapping})
    common.configure_command_logs()
    outside = open_outside(settings)
    with asyncio.Runner() as runner:
        try:
            yield outside, runner
        finally:
            runner.run(outside.aclose())


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(connectors, name="connectors")


@connectors.command("list")
def list_(
    *,
    recordings: common.Recordings = None,
    replay_mapping: common.ReplayMapping = None,
    as_json: common.Json = False,
) -> None:
    """List what each source can do, how many items a call, and what a call costs."""
    with _outside(recordings, replay_mapping) as (outside, _):
        declared = [each.declaration for each in (*outside.sources, *outside.publishers)]
        rows = [row for declaration in declared for row in _declared(declaration)]
    output.emit_rows(
        rows,
        as_json=as_json,
        columns=(
            "source",
            "environments",
            "accounts",
            "capability",
            "platforms",
            "batch_size",
            "cost",
        ),
    )


def _declared(declaration: "Declaration") -> Iterator[output.Record]:
    """Yield one record for platforms that do the same thing in the same way."""
    alike: dict[str, list[Platform]] = {}
    by_signature = {}
    for platform, operations in declaration.operations.items():
        for capability, operation in operations.items():
            signature = f"{capability} {operation}"
            alike.setdefault(signature, []).append(platform)
            by_signature[signature] = (capability, operation)
    buckets = {bucket.name: bucket for bucket in declaration.buckets}
    for signature, (capability, operation) in by_signature.items():
        yield {
            "source": declaration.name,
            "environments": sorted(declaration.environments),
            "accounts": "connected" if declaration.needs_access else "any",
            "capability": capability,
            "platforms": sorted(alike[signature]),
            "batch_size": operation.batch_size,
            "cost": [
                _cost(amount, name, buckets.get(name)) for name, amount in operation.cost.items()
            ]
            + ([f"${operation.price_usd} a call"] if operation.price_usd else []),
        }


def _cost(amount: float, name: str, bucket: "Bucket | None") -> str:
    if bucket is None:
        return f"{amount:g} {name}"
    window = "a day" if bucket.midnight_zone else f"in {output.duration(bucket.seconds)}"
    return f"{amount:g} of {bucket.amount:,.0f} {name} {window}"


@connectors.command()
def check(
    *,
    recordings: common.Recordings = None,
    replay_mapping: common.ReplayMapping = None,
    as_json: common.Json = False,
) -> None:
    """Ask each source whether it works, and say why not.

    Exits with 1 when a source that is set up does not work.
    """
    checks = check_sources(recordings, replay_mapping)
    rows = [
        {
            "source": each.source,
            "ok": each.ok,
            "configured": each.configured,
            "detail": each.detail,
        }
        for each in checks
    ]
    output.emit_rows(rows, as_json=as_json)
    if any(each.configured and not each.ok for each in checks):
        raise typer.Exit(output.FAILED)


def check_sources(recordings: Path | None, replay_mapping: Path | None) -> Sequence["Check"]:
    """Ask every source whether it works, and who acts for accounts whether it needs one."""

    async def ask(outside: "Outside") -> Sequence["Check"]:
        needy = [one for one in outside.publishers if one.declaration.needs_access]
        return [*await outside.sources.check(), *[await one.check() for one in needy]]

    with _outside(recordings, replay_mapping) as (outside, runner):
        return runner.run(ask(outside))


@connectors.command()
def fetch(
    url: Annotated[str, typer.Argument(metavar="URL", help="A profile or a content.")],
    *,
    environment: common.EnvironmentName = Environment.LIVE,
    recordings: common.Recordings = None,
    replay_mapping: common.ReplayMapping = None,
    as_json: common.Json = False,
) -> None:
    """Read one profile or content now and print its numbers; nothing is stored."""
    with _outside(recordings, replay_mapping) as (outside, runner):
        ref = runner.run(_target(outside, url, simulate=environment is Environment.SANDBOX))
        reading = runner.run(_fetch(outside.sources, environment, ref))
        at = outside.clock.now()
    head = {"url": ref.url, "platform": ref.platform, "kind": ref.kind, "id": ref.id}
    if isinstance(reading, Failed):
        failure = {"reason": reading.reason, "error": reading.message}
        output.emit_record({**head, **failure}, as_json=as_json)
        raise typer.Exit(output.FAILED)
    output.emit_record({**head, **_numbers(reading, at, flat=not as_json)}, as_json=as_json)


def _numbers(
    reading: CreatorReading | ContentReading, at: datetime, *, flat: bool
) -> output.Record:
    about = reading.name if isinstance(reading, CreatorReading) else reading.title
    facts = {"title": about, "source": reading.source, "at": at, "as_of": reading.as_of}
    estimates = {
        name: {"method": mark.method, "low": mark.low, "high": mark.high}
        for name, mark in reading.estimates.items()
    }
    if not flat:
        return {**facts, "metrics": reading.metrics, "estimates": estimates}
    marked = {f"{name} (estimate)": mark["method"] for name, mark in estimates.items()}
    return {**facts, **reading.metrics, **marked}


async def _target(outside: "Outside", url: str, *, simulate: bool) -> Ref:
    (resolved,) = await outside.resolver.resolve_many([url], simulate=simulate)
    if resolved.error is not None:
        raise resolved.error
    if resolved.ref is None or resolved.ref.kind in {Kind.PLAYLIST, Kind.SHORT_LINK}:
        raise UnsupportedError("only a profile or a single content has numbers", field="url")
    return resolved.ref


async def _fetch(sources: "Sources", environment: Environment, ref: Ref) -> Reading:
    """Ask the sources in order of preference until one knows it."""
    from bellwether.connectors.base import Capability  # noqa: PLC0415  --help must not wait

    capability = Capability.CONTENT if ref.is_content else Capability.PROFILE
    answer: Reading = Failed(
        FailureReason.UNSUPPORTED,
        f"no source is set up for {ref.platform} in the {environment} environment; "
        "`bellwether connectors check` says what is missing",
    )
    for source in sources.candidates(environment, ref.platform, capability):
        answer = await _ask(source, ref)
        if not isinstance(answer, Failed) or not source.declaration.partial:
            break
    return answer


async def _ask(source: "Connector", ref: Ref) -> Reading:
    from bellwether.connectors.base import ConnectorError  # noqa: PLC0415  same

    try:
        if ref.is_content:
            return (await source.fetch_contents(ref.platform, [ref.id]))[0]
        return (await source.fetch_profiles(ref.platform, [ref.id]))[0]
    except ConnectorError as error:
        return error.failed
