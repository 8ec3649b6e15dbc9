"""Addresses of Snapchat."""

from bellwether.connectors.platforms.declaration import Form, PlatformUrls
from bellwether.model.platforms import Kind, Platform

_BASE = "https://www.snapchat.com/"
_PROFILE = _BASE + "@{handle}"
_VIDEO = _BASE + "spotlight/{id}"
_STORY = _BASE + "p/{profile}/{id}"
_SIMULATED = _BASE + "spotlight/W7_{letters:40}"

URLS = PlatformUrls(
    platform=Platform.SNAPCHAT,
    title="Snapchat",
    work_platform_id="ee3c8d7a-3207-4f56-945f-f942b34c96e1",
    domains={"snapchat.com": frozenset({"", "www", "web"})},
    fields={
        "id": r"[A-Za-z0-9_=-]{5,150}",
        "profile": r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
        "code": r"[A-Za-z0-9_-]{3,60}",
        "handle": r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,28}[A-Za-z0-9])?",
    },
    folded=frozenset({"handle", "profile"}),
    forms=(
        Form("spotlight/{id}", Kind.VIDEO, _VIDEO),
        Form("@{handle}/spotlight/{id}", Kind.VIDEO, _VIDEO),
        Form("p/{profile}/{id}/*", Kind.STORY, _STORY),
        Form("p/{profile}/{id}/*", Kind.STORY, _STORY, site="story.snapchat.com"),
        Form("@{handle}/highlight/{id}", Kind.STORY, _PROFILE + "/highlight/{id}"),
        Form("p/{profile}", Kind.PROFILE, _BASE + "p/{profile}", id="{profile}"),
        Form("add/{handle}/*", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("@{handle}", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("@{handle}", Kind.PROFILE, _PROFILE, id="{handle}", site="story.snapchat.com"),
        Form("s/{handle}", Kind.PROFILE, _PROFILE, id="{handle}", site="story.snapchat.com"),
        Form("t/{code}", Kind.SHORT_LINK, _BASE + "t/{code}", id="{code}", simulated=_SIMULATED),
        Form(
            "{code}",
            Kind.SHORT_LINK,
            "https://t.snapchat.com/{code}",
            id="{code}",
            site="t.snapchat.com",
            simulated=_SIMULATED,
        ),
    ),
    handle_paths=("@{}", "p/{}"),
)
