"""Publishing on TikTok: a video's bytes are the act, a slideshow's call is.

A video has a publish id before its bytes are sent, and TikTok says how many of them came, so a lost
answer is never a reason to guess. Pictures are posted by the very call that would tell the publish
id; when that answer is lost, only the account's newest contents can tell.
"""

from datetime import datetime, timedelta
from types import MappingProxyType

from bellwether.connectors.base import Capability, Check, ConnectorError, Declaration, Operation
from bellwether.connectors.platforms.tiktok import parse
from bellwether.connectors.platforms.tiktok.chunks import Cutter, bounds, plan
from bellwether.connectors.platforms.tiktok.client import TikTokClient
from bellwether.connectors.platforms.tiktok.connector import BUCKETS, OPERATIONS, TikTokConnector
from bellwether.connectors.publishers import LostAnswerError, Publisher
from bellwether.kit.clock import Clock, SystemClock
from bellwether.model.platforms import Kind, Platform
from bellwether.model.publishers import (
    Access,
    Allowance,
    CannotTell,
    CommentDraft,
    Commented,
    Draft,
    MediaType,
    NotThere,
    PostKind,
    Prepared,
    Processing,
    ProfileChanges,
    Published,
    PublishingRules,
    ReadMedia,
    Ready,
    Rejected,
)
from bellwether.model.readings import CreatorReading, Failed, FailureReason
from bellwether.model.tenants import Environment

BASE_URL = "https://open.tiktokapis.com"
_POLL_S = 5.0
_SLOW_POLL_S = 60.0
_SKEW = timedelta(minutes=1)  # between our clock and TikTok's
_UPLOAD_LIFE = timedelta(minutes=55)  # TikTok's upload addresses live for an hour
_PATIENCE = timedelta(minutes=15)  # until a new content shows in the account's list
_TITLE_MAX = 90  # UTF-16 units, of a slideshow
_PRIVACY = ("PUBLIC_TO_EVERYONE", "FOLLOWER_OF_CREATOR")

# What is remembered between steps.
_PUBLISH_ID, _UPLOAD_URL, _STARTED, _SENT = "publish_id", "upload_url", "started", "sent"
_PRIVACY_KEY = "privacy"
_SWITCHES = ("comment", "duet", "stitch")

_RULES = PublishingRules(
    text_max=2200,
    images_min=1,
    images_max=35,
    image_types=frozenset({MediaType.JPEG, MediaType.WEBP}),
    image_max_bytes=20 << 20,
    video_types=frozenset({MediaType.MP4, MediaType.QUICKTIME, MediaType.WEBM}),
    video_max_bytes=4 << 30,
    by_url=frozenset({PostKind.SLIDESHOW}),
)


class TikTokPublisher(Publisher):
    """Posts videos and pictures directly to accounts whose owners let us (`video.publish`)."""

    declaration = Declaration(
        name=parse.SOURCE,
        environments=frozenset({Environment.LIVE}),
        operations={
            Platform.TIKTOK: OPERATIONS[Platform.TIKTOK] | {Capability.PUBLISH: Operation()}
        },
        buckets=BUCKETS,
        needs_access=True,
    )
    rules = MappingProxyType({Platform.TIKTOK: _RULES})

    def __init__(
        self, *, base_url: str = BASE_URL, seconds: float = 30.0, clock: Clock | None = None
    ) -> None:
        self._clock = clock or SystemClock()
        self._client = TikTokClient(base_url=base_url, seconds=seconds, clock=clock)

    def reader(self, access: Access) -> TikTokConnector:
        """Return a source that reads this account's own numbers."""
        return TikTokConnector(self._client, access)

    async def allowance(self, access: Access) -> Allowance:
        """Ask whether TikTok takes another post now; it does not tell how many more."""
        try:
            await self._client.creator_info(access)
        except parse.DayUsedUpError:
            return Allowance(used=0, total=0, window=timedelta(days=1))
        return Allowance(used=None, total=None)

    async def prepare(
        self, access: Access, draft: Draft, prepared: Prepared, read: ReadMedia
    ) -> Ready:
        """Ask what the account allows; for a video, take out a place to send it to."""
        del read
        if prepared:
            return Ready(prepared)
        info = await self._client.creator_info(access)
        chosen = _choices(info)
        if draft.kind is PostKind.SLIDESHOW:
            return Ready(chosen)
        file = draft.media[0]
        size, count = plan(file.size)
        source = {"video_size": file.size, "chunk_size": size, "total_chunk_count": count}
        post = {"title": draft.text, **_post_info(chosen, _SWITCHES)}
        started = await self._client.start_upload(access, post, source)
        if started.upload_url is None:
            message = "TikTok did not say where the video goes"
            raise ConnectorError(Failed(FailureReason.CHANGED_FORMAT, message))
        return Ready(
            {
                _PUBLISH_ID: started.publish_id,
                _UPLOAD_URL: started.upload_url,
                _STARTED: self._clock.now().isoformat(),
            }
        )

    async def send(
        self, access: Access, draft: Draft, prepared: Prepared, read: ReadMedia
    ) -> Processing:
        """Send the video's bytes, or the call that posts pictures."""
        if draft.kind is PostKind.SLIDESHOW:
            title, description = _split(draft.text)
            post = {"title": title, "description": description, "auto_add_music": False}
            urls = [file.url for file in draft.media]
            started = await self._client.post_photos(
                access, {**post, **_post_info(prepared, _SWITCHES[:1])}, urls
            )
            return Processing({**prepared, _PUBLISH_ID: started.publish_id}, _POLL_S)
        await self._upload(draft, prepared, read)
        return Processing(prepared, _POLL_S)

    async def look(
        self, access: Access, draft: Draft, prepared: Prepared, since: datetime
    ) -> Published | Processing | NotThere | Rejected | CannotTell:
        """Ask for the publish id's status; without one, look among the newest contents."""
        if _PUBLISH_ID not in prepared:
            return await self._among_newest(access, draft, prepared, since)
        status = await self._client.status(access, prepared[_PUBLISH_ID])
        if status.status == "PUBLISH_COMPLETE":
            return await self._complete(access, draft, status, since)
        if status.status == "FAILED":
            return Rejected(parse.gave_up(status))
        if status.status == "PROCESSING_UPLOAD" and draft.kind is PostKind.VIDEO:
            return self._uploading(draft, prepared, status)
        return Processing(prepared, _POLL_S)

    async def edit_profile(self, access: Access, changes: ProfileChanges) -> CreatorReading:
        """Refuse: TikTok's API edits no profiles."""
        del access, changes
        message = "TikTok's API does not edit profiles"
        raise ConnectorError(Failed(FailureReason.UNSUPPORTED, message))

    async def comment(self, access: Access, draft: CommentDraft) -> Commented:
        """Refuse: TikTok's API for creators writes no comments."""
        del access, draft
        message = "TikTok's API does not write comments"
        raise ConnectorError(Failed(FailureReason.UNSUPPORTED, message))

    async def check(self) -> Check:
        """Say that accounts bring the keys."""
        detail = "needs a connected account: each brings its own token"
        return Check(parse.SOURCE, ok=False, detail=detail, configured=False)

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()

    async def _upload(self, draft: Draft, prepared: Prepared, read: ReadMedia) -> None:
        """Send what TikTok does not have yet, chunk by chunk and in order."""
        file = draft.media[0]
        done = int(prepared.get(_SENT, "0"))
        cutter = Cutter(read(file))
        for first, end in bounds(file.size):
            if end <= done:
                await cutter.skip(end - first)
                continue
            content, span = cutter.take(end - first), (first, end - 1, file.size)
            try:
                await self._client.upload(prepared[_UPLOAD_URL], content, span, file.type)
            except ConnectorError as error:
                # Whatever it was: TikTok knows how many bytes it has, and whether it posts them.
                raise LostAnswerError(error.failed) from None

    def _uploading(
        self, draft: Draft, prepared: Prepared, status: parse.Status
    ) -> Processing | NotThere | CannotTell:
        """Judge a video of which TikTok says that it waits for bytes, or reads them."""
        came = status.uploaded_bytes
        if came is not None and came >= draft.media[0].size:
            return Processing(prepared, _POLL_S)
        started = datetime.fromisoformat(prepared[_STARTED])
        if self._clock.now() - started < _UPLOAD_LIFE:
            return NotThere({**prepared, _SENT: str(came or 0)})
        if came is None:
            return CannotTell("TikTok does not say whether it has the video")
        return NotThere()

    async def _complete(
        self, access: Access, draft: Draft, status: parse.Status, since: datetime
    ) -> Published:
        """Return what came out. TikTok tells the id of a public post once it has been checked."""
        if not status.publicaly_available_post_id:
            return self._published(access, draft, await self._matching(access, draft, since))
        post_id = str(status.publicaly_available_post_id[0])
        page = await self._client.query(access, [post_id])
        return self._published(access, draft, next(iter(page.videos), parse.Video(id=post_id)))

    async def _among_newest(
        self, access: Access, draft: Draft, prepared: Prepared, since: datetime
    ) -> Published | Processing | CannotTell:
        video = await self._matching(access, draft, since)
        if video is not None:
            return self._published(access, draft, video)
        if self._clock.now() - since < _PATIENCE:
            return Processing(prepared, _SLOW_POLL_S)
        return CannotTell("TikTok's answer was lost, and it has no list of what is on its way")

    async def _matching(self, access: Access, draft: Draft, since: datetime) -> parse.Video | None:
        """Return the one new content with the draft's text, None unless there is exactly one."""
        wanted = " ".join(draft.text.split())
        if not wanted:
            return None
        page = await self._client.videos(access)
        found = [
            video
            for video in page.videos
            if (at := video.published_at) is not None
            and at >= since - _SKEW
            and wanted in {_plain(video.video_description), _plain(video.title)}
        ]
        return found[0] if len(found) == 1 else None

    def _published(self, access: Access, draft: Draft, video: parse.Video | None) -> Published:
        kind = Kind.VIDEO if draft.kind is PostKind.VIDEO else Kind.POST
        word = "video" if kind is Kind.VIDEO else "photo"
        url = parse.address(video) if video else None
        if video and url is None and access.handle:
            url = f"https://www.tiktok.com/@{access.handle}/{word}/{video.id}"
        return Published(
            platform=Platform.TIKTOK,
            account=access.account,
            id=video.id if video else None,
            kind=kind,
            url=url,
            published_at=(video.published_at if video else None) or self._clock.now(),
            source=parse.SOURCE,
        )


def _choices(info: parse.CreatorInfo) -> dict[str, str]:
    """Return how to post: as openly as the account allows, and with what it switched off, off.

    Raises ConnectorError (unsupported) when only the owner could see the post.
    """
    privacy = next((one for one in _PRIVACY if one in info.privacy_level_options), None)
    if privacy is None:
        message = "TikTok lets this account post only what its followers cannot see"
        raise ConnectorError(Failed(FailureReason.UNSUPPORTED, message))
    off = {
        "comment": info.comment_disabled,
        "duet": info.duet_disabled,
        "stitch": info.stitch_disabled,
    }
    switches = {f"disable_{name}": "true" for name, is_off in off.items() if is_off}
    return {_PRIVACY_KEY: privacy, **switches}


def _post_info(chosen: Prepared, switches: tuple[str, ...]) -> dict[str, object]:
    names = [f"disable_{name}" for name in switches]
    return {"privacy_level": chosen[_PRIVACY_KEY]} | {name: name in chosen for name in names}


def _split(text: str) -> tuple[str, str]:
    """Return a slideshow's title and description: what does not fit is described."""
    fits = len(text.encode("utf-16-le")) // 2 <= _TITLE_MAX
    return (text, "") if fits else ("", text)


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())
