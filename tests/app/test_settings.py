from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bellwether.app.settings import load_settings, read_settings, table
from bellwether.model.errors import InvalidInputError


def test_the_command_line_wins_over_the_environment_and_that_over_the_defaults() -> None:
    environment = {"BELLWETHER_PORT": "9000", "BELLWETHER_HOST": "0.0.0.0", "PORT": "1"}
    settings = read_settings({"port": 9100, "data": None}, environment)
    assert (settings.port, settings.host, settings.data) == (
        9100,
        "0.0.0.0",
        Path("bellwether-data"),
    )


def test_values_are_read_from_text() -> None:
    settings = read_settings(
        {},
        {
            "BELLWETHER_CLOCK_START": "2025-01-01T00:00:00+02:00",
            "BELLWETHER_CLOCK_RATE": "3600",
            "BELLWETHER_ROLES": "scheduler, api",
            "BELLWETHER_PRICE_CAP_USD": "2.50",
            "BELLWETHER_ALLOW_LOOPBACK": "yes",
            "BELLWETHER_PUBLIC_EXTRACTORS": "TikTok, vimeo",
            "BELLWETHER_LOG_FORMAT": "JSON",
        },
    )
    assert settings.clock_start == datetime(2024, 12, 31, 22, tzinfo=UTC)
    assert settings.accelerated
    assert settings.roles == ("api", "scheduler")
    assert settings.price_cap_usd == Decimal("2.50")
    assert settings.allow_loopback
    assert settings.public_extractors == ("TikTok", "vimeo")
    assert settings.log_format == "json"


def test_the_store_is_sqlite_in_the_data_folder_unless_named() -> None:
    assert read_settings({"data": "/srv"}, {}).database_url == "sqlite:////srv/bellwether.sqlite"
    named = read_settings({"database": "postgresql://u:p@h/n"}, {})
    assert named.database_url == "postgresql://u:p@h/n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("port", "eighty"),
        ("port", "70000"),
        ("event_days", "31"),
        ("event_days", "-1"),
        ("roles", "postman"),
        ("roles", ","),
        ("clock_start", "2025-02-30"),
        ("clock_rate", "0"),
        ("clock_rate", "inf"),
        ("clock_rate", "nan"),
        ("price_cap_usd", "lots"),
        ("price_cap_usd", "-1"),
        ("price_cap_usd", "NaN"),
        ("allow_loopback", "perhaps"),
        ("log_level", "loud"),
        ("lease_seconds", "0"),
        ("no_such_setting", "1"),
    ],
)
def test_a_value_that_cannot_be_read_names_its_setting(name: str, text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_settings({name: text}, {})
    assert caught.value.field == name


def test_a_misspelt_variable_is_no_error_since_platforms_set_some_by_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BELLWETHER_SERVICE_HOST", "10.0.0.1")
    assert load_settings({}).host == "127.0.0.1"


def test_every_setting_has_a_meaning_and_no_secret_has_a_default() -> None:
    for row in table():
        assert row.meaning, row.name
        assert row.variable == "BELLWETHER_" + row.name.upper()
        if row.secret:
            assert not getattr(read_settings({}, {}), row.name)


def test_the_docs_page_lists_every_setting_as_the_table_has_it() -> None:
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| `BELLWETHER_")]
    assert lines == [f"| `{row.variable}` | {row.default} | {row.meaning} |" for row in table()]
