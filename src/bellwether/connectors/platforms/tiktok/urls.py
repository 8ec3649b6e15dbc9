"""Addresses of TikTok."""

from bellwether.connectors.platforms.declaration import Form, PlatformUrls
from bellwether.model.platforms import Kind, Platform

_BASE = "https://www.tiktok.com/"
_VIDEO = _BASE + "@{handle}/video/{id}"
_PHOTO = _BASE + "@{handle}/photo/{id}"
_NAMELESS = _BASE + "@/video/{id}"  # TikTok fills in the name
_PROFILE = _BASE + "@{handle}"
_SIMULATED = _BASE + "@sandbox/video/7{digits:18}"

URLS = PlatformUrls(
    platform=Platform.TIKTOK,
    title="TikTok",
    work_platform_id="de55aeec-0dc8-4119-bf90-16b3d1f0c987",
    domains={"tiktok.com": frozenset({"", "www", "m", "us", "lite", "t"})},
    fields={
        "id": r"[0-9]{1,25}",
        "page": r"(?P<id>[0-9]{1,25})\.html",
        "list": r"(?:[^/]{0,200}-)?(?P<id>[0-9]{5,25})",
        "code": r"[A-Za-z0-9_-]{3,60}",
        "handle": r"[A-Za-z0-9_.]{1,60}",
    },
    forms=(
        Form("@{handle}/video/{id}", Kind.VIDEO, _VIDEO),
        Form("@/video/{id}", Kind.VIDEO, _NAMELESS),
        Form("@{handle}/photo/{id}", Kind.POST, _PHOTO),
        Form("@/photo/{id}", Kind.POST, _BASE + "@/photo/{id}"),
        Form("@{handle}/live", Kind.LIVE, _PROFILE + "/live", id="{handle}"),
        Form("@{handle}/playlist/{list}", Kind.PLAYLIST, _PROFILE + "/playlist/{id}"),
        Form("@{handle}/collection/{list}", Kind.PLAYLIST, _PROFILE + "/collection/{id}"),
        Form("@{handle}", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("embed/@{handle}", Kind.PROFILE, _PROFILE, id="{handle}"),
        Form("embed/{id}", Kind.VIDEO, _NAMELESS),
        Form("embed/v2/{id}", Kind.VIDEO, _NAMELESS),
        Form("embed/v3/{id}", Kind.VIDEO, _NAMELESS),
        Form("player/v1/{id}", Kind.VIDEO, _NAMELESS),
        Form("v/{page}", Kind.VIDEO, _NAMELESS),
        Form("v/{id}", Kind.VIDEO, _NAMELESS),
        Form("video/{id}", Kind.VIDEO, _NAMELESS),
        Form("share/video/{id}", Kind.VIDEO, _NAMELESS),
        Form("i18n/share/video/{id}", Kind.VIDEO, _NAMELESS),
        Form("t/{code}", Kind.SHORT_LINK, _BASE + "t/{code}/", id="{code}", simulated=_SIMULATED),
        Form(
            "{code}",
            Kind.SHORT_LINK,
            "https://vm.tiktok.com/{code}/",
            id="{code}",
            site="vm.tiktok.com",
            simulated=_SIMULATED,
        ),
        Form(
            "{code}",
            Kind.SHORT_LINK,
            "https://vt.tiktok.com/{code}/",
            id="{code}",
            site="vt.tiktok.com",
            simulated=_SIMULATED,
        ),
    ),
    handle_paths=("@{}",),
)
