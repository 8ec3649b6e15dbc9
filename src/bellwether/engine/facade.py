"""All that the rooms above may see of the engine."""

from sqlalchemy import Connection

from bellwether.connectors.publishers import Publishers
from bellwether.engine.activities.choices import ChoiceService
from bellwether.engine.activities.datamarts import DatamartService
from bellwether.engine.activities.document_imports import DocumentImportService
from bellwether.engine.activities.effects import check_effects
from bellwether.engine.activities.ingest import Ingest
from bellwether.engine.activities.people import PeopleService
from bellwether.engine.activities.profiles import ProfileService
from bellwether.engine.activities.rejects import RejectService, make_bad_row
from bellwether.engine.catalog.annotations import AnnotationService
from bellwether.engine.catalog.resolve import resolve
from bellwether.engine.catalog.service import CatalogService
from bellwether.engine.catalog.unshorten import Resolver
from bellwether.engine.creators.service import CreatorService
from bellwether.engine.credits.service import CreditService
from bellwether.engine.imports.service import ImportService
from bellwether.engine.insights.service import InsightService
from bellwether.engine.metrics.service import MetricsService
from bellwether.engine.publishing.accounts import AccountService
from bellwether.engine.publishing.desk import MediaDesk
from bellwether.engine.publishing.numbers import StatService
from bellwether.engine.publishing.refreshing import Refresher
from bellwether.engine.publishing.service import PublishingService
from bellwether.engine.tenants.access import AccessService
from bellwether.engine.tenants.answers import AnswerService
from bellwether.engine.tenants.service import TenantService
from bellwether.engine.tracking.service import TrackingService
from bellwether.engine.webhooks.service import WebhookService
from bellwether.engine.webhooks.tasks import check_address
from bellwether.kit.clock import Clock
from bellwether.kit.sealing import Sealer

__all__ = [
    "Engine",
    "Ingest",
    "MediaDesk",
    "Refresher",
    "Resolver",
    "check_address",
    "check_effects",
    "make_bad_row",
    "resolve",
]


class Engine:
    """The domain for one unit of work, on one transaction that only the edge commits.

    It is synchronous and runs in a store thread; nothing in it waits for the network. Without a
    `sealer` no secret of an endpoint can be made; without `publishers` nothing can be published.
    """

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        sealer: Sealer | None = None,
        publishers: Publishers | None = None,
    ) -> None:
        publishers = publishers or Publishers(())
        self.tenants = TenantService(connection, clock)
        self.access = AccessService(connection, clock, sealer)
        self.answers = AnswerService(connection, clock, sealer)
        self.credits = CreditService(connection, clock)
        self.catalog = CatalogService(connection, clock)
        self.annotations = AnnotationService(connection, clock)
        self.metrics = MetricsService(connection, clock)
        self.tracking = TrackingService(connection, clock, self.catalog, self.metrics)
        self.insights = InsightService(connection, clock)
        self.imports = ImportService(connection, clock, self.catalog, self.metrics, self.tracking)
        self.creators = CreatorService(connection, clock)
        self.datamarts = DatamartService(connection, clock)
        self.rejects = RejectService(connection, clock)
        self.document_imports = DocumentImportService(connection, clock)
        self.people = PeopleService(connection, clock)
        self.profiles = ProfileService(connection, clock)
        self.choices = ChoiceService(connection, clock)
        self.webhooks = WebhookService(connection, clock, sealer)
        self.accounts = AccountService(
            connection,
            clock,
            self.catalog,
            self.tracking,
            sealer=sealer,
            publishers=publishers,
        )
        self.publishing = PublishingService(connection, clock, publishers)
        self.stats = StatService(self.accounts, self.publishing, self.metrics)
