"""Settings: one table of names, defaults and meanings, and the only reader of the environment.

A setting comes from the command line, else from the environment variable `BELLWETHER_<NAME>`, else
from the default in the table below. docs/settings.md is checked against this table.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from bellwether.kit.sealing import parse_keys
from bellwether.model.errors import InvalidInputError

# ruff: noqa: RUF009, FBT003  the table of settings is made of calls, one a row

PREFIX = "BELLWETHER_"
ROLES = ("api", "scheduler", "worker", "deliverer")
"""What one process can do; `all` is every one of them."""

_LEVELS = ("debug", "info", "warning", "error")
_FORMATS = ("auto", "console", "json")
_MOST_RETRIES = 20
_MONTH_S = 30 * 86_400
_LEAST_DAYS = 32  # counters of the month go through all its events
_MOST_DAYS = 36_500
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
T = TypeVar("T")


def _flag(text: str) -> bool:
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError("say true or false")
    return word in _TRUE


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError(f"must be between {low} and {high}")
        return value

    return parse


def _days_kept(text: str) -> int:
    value = int(text)
    if value and not _LEAST_DAYS <= value <= _MOST_DAYS:
        raise ValueError(f"must be 0, or between {_LEAST_DAYS} and {_MOST_DAYS}")
    return value


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError("must be a positive number")
    return value


def _money(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError("must be an amount such as 2.50") from None
    if not value.is_finite() or value < 0:
        raise ValueError("must be an amount of 0 or more")
    return value


def _instant(text: str) -> datetime:
    value = datetime.fromisoformat(text.strip())
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.replace(",", " ").split() if word)


def _one_of(choices: Sequence[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        word = text.strip().lower()
        if word not in choices:
            raise ValueError("must be one of " + ", ".join(choices))
        return word

    return parse


def _roles(text: str) -> tuple[str, ...]:
    named = _words(text.lower())
    if not named or any(name not in (*ROLES, "all") for name in named):
        raise ValueError("must be all, or one or more of " + ", ".join(ROLES))
    return ROLES if "all" in named else tuple(role for role in ROLES if role in named)


def _waits(text: str) -> tuple[int, ...]:
    words = () if text.strip().lower() == "none" else _words(text)
    if len(words) > _MOST_RETRIES:
        raise ValueError(f"at most {_MOST_RETRIES} waits")
    return tuple(_whole(1, _MONTH_S)(word) for word in words)


def _keys(text: str) -> tuple[str, ...]:
    return tuple(parse_keys(text))


def _folder(text: str) -> Path:
    return Path(text).expanduser()


def _setting(
    default: T, parse: Callable[[str], T], meaning: str, *, secret: bool = False, shown: str = ""
) -> T:
    details = {"parse": parse, "meaning": meaning, "secret": secret, "shown": shown}
    answer: T = field(default=default, metadata=details)
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one process runs. Field names are the names of the settings in lower case."""

    data: Path = _setting(
        Path("bellwether-data"), _folder, "Folder of the embedded store and everything else kept"
    )
    database: str | None = _setting(
        None,
        str,
        "URL of the store: `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST/NAME`",
        secret=True,
        shown="SQLite in the data folder",
    )
    host: str = _setting("127.0.0.1", str, "Address to listen on")
    port: int = _setting(8080, _whole(0, 65535), "Port to listen on; 0 takes a free one")
    roles: tuple[str, ...] = _setting(
        ROLES,
        _roles,
        "What this process does: `all`, or some of " + ", ".join(f"`{role}`" for role in ROLES),
        shown="all",
    )
    log_level: str = _setting(
        "info", _one_of(_LEVELS), "Least important log lines shown: " + ", ".join(_LEVELS)
    )
    log_format: str = _setting(
        "auto", _one_of(_FORMATS), "`console`, `json`, or `auto`: console on a terminal"
    )
    max_body_bytes: int = _setting(
        1_048_576, _whole(1024, 1 << 30), "Largest request body accepted, in bytes"
    )
    body_seconds: int = _setting(
        30, _whole(1, 3600), "How long a client may take to send a request body, in seconds"
    )
    answer_hours: int = _setting(
        48,
        _whole(24, 24 * 365),
        "How long answers to writes with an `Idempotency-Key` are kept, in hours",
    )
    lease_seconds: int = _setting(
        60,
        _whole(1, 3600),
        "How long a scheduler (and a deliverer, at most 30) may work on what it claimed, in real"
        " seconds",
    )
    request_signatures: bool = _setting(
        False,
        _flag,
        "Take requests of the mediarithmics dialect that are signed with `X-Mics-*` headers",
    )
    metrics: bool = _setting(
        True, _flag, "Answer `GET /metrics`: counts for Prometheus, to anybody who asks"
    )
    allow_loopback: bool = _setting(
        False,
        _flag,
        "Let short links and webhooks lead to loopback addresses; for tests on one machine only",
    )
    secret_key: tuple[str, ...] = _setting(
        (),
        _keys,
        "Key that seals secrets in the store, 32 bytes in base64, the same on every machine; commas"
        " between several, newest first. Without one: the file `secret.key` in the data folder",
        secret=True,
        shown="none",
    )
    webhook_seconds: int = _setting(
        5, _whole(1, 60), "How long a webhook receiver may take to answer in full, in seconds"
    )
    webhook_retries: tuple[int, ...] = _setting(
        (60, 300, 21_600),
        _waits,
        "Seconds to wait before each further attempt to deliver a webhook; `none` for one attempt",
        shown="60 300 21600",
    )
    webhook_disable_days: int = _setting(
        5,
        _whole(0, 365),
        "Days of nothing but failures after which a webhook endpoint is disabled; 0 for never",
    )
    late_minutes: int = _setting(
        60,
        _whole(1, 60 * 24 * 365),
        "How late a tracker must be, by two of its intervals and so many minutes at least, before"
        " its workspace is told that its numbers are stale",
    )
    media_image_megabytes: int = _setting(
        20, _whole(1, 1024), "Largest image that is fetched to be published, in MiB"
    )
    media_video_megabytes: int = _setting(
        512, _whole(1, 4096), "Largest video that is fetched to be published, in MiB"
    )
    media_seconds: int = _setting(
        300, _whole(1, 3600), "How long fetching one file to be published may take, in seconds"
    )
    event_days: int = _setting(
        90,
        _days_kept,
        "Days for which events, their deliveries and the log of attempts are kept: at least 32, or"
        " 0 for ever. What still waits to be delivered is kept in any case",
    )
    sandbox_seed: int = _setting(
        1, _whole(0, 2**63 - 1), "Seed of the simulated network: another seed, other numbers"
    )
    recordings: Path | None = _setting(
        None, _folder, "Folder of recordings that the sandbox environment replays"
    )
    replay_mapping: Path | None = _setting(
        None, _folder, "File that says how columns of your own recordings are to be read"
    )
    youtube_api_key: str | None = _setting(
        None, str, "API key for the YouTube Data API v3; without one YouTube is off", secret=True
    )
    youtube_base_url: str = _setting(
        "https://www.googleapis.com/youtube/v3", str, "Base address of the YouTube Data API"
    )
    youtube_daily_quota: int = _setting(
        10_000, _whole(1, 10**12), "Quota units a day that YouTube grants your project"
    )
    bluesky_enabled: bool = _setting(True, _flag, "Read Bluesky's public API, which needs no key")
    bluesky_base_url: str = _setting(
        "https://public.api.bsky.app", str, "Base address of Bluesky's public API"
    )
    instagram_base_url: str = _setting(
        "https://graph.instagram.com/v25.0", str, "Base address of the Instagram API"
    )
    tiktok_base_url: str = _setting(
        "https://open.tiktokapis.com", str, "Base address of TikTok's APIs"
    )
    public_enabled: bool = _setting(
        False, _flag, "Read public video pages with yt-dlp, when that extra is installed"
    )
    public_proxy: str | None = _setting(
        None, str, "Proxy through which public video pages are read", secret=True
    )
    public_extractors: tuple[str, ...] = _setting(
        (), _words, "yt-dlp extractors that may run, by name", shown="those the docs page names"
    )
    price_cap_usd: Decimal = _setting(
        Decimal(0), _money, "Most that calls which cost money may cost a day (UTC), in US dollars"
    )
    clock_start: datetime | None = _setting(
        None, _instant, "Instant at which a simulated clock starts (ISO 8601); sandbox keys only"
    )
    clock_rate: float | None = _setting(
        None, _positive, "How fast a simulated clock runs: 3600 is an hour a second; sandbox only"
    )

    @property
    def database_url(self) -> str:
        """The store's URL: the one given, else SQLite in the data folder."""
        return self.database or f"sqlite:///{self.data / 'bellwether.sqlite'}"

    @property
    def accelerated(self) -> bool:
        """Whether a simulated clock was asked for."""
        return self.clock_start is not None or self.clock_rate is not None


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One line of the table of settings, as the docs show it."""

    name: str
    variable: str
    default: str
    meaning: str
    secret: bool


def table() -> Sequence[SettingRow]:
    """Return every setting, in the order of declaration."""
    return [
        SettingRow(
            name=item.name,
            variable=PREFIX + item.name.upper(),
            default=item.metadata["shown"] or _show(item.default),
            meaning=item.metadata["meaning"],
            secret=item.metadata["secret"],
        )
        for item in fields(Settings)
    ]


def load_settings(overrides: Mapping[str, object] | None = None) -> Settings:
    """Build settings from `overrides`, then the environment, then the defaults.

    `overrides` are by name, as text or as values; None is not given. Raises InvalidInputError with
    the setting as `field` for a value that cannot be read or a name that is not a setting.
    """
    return read_settings(overrides or {}, os.environ)  # noqa: TID251  the one reader


def unknown_variables() -> Sequence[str]:
    """Return environment variables with our prefix that are no setting: most likely misspelt.

    They are not refused, since container platforms set some by themselves (`..._SERVICE_HOST`).
    """
    known = {PREFIX + item.name.upper() for item in fields(Settings)}
    return sorted(
        name
        for name in os.environ  # noqa: TID251  the one reader
        if name.startswith(PREFIX) and name not in known and not name.startswith(PREFIX + "TEST_")
    )


def read_settings(overrides: Mapping[str, object], environment: Mapping[str, str]) -> Settings:
    """Do what `load_settings` does, with an environment given as a mapping."""
    declared = {item.name: item for item in fields(Settings)}
    variables = {name: environment.get(PREFIX + name.upper(), "").strip() for name in declared}
    named = {name: text for name, text in variables.items() if text}
    given: dict[str, object] = {**named}
    given.update({name: value for name, value in overrides.items() if value is not None})
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in declared:
            raise InvalidInputError(f"There is no setting {name}", field=name)
        if isinstance(value, str):
            values[name] = _parse(name, declared[name].metadata["parse"], value)
        else:
            values[name] = value
    return Settings(**values)


def _parse(name: str, parse: Callable[[str], object], text: str) -> object:
    try:
        return parse(text)
    except ValueError as error:
        raise InvalidInputError(f"{name}: {error}", field=name) from error


def _show(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
