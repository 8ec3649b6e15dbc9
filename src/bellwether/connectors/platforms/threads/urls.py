"""Addresses of Threads."""

from bellwether.connectors.platforms.declaration import Form, PlatformUrls
from bellwether.model.platforms import Kind, Platform

_BASE = "https://www.threads.com/"
_POST = _BASE + "@{handle}/post/{id}"
_PROFILE = _BASE + "@{handle}"

URLS = PlatformUrls(
    platform=Platform.THREADS,
    title="Threads",
    domains={
        "threads.com": frozenset({"", "www"}),
        "threads.net": frozenset({"", "www"}),
    },
    fields={
        "id": r"[A-Za-z0-9_-]{1,64}",
        "handle": r"[A-Za-z0-9_](?:[A-Za-z0-9_.]{0,28}[A-Za-z0-9_])?",
    },
    forms=(
        Form("@{handle}/post/{id}/*", Kind.POST, _POST),
        Form("t/{id}/*", Kind.POST, _BASE + "t/{id}"),
        Form("@{handle}", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("@{handle}/replies", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("@{handle}/media", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("@{handle}/reposts", Kind.PROFILE, _PROFILE, id="{handle}"),
    ),
    handle_paths=("@{}",),
)
