"""Addresses of Pinterest. A pin may hold a picture or a video; its address does not say."""

from bellwether.connectors.platforms.declaration import Form, PlatformUrls, wide
from bellwether.model.platforms import Kind, Platform

_BASE = "https://www.pinterest.com/"
_PIN = _BASE + "pin/{id}/"
_PROFILE = _BASE + "{handle}/"
_TABS = ("_saved", "_created", "_shop", "_profile", "pins", "boards", "followers", "following")
_COUNTRIES = (
    "at be ca ch cl co.at co.in co.kr co.nz co.uk com com.au com.bo com.ec com.mx com.pe com.py "
    "com.uy com.vn de dk ec es fr hu id ie in info it jp kr mx nl nz pe ph pt ru se th tw uk vn"
)
_SUBDOMAINS = frozenset({"", "www", "m"})

URLS = PlatformUrls(
    platform=Platform.PINTEREST,
    title="Pinterest",
    work_platform_id="9c5b1cf1-23f1-4d40-b0ea-40f9bf615801",
    domains={f"pinterest.{country}": _SUBDOMAINS for country in ["com", *_COUNTRIES.split()]},
    locales=True,
    fields={
        "id": r"[0-9]{1,25}",
        # Words may come first; pins shown without logging in have long ids of letters.
        "pin": r"(?:[^/]{0,400}--)?(?P<id>[0-9]{1,25}|A[A-Za-z0-9_-]{30,150})",
        "board": rf"(?!_|pins\Z|boards\Z|followers\Z|following\Z){wide(60)}",
        "section": wide(60),
        "code": r"[A-Za-z0-9_-]{3,40}",
        "handle": r"[A-Za-z0-9_-]{1,60}",
    },
    folded=frozenset({"handle", "board", "section"}),
    forms=(
        Form("pin/{pin}/*", Kind.POST, _PIN),
        Form("amp/pin/{pin}/*", Kind.POST, _PIN),
        Form("ext/embed.html", Kind.POST, _PIN, query={"id": "{id}"}, site="assets.pinterest.com"),
        Form(
            "{code}",
            Kind.SHORT_LINK,
            "https://pin.it/{code}",
            id="{code}",
            site="pin.it",
            simulated=_BASE + "pin/1{digits:17}/",
        ),
        Form("{handle}", Kind.PROFILE, _PROFILE, id="{handle}"),
        *(Form("{handle}/" + tab, Kind.PROFILE, _PROFILE, id="{handle}") for tab in _TABS),
        Form("{handle}/{board}", Kind.PLAYLIST, _PROFILE + "{board}/", id="{handle}/{board}"),
        Form(
            "{handle}/{board}/{section}",
            Kind.PLAYLIST,
            _PROFILE + "{board}/{section}/",
            id="{handle}/{board}/{section}",
        ),
    ),
    handle_paths=("{}",),
    reserved=(
        "_ about ads amp analytics api app appealform apps board business careers categories "
        "collages conversion-hub convert create csrf discover discovery domain edit email "
        "embed explore ext feed find followers following gift help home idea idea-pin-builder "
        "ideas invite invited jobs landing login logout messages news_hub notifications oauth "
        "offsite password pin pin-builder pin-creation-tool pins popular press privacy "
        "product programs properties reset resource save search settings shop shopping signup "
        "source story-pin terms today topics unsupported user v3 verify videos welcome "
        "widgets"
    ),
)
