from collections.abc import Iterator

import pytest
import structlog
from tests.support.tracking import House

from bellwether.model.tenants import Scope


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """Logs as a server writes them: the default would draw each traceback with all its values."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    yield
    structlog.reset_defaults()


@pytest.fixture
def scope(house: House) -> Scope:
    return house.scope()
