"""What tests of several rooms start from."""

import pytest
from tests.support.tracking import House

from bellwether.storage.database import Database


@pytest.fixture
def house(database: Database) -> House:
    return House(database)
