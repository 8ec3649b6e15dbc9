"""Every room's tables, registered in one place for migrations and tests."""

from bellwether.engine.catalog import tables as catalog
from bellwether.engine.imports import tables as imports
from bellwether.engine.metrics import tables as metrics
from bellwether.engine.tenants import tables as tenants
from bellwether.engine.tracking import tables as tracking
from bellwether.storage.metadata import metadata

__all__ = ["catalog", "imports", "metadata", "metrics", "tenants", "tracking"]
