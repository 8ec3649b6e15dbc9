"""What the page on webhooks promises is what there is."""

from pathlib import Path

import pytest

from bellwether.engine.webhooks.claims import CHAIN
from bellwether.engine.webhooks.service import GRACE, MOST_ENDPOINTS
from bellwether.engine.webhooks.tasks import SCHEDULE
from bellwether.model.webhooks import DeliveryState, EndpointState, EventType

PAGE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", [*EventType, *EndpointState, *DeliveryState])
def test_every_type_and_state_has_its_line(word: str) -> None:
    assert f"\n| `{word}` | " in PAGE


def test_the_numbers_on_the_page_are_those_of_the_code() -> None:
    assert SCHEDULE == (60.0, 300.0, 21_600.0)
    assert "60 seconds, 5 minutes and 6 hours" in PAGE
    assert f"grace of {GRACE.days * 24} hours" in PAGE
    assert f"at most {MOST_ENDPOINTS}\nendpoints" in PAGE
    assert f"at most {CHAIN} deliveries of each" in PAGE
