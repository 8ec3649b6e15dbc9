"""Addresses of Twitch."""

from bellwether.connectors.platforms.declaration import Form, PlatformUrls
from bellwether.model.platforms import Kind, Platform

_BASE = "https://www.twitch.tv/"
_VIDEO = _BASE + "videos/{id}"
_CLIP = "https://clips.twitch.tv/{clip}"
_PROFILE = _BASE + "{handle}"
_LIST = _BASE + "collections/{list}"
_TABS = ("videos", "clips", "about", "schedule", "home", "followers", "collections", "profile")

URLS = PlatformUrls(
    platform=Platform.TWITCH,
    title="Twitch",
    work_platform_id="e4de6c01-5b78-4fc0-a651-24f44134457b",
    domains={"twitch.tv": frozenset({"", "www", "m", "go"})},
    locales=True,
    fields={
        "id": r"[0-9]{1,20}",
        "video": r"v?(?P<id>[0-9]{1,20})",
        "clip": r"[A-Za-z0-9_-]{3,100}",
        "list": r"[A-Za-z0-9_-]{8,40}",
        "handle": r"[A-Za-z0-9_]{1,30}",
    },
    forms=(
        Form("videos/{video}", Kind.VIDEO, _VIDEO),
        Form("{handle}/v/{id}", Kind.VIDEO, _VIDEO),
        Form("{handle}/video/{video}", Kind.VIDEO, _VIDEO),
        Form("{handle}/videos/{video}", Kind.VIDEO, _VIDEO),
        Form("{handle}/clip/{clip}", Kind.CLIP, _CLIP, id="{clip}"),
        Form("clip/{clip}", Kind.CLIP, _CLIP, id="{clip}"),
        Form("collections/{list}", Kind.PLAYLIST, _LIST, id="{list}"),
        Form("{handle}", Kind.PROFILE, _PROFILE, id="{handle}"),
        *(Form("{handle}/" + tab, Kind.PROFILE, _PROFILE, id="{handle}") for tab in _TABS),
        Form(
            "embed", Kind.CLIP, _CLIP, id="{clip}", query={"clip": "{clip}"}, site="clips.twitch.tv"
        ),
        Form("{clip}", Kind.CLIP, _CLIP, id="{clip}", site="clips.twitch.tv"),
        Form("{handle}/{clip}", Kind.CLIP, _CLIP, id="{clip}", site="clips.twitch.tv"),
        Form("", Kind.VIDEO, _VIDEO, query={"video": "{video}"}, site="player.twitch.tv"),
        Form(
            "",
            Kind.PROFILE,
            _PROFILE,
            id="{handle}",
            query={"channel": "{handle}"},
            site="player.twitch.tv",
        ),
        Form(
            "",
            Kind.PLAYLIST,
            _LIST,
            id="{list}",
            query={"collection": "{list}"},
            site="player.twitch.tv",
        ),
    ),
    handle_paths=("{}",),
    reserved=(
        "activate ads annual-recap bits broadcast clip clips collections communities "
        "creatorcamp dashboard directory discover download downloads drops email-verification "
        "embed event events following friends gamelist gear giftcard help inventory jobs "
        "lapse login logout manager messages moderator p partner payments popout prime "
        "products profile redeem reset_password search settings signup store store_mobile "
        "storefront subs subs-gift subscriptions team teams terms tos turbo u user video "
        "videos wallet watchparty"
    ),
)
