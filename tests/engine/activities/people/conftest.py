"""A datamart of its own for each test, on both stores."""

import pytest
from tests.support.people import World

from bellwether.storage.database import Database


@pytest.fixture
def world(database: Database) -> World:
    return World(database)
