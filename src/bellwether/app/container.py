"""The composition root: what a process holds, built from its settings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bellwether.app.chores import make_chores
from bellwether.app.meter import PrometheusMeter
from bellwether.app.roles import Roles
from bellwether.app.secret_key import make_sealer
from bellwether.app.settings import Settings
from bellwether.app.units import Units
from bellwether.connectors.base import Connector
from bellwether.connectors.platforms.bluesky.connector import BlueskyConnector
from bellwether.connectors.platforms.instagram.publisher import InstagramPublisher
from bellwether.connectors.platforms.tiktok.publisher import TikTokPublisher
from bellwether.connectors.platforms.youtube.connector import YouTubeConnector
from bellwether.connectors.publishers import Publisher, Publishers
from bellwether.connectors.sandbox.connector import SandboxConnector
from bellwether.connectors.sandbox.publisher import SandboxPublisher
from bellwether.connectors.sources import Sources
from bellwether.dialects.mediarithmics.parse_lines import PARSERS as LINE_PARSERS
from bellwether.dialects.ylytic.parse import DIALECT as YLYTIC
from bellwether.dialects.ylytic.payload import YlyticRenderer
from bellwether.engine.activities.applying import apply
from bellwether.engine.activities.document_imports import KIND as IMPORT_JOBS
from bellwether.engine.activities.import_tasks import ImportTasks
from bellwether.engine.activities.ingest import Ingest
from bellwether.engine.activities.pipeline import LEASE_S as PIPELINE_LEASE_S
from bellwether.engine.activities.pipeline import Pipeline
from bellwether.engine.creators.payloads import KIND as CREATOR_JOBS
from bellwether.engine.creators.tasks import CreatorTasks
from bellwether.engine.facade import MediaDesk, Refresher, Resolver
from bellwether.engine.publishing.desk import MediaLimits
from bellwether.engine.publishing.tasks import PublishingWorker
from bellwether.engine.tracking.tasks import Scheduler
from bellwether.engine.webhooks.tasks import LEASE_S, RECEIVER_IDLE_S, RECEIVER_PORTS, Deliverer
from bellwether.jobs.periodic import Chores
from bellwether.kit.clock import Clock, FastClock, SystemClock
from bellwether.kit.http import GuardedClient
from bellwether.kit.metering import Meter
from bellwether.kit.sealing import Sealer
from bellwether.model.errors import InvalidInputError, UnavailableError
from bellwether.storage.database import Database, open_database
from bellwether.storage.migrate import migrate


@dataclass(frozen=True, slots=True)
class Container:
    """Everything with a life of its own; nothing here is reached except through a constructor."""

    settings: Settings
    clock: Clock
    meter: PrometheusMeter
    database: Database
    units: Units
    sources: Sources
    publishers: Publishers
    client: GuardedClient
    resolver: Resolver
    media: MediaDesk
    refresher: Refresher
    ingest: Ingest
    scheduler: Scheduler
    receivers: GuardedClient
    """Calls webhook receivers, and checks their addresses."""

    deliverer: Deliverer
    roles: Roles

    async def aclose(self) -> None:
        """Close the outside first, then the store."""
        await self.client.aclose()
        await self.receivers.aclose()
        await self.sources.aclose()
        await self.publishers.aclose()
        self.database.close()

    def close(self) -> None:
        """Close the store, for commands that asked nobody outside."""
        self.database.close()


@dataclass(frozen=True, slots=True)
class Outside:
    """What asks the outside world, for commands that need no store."""

    clock: Clock
    sources: Sources
    publishers: Publishers
    client: GuardedClient
    resolver: Resolver

    async def aclose(self) -> None:
        """Close connections and processes."""
        await self.client.aclose()
        await self.publishers.aclose()
        await self.sources.aclose()


def open_outside(settings: Settings, *, clock: Clock | None = None) -> Outside:
    """Build what the settings ask for to ask and act outside; nothing is asked yet."""
    clock = clock or make_clock(settings)
    client = GuardedClient(allow_loopback=settings.allow_loopback)
    sources = Sources(_connectors(settings, clock))
    return Outside(
        clock=clock,
        sources=sources,
        publishers=Publishers(_publishers(settings, clock)),
        client=client,
        resolver=Resolver(client),
    )


def open_container(settings: Settings, *, clock: Clock | None = None) -> Container:
    """Open the store, bring its schema up to date and build what the settings ask for.

    `clock` replaces the one that the settings ask for. InvalidInputError (`database`) when the
    store's URL names none, UnavailableError when it cannot be opened.
    """
    try:
        return _build(settings, clock or make_clock(settings))
    except ValueError as error:
        raise InvalidInputError(str(error), field="database") from error
    except (OSError, SQLAlchemyError) as error:
        cause = str(getattr(error, "orig", None) or error).strip()
        raise UnavailableError(f"the store cannot be opened: {cause}") from error


def _build(settings: Settings, clock: Clock) -> Container:
    outside = open_outside(settings, clock=clock)
    meter = PrometheusMeter()
    database = _open_store(settings, meter)
    sealer = make_sealer(settings)
    receivers = GuardedClient(
        allow_loopback=settings.allow_loopback, ports=RECEIVER_PORTS, idle_s=RECEIVER_IDLE_S
    )
    scheduler = Scheduler(
        database,
        clock,
        outside.sources,
        lease_seconds=settings.lease_seconds,
        price_cap_usd=settings.price_cap_usd,
        meter=meter,
    )
    ingest = Ingest(database, clock, meter=meter)
    deliverer = _deliverer(settings, clock, database, receivers, sealer=sealer, meter=meter)
    return Container(
        settings=settings,
        clock=clock,
        meter=meter,
        database=database,
        units=Units(database, clock, sealer, outside.publishers),
        sources=outside.sources,
        publishers=outside.publishers,
        client=outside.client,
        resolver=outside.resolver,
        media=_desk(settings, outside.client),
        refresher=Refresher(database, clock, sealer, outside.publishers),
        ingest=ingest,
        scheduler=scheduler,
        receivers=receivers,
        deliverer=deliverer,
        roles=_roles(
            settings,
            outside,
            database,
            scheduler,
            deliverer=deliverer,
            ingest=ingest,
            publishing=_publishing(settings, outside, database, sealer, meter),
            meter=meter,
        ),
    )


def _open_store(settings: Settings, meter: Meter) -> Database:
    database = open_database(settings.database_url, meter)
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return database


def _publishing(
    settings: Settings, outside: Outside, database: Database, sealer: Sealer, meter: Meter
) -> PublishingWorker:
    return PublishingWorker(
        database,
        outside.clock,
        outside.publishers,
        sealer,
        outside.client,
        limits=_media_limits(settings),
        lease_seconds=settings.lease_seconds,
        meter=meter,
    )


def _roles(
    settings: Settings,
    outside: Outside,
    database: Database,
    scheduler: Scheduler,
    *,
    deliverer: Deliverer,
    ingest: Ingest,
    publishing: PublishingWorker,
    meter: Meter,
) -> Roles:
    clock = outside.clock
    creators = CreatorTasks(database, clock, outside.sources, price_cap_usd=settings.price_cap_usd)
    chores = make_chores(
        clock,
        late_after=timedelta(minutes=settings.late_minutes),
        events_kept=timedelta(days=settings.event_days) if settings.event_days else None,
    )
    imports = ImportTasks(database, clock, ingest, LINE_PARSERS)
    pipeline = Pipeline(
        database,
        clock,
        apply,
        crowded=lambda: ingest.waiting > 0,
        lease_seconds=min(PIPELINE_LEASE_S, settings.lease_seconds),
        meter=meter,
    )
    ingest.on_logged = pipeline.wake
    return Roles(
        database,
        clock,
        scheduler,
        deliverer,
        pipeline=pipeline,
        publishing=publishing,
        handlers={CREATOR_JOBS: creators.handle, IMPORT_JOBS: imports.handle},
        chores=Chores(database, clock, chores),
        lease_seconds=settings.lease_seconds,
        meter=meter,
    )


def _deliverer(
    settings: Settings,
    clock: Clock,
    database: Database,
    receivers: GuardedClient,
    *,
    sealer: Sealer,
    meter: Meter,
) -> Deliverer:
    days = settings.webhook_disable_days
    return Deliverer(
        database,
        clock,
        receivers,
        sealer,
        renderers={YLYTIC: YlyticRenderer()},
        schedule=settings.webhook_retries,
        timeout_s=settings.webhook_seconds,
        lease_seconds=min(LEASE_S, settings.lease_seconds),
        disable_after=timedelta(days=days) if days else None,
        meter=meter,
    )


def make_clock(settings: Settings) -> Clock:
    """Return the machine's clock, or a simulated one for sandbox and replay."""
    if not settings.accelerated:
        return SystemClock()
    start = settings.clock_start or SystemClock().now()
    return FastClock(start, settings.clock_rate or 1.0)


def _connectors(settings: Settings, clock: Clock) -> Iterator[Connector]:
    """Yield sources in order of preference. One without a key stays, to say that it lacks it.

    Those that few have are imported where they are wanted, so that no start waits for them.
    """
    if settings.recordings is not None or settings.replay_mapping is not None:
        from bellwether.connectors.replay.connector import ReplayConnector  # noqa: PLC0415

        # A mapping alone is enough: its files are also looked for beside it.
        folder = settings.recordings or (settings.replay_mapping or Path()).parent
        yield ReplayConnector(clock, folder, mapping=settings.replay_mapping)
    yield SandboxConnector(clock, seed=settings.sandbox_seed)
    yield YouTubeConnector(
        api_key=settings.youtube_api_key,
        base_url=settings.youtube_base_url,
        daily_quota=settings.youtube_daily_quota,
        clock=clock,
    )
    if settings.bluesky_enabled:
        yield BlueskyConnector(base_url=settings.bluesky_base_url, clock=clock)
    if settings.public_enabled:
        from bellwether.connectors.public.connector import PublicConnector  # noqa: PLC0415

        yield PublicConnector(proxy=settings.public_proxy, extractors=settings.public_extractors)


def _publishers(settings: Settings, clock: Clock) -> Iterator[Publisher]:
    """Yield who publishes, at most one for a platform in an environment."""
    yield SandboxPublisher(SandboxConnector(clock, seed=settings.sandbox_seed))
    yield InstagramPublisher(base_url=settings.instagram_base_url, clock=clock)
    yield TikTokPublisher(base_url=settings.tiktok_base_url, clock=clock)


def _desk(settings: Settings, client: GuardedClient) -> MediaDesk:
    return MediaDesk(client, _media_limits(settings), allow_loopback=settings.allow_loopback)


def _media_limits(settings: Settings) -> MediaLimits:
    megabyte = 1 << 20
    return MediaLimits(
        image_bytes=settings.media_image_megabytes * megabyte,
        video_bytes=settings.media_video_megabytes * megabyte,
        seconds=settings.media_seconds,
    )
