"""Addresses of YouTube."""

from dataclasses import replace

from bellwether.connectors.platforms.address import Address, parse_query
from bellwether.connectors.platforms.declaration import Form, PlatformUrls, wide
from bellwether.model.platforms import Kind, Platform

_WATCH = "https://www.youtube.com/watch?v={id}"
_SHORT = "https://www.youtube.com/shorts/{id}"
_LIVE = "https://www.youtube.com/live/{id}"
_CLIP = "https://www.youtube.com/clip/{clip}"
_POST = "https://www.youtube.com/post/{post}"
_LIST = "https://www.youtube.com/playlist?list={list}"
_CHANNEL = "https://www.youtube.com/channel/{channel}"
_BASE = "https://www.youtube.com/"


def _unwrap(address: Address) -> Address:
    """Follow the share links of the old player, which carry a path in `u`.

    Apps append `?si=...` to an address whatever is in it: what comes after a video's id goes.
    """
    words = [segment.lower() for segment in address.path]
    if words == ["watch"] and "?" in address.query.get("v", ""):
        return replace(address, query={**address.query, "v": address.query["v"].partition("?")[0]})
    if words != ["attribution_link"]:
        return address
    path, _, query = address.query.get("u", "").partition("?")
    segments = tuple(segment for segment in path.split("/") if segment)
    return replace(address, path=segments, query=parse_query(query))


URLS = PlatformUrls(
    platform=Platform.YOUTUBE,
    title="YouTube",
    work_platform_id="14d9ddf5-51c6-415e-bde6-f8ed36ad7054",
    domains={
        "youtube.com": frozenset({"", "www", "m", "music", "gaming"}),
        "youtube-nocookie.com": frozenset({"", "www"}),
        "youtubekids.com": frozenset({"", "www"}),
    },
    fields={
        "id": r"[A-Za-z0-9_-]{11}",
        "clip": r"Ug[A-Za-z0-9_-]{10,60}",
        "post": r"Ug[A-Za-z0-9_-]{10,60}",
        "list": r"[A-Za-z0-9_-]{2,80}",
        "channel": r"UC[A-Za-z0-9_-]{22}",
        "handle": wide(100),
    },
    forms=(
        Form("watch", Kind.VIDEO, _WATCH, query={"v": "{id}"}),
        Form("watch", Kind.PLAYLIST, _LIST, id="{list}", query={"list": "{list}"}),
        Form("watch/{id}", Kind.VIDEO, _WATCH),
        Form("watch_popup", Kind.VIDEO, _WATCH, query={"v": "{id}"}),
        Form("", Kind.VIDEO, _WATCH, query={"v": "{id}"}),
        Form("v/{id}", Kind.VIDEO, _WATCH),
        Form("e/{id}", Kind.VIDEO, _WATCH),
        Form("embed/videoseries", Kind.PLAYLIST, _LIST, id="{list}", query={"list": "{list}"}),
        Form(
            "embed/live_stream",
            Kind.PROFILE,
            _CHANNEL,
            id="{channel}",
            query={"channel": "{channel}"},
        ),
        Form("live_stream", Kind.PROFILE, _CHANNEL, id="{channel}", query={"channel": "{channel}"}),
        Form("embed/{id}", Kind.VIDEO, _WATCH),
        Form("shorts/{id}", Kind.SHORT, _SHORT),
        Form("live/{id}", Kind.LIVE, _LIVE),
        Form("clip/{clip}", Kind.CLIP, _CLIP, id="{clip}"),
        Form("post/{post}", Kind.POST, _POST, id="{post}"),
        Form("playlist", Kind.PLAYLIST, _LIST, id="{list}", query={"list": "{list}"}),
        Form("channel/{channel}/community", Kind.POST, _POST, id="{post}", query={"lb": "{post}"}),
        Form("channel/{channel}/*", Kind.PROFILE, _CHANNEL, id="{channel}"),
        Form("@{handle}/*", Kind.PROFILE, _BASE + "@{handle}", id="{handle}"),
        Form("c/{handle}/*", Kind.PROFILE, _BASE + "c/{handle}", id="{handle}"),
        Form("user/{handle}/*", Kind.PROFILE, _BASE + "user/{handle}", id="{handle}"),
        Form("{handle}", Kind.PROFILE, _BASE + "{handle}", id="{handle}"),
        Form("{handle}/about", Kind.PROFILE, _BASE + "{handle}", id="{handle}"),
        Form("{handle}/videos", Kind.PROFILE, _BASE + "{handle}", id="{handle}"),
        Form("{id}", Kind.VIDEO, _WATCH, site="youtu.be"),
    ),
    handle_paths=("channel/{}", "@{}"),
    unwrap=_unwrap,
    reserved=(
        "about account ads api attribution_link c channel channels clip creators e embed "
        "error favicon.ico feed feeds gaming generate_204 hashtag howyoutubeworks kids "
        "learning live live_chat live_stream logout movies music new news oembed oops opensearch "
        "playables player playlist podcasts post premium profile redirect reporthistory "
        "results robots.txt s sharing shopping shorts signin signup source sports storefront "
        "supported_browsers t trending tv upload user v verify vi watch watch_popup "
        "watch_videos youtubei yts"
    ),
)
