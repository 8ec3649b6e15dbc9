"""Addresses of LinkedIn.

A person and an organisation may have the same name, so an organisation's id is "company/NAME";
schools and showcase pages are organisations and share their names.
"""

from bellwether.connectors.platforms.declaration import Form, PlatformUrls, wide
from bellwether.model.platforms import Kind, Platform

_BASE = "https://www.linkedin.com/"
_UPDATE = _BASE + "feed/update/urn:li:{type}:{id}/"
_PERSON = _BASE + "in/{handle}/"
_COMPANY = _BASE + "company/{handle}/"
_COMPANY_ID = "company/{handle}"
_LETTER = _BASE + "newsletters/{number}/"
_TYPES = "(?P<type>activity|share|ugcPost)"
_SIMULATED = _BASE + "feed/update/urn:li:activity:7{digits:18}/"

URLS = PlatformUrls(
    platform=Platform.LINKEDIN,
    title="LinkedIn",
    work_platform_id="36410629-f907-43ba-aa0d-434ca9c0501a",
    domains={"linkedin.com": frozenset({"", "www", "m", "touch"})},
    locales=True,
    fields={
        "urn": rf"urn:li:{_TYPES}:(?P<id>[0-9]{{5,25}})",
        "slug": rf"(?:[^/]{{0,400}}?[-_])?{_TYPES}-(?P<id>[0-9]{{5,25}})"
        r"(?:-[A-Za-z0-9_-]{1,20})?",
        "article": wide(180),
        "letter": r"(?:[^/]{1,300}-)?(?P<number>[0-9]{5,25})",
        "code": r"[A-Za-z0-9_-]{3,40}",
        "handle": wide(120),
    },
    forms=(
        Form("feed/update/{urn}/*", Kind.POST, _UPDATE),
        Form("embed/feed/update/{urn}/*", Kind.POST, _UPDATE),
        Form("comm/feed/update/{urn}/*", Kind.POST, _UPDATE),
        Form("feed", Kind.POST, _UPDATE, query={"highlightedUpdateUrn": "{urn}"}),
        Form("posts/{slug}", Kind.POST, _UPDATE),
        Form("comm/posts/{slug}", Kind.POST, _UPDATE),
        Form("video/live/{urn}/*", Kind.LIVE, _BASE + "video/live/urn:li:{type}:{id}/"),
        Form("video/event/{urn}/*", Kind.LIVE, _BASE + "video/live/urn:li:{type}:{id}/"),
        Form("pulse/{article}", Kind.POST, _BASE + "pulse/{article}/", id="{article}"),
        Form("newsletters/{letter}/*", Kind.PLAYLIST, _LETTER, id="{number}"),
        Form("in/{handle}/*", Kind.PROFILE, _PERSON, id="{handle}"),
        Form("comm/in/{handle}/*", Kind.PROFILE, _PERSON, id="{handle}"),
        Form("mwlite/in/{handle}/*", Kind.PROFILE, _PERSON, id="{handle}"),
        Form("company/{handle}/*", Kind.PROFILE, _COMPANY, id=_COMPANY_ID),
        Form("comm/company/{handle}/*", Kind.PROFILE, _COMPANY, id=_COMPANY_ID),
        Form("mwlite/company/{handle}/*", Kind.PROFILE, _COMPANY, id=_COMPANY_ID),
        Form("school/{handle}/*", Kind.PROFILE, _COMPANY, id=_COMPANY_ID),
        Form("showcase/{handle}/*", Kind.PROFILE, _COMPANY, id=_COMPANY_ID),
        Form(
            "{code}",
            Kind.SHORT_LINK,
            "https://lnkd.in/{code}",
            id="{code}",
            site="lnkd.in",
            simulated=_SIMULATED,
        ),
        Form(
            "p/{code}",
            Kind.SHORT_LINK,
            "https://lnkd.in/p/{code}",
            id="{code}",
            site="lnkd.in",
            simulated=_SIMULATED,
        ),
    ),
    handle_paths=("in/{}", "{}"),
    folded=frozenset({"handle", "article"}),
)
