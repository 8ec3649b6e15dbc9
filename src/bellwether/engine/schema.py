"""Every room's tables, registered in one place for migrations and tests."""

from bellwether.engine.activities import tables as activities
from bellwether.engine.activities import tables_people as people
from bellwether.engine.catalog import tables as catalog
from bellwether.engine.credits import tables as credits_
from bellwether.engine.imports import tables as imports
from bellwether.engine.insights import tables as insights
from bellwether.engine.metrics import tables as metrics
from bellwether.engine.publishing import tables as publishing
from bellwether.engine.tenants import tables as tenants
from bellwether.engine.tenants import tables_answers as answers
from bellwether.engine.tracking import tables as tracking
from bellwether.engine.webhooks import tables as webhooks
from bellwether.jobs import tables as jobs
from bellwether.storage.metadata import metadata

__all__ = [
    "activities",
    "answers",
    "catalog",
    "credits_",
    "imports",
    "insights",
    "jobs",
    "metadata",
    "metrics",
    "people",
    "publishing",
    "tenants",
    "tracking",
    "webhooks",
]
