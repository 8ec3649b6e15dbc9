from collections.abc import AsyncIterator, Iterator

import pytest
import structlog
from tests.support.loopback import Loopback
from tests.support.webhooks import Post

from bellwether.kit.http import GuardedClient
from bellwether.model.tenants import Scope
from bellwether.storage.database import Database


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """Logs as a server writes them: the default would draw each traceback with all its values."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    yield
    structlog.reset_defaults()


@pytest.fixture
async def client() -> AsyncIterator[GuardedClient]:
    client = GuardedClient(allow_loopback=True)
    yield client
    await client.aclose()


@pytest.fixture
async def receiver() -> AsyncIterator[Loopback]:
    async with Loopback() as server:
        server.page("/in")
        yield server


@pytest.fixture
def post(database: Database) -> Post:
    return Post(database)


@pytest.fixture
def scope(post: Post) -> Scope:
    return post.scope()
