"""What `bellwether doctor` looks at. Each check says what it found and what to do about it."""

import platform
import shutil
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bellwether.cli import common, output
from bellwether.cli.checks_work import read_work, work_findings
from bellwether.cli.findings import Finding
from bellwether.kit.clock import SystemClock
from bellwether.model.errors import BellwetherError
from bellwether.model.tenants import Environment
from bellwether.model.tracking import Overview, TrackerState

if TYPE_CHECKING:
    from bellwether.app.settings import Settings
    from bellwether.model.tenants import Key

_OLDEST_PYTHON = (3, 11)
_ZONES = ("UTC", "America/Los_Angeles", "Asia/Kolkata")
_BUILT = datetime(2026, 1, 1, tzinfo=UTC)  # no clock may be earlier than this code
_LITTLE_DISK = 200 << 20
_SOME_DISK = 2 << 30
_HTTP_SECONDS = 3.0
_SIMULATED = frozenset({"sandbox", "replay"})


def machine() -> Iterator[Finding]:
    """Look at Python, the time zones and the clock."""
    fits = sys.version_info >= _OLDEST_PYTHON
    yield Finding(
        "python", fits, f"Python {platform.python_version()}", "install Python 3.11 or newer"
    )
    missing = [name for name in _ZONES if not _has_zone(name)]
    yield Finding(
        "time zones",
        not missing,
        f"no data for {', '.join(missing)}" if missing else "known",
        "install the tzdata package of this Python or of the system",
    )
    now = SystemClock().now()
    yield Finding(
        "clock",
        now > _BUILT,
        f"{now:%Y-%m-%d %H:%M:%S} UTC",
        "set the machine's clock; schedules follow it",
    )


def _has_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError):
        return False
    return True


def settings_known(unknown: Sequence[str]) -> Finding:
    """Look for misspelt environment variables."""
    return Finding(
        "settings",
        not unknown,
        f"no such setting: {', '.join(unknown)}" if unknown else "all variables are known",
        "see docs/settings.md for their names",
    )


def disk(settings: "Settings") -> Finding:
    """Look at the free space where the embedded store is, or would be."""
    place = settings.data.resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    detail = f"{free / (1 << 30):.1f} GB free at {place}"
    if free < _LITTLE_DISK:
        return Finding("disk", ok=False, detail=detail, advice="make room: the store cannot grow")
    advice = "there is little room left" if free < _SOME_DISK else None
    return Finding("disk", ok=True, detail=detail, advice=advice)


def port(settings: "Settings") -> Finding:
    """Look whether the server listens, or could."""
    import httpx  # noqa: PLC0415  --help must not wait for it

    from bellwether.app.server import listen  # noqa: PLC0415  same

    address = f"http://{settings.host}:{settings.port}"
    try:
        listen(settings.host, settings.port).close()
    except BellwetherError as error:
        try:
            answer = httpx.get(f"{address}/healthz", timeout=_HTTP_SECONDS, trust_env=False)
            health = answer.json()
        except (httpx.HTTPError, ValueError):
            return Finding(
                "port", ok=False, detail=error.message, advice="choose another with serve --port"
            )
        return _health(address, answer.is_success, health)
    return Finding("server", ok=True, detail=f"none runs at {address}; the port is free")


def _health(address: str, works: bool, health: object) -> Finding:  # noqa: FBT001  two facts of one answer
    said = ", ".join(f"{name}: {state}" for name, state in _flat(health))
    return Finding(
        "server", works, f"runs at {address} ({said})", "look at its log; restart it if it is stuck"
    )


def _flat(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            if isinstance(part, Mapping):
                yield from _flat(part)
            else:
                yield str(name), part


def store_findings(settings: "Settings") -> Generator[Finding, None, bool]:
    """Look at the store and, when it opens, at what is in it; return whether a key is live."""
    try:
        with common.open_store(settings.data, settings.database, create=False) as container:
            container.units.write_now(lambda _: None)
            place = common.embedded_path(settings)
            kind = f"SQLite at {place}" if place else "PostgreSQL"
            yield Finding("store", ok=True, detail=f"{kind}, writable, schema up to date")
            keys, overview = container.units.read_now(
                lambda engine: (engine.tenants.list_keys(), engine.tracking.overview())
            )
            yield _keys(keys)
            yield from _trackers(overview)
            yield from work_findings(read_work(container))
            return any(
                key.revoked_at is None and key.scope.environment is Environment.LIVE for key in keys
            )
    except BellwetherError as error:
        yield Finding("store", ok=False, detail=error.message, advice="see docs/operations.md")
    return False


def _keys(keys: "Sequence[Key]") -> Finding:
    usable = sum(key.revoked_at is None for key in keys)
    return Finding(
        "keys",
        usable > 0,
        f"{usable} usable, {len(keys) - usable} revoked",
        "bellwether keys create --workspace NAME --environment sandbox",
    )


def _trackers(overview: Overview) -> Iterator[Finding]:
    counts = ", ".join(f"{count} {state}" for state, count in sorted(overview.trackers.items()))
    late = ""
    if overview.late and overview.oldest_due_at is not None:
        waiting = SystemClock().now() - overview.oldest_due_at
        late = f"; {overview.late} late, the oldest by {output.duration(waiting)}"
    yield Finding(
        "trackers",
        not overview.late,
        (counts or "none") + late,
        "is a server with the scheduler role running on this store? (with a simulated clock this "
        "line means nothing)",
    )
    if overview.trackers.get(TrackerState.ACTIVE) and overview.last_run_at is None:
        yield Finding("runs", ok=True, detail="none yet")
    elif overview.last_run_at is not None:
        reasons = ", ".join(f"{count} {name}" for name, count in sorted(overview.failing.items()))
        yield Finding(
            "runs",
            overview.last_runs_failed < overview.last_runs,
            f"the last at {overview.last_run_at:%Y-%m-%d %H:%M} UTC; "
            f"{overview.last_runs_failed} of the newest {overview.last_runs} failed"
            + (f"; failing now: {reasons}" if reasons else ""),
            "all of the newest runs failed: bellwether connectors check",
        )


def sources(*, live: bool) -> Iterator[Finding]:
    """Ask each source whether it works; platforms matter only where a key is `live`."""
    from bellwether.cli.connectors import check_sources  # noqa: PLC0415  slow to import

    for each in check_sources(None, None):
        needed = each.configured and (live or each.source in _SIMULATED)
        yield Finding(
            f"source {each.source}",
            each.ok or not needed,
            each.detail,
            "see docs/connectors/ and docs/settings.md",
        )


def examine(data: Path | None, database: str | None) -> Iterator[Finding]:
    """Run every check, one after the other."""
    from bellwether.app.settings import load_settings, unknown_variables  # noqa: PLC0415  slow

    yield from machine()
    yield settings_known(unknown_variables())
    settings = load_settings({"data": data, "database": database})
    yield disk(settings)
    live = yield from store_findings(settings)
    yield port(settings)
    yield from sources(live=live)
