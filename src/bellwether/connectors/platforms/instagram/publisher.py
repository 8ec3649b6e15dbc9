"""Publishing on Instagram: a container is made, waited for, and published once.

A container can be published one time only, and says afterwards whether it was. So an answer that
was lost is never a reason to guess.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bellwether.connectors.base import Capability, Check, ConnectorError, Declaration, Operation
from bellwether.connectors.platforms.instagram import parse
from bellwether.connectors.platforms.instagram.client import InstagramClient
from bellwether.connectors.platforms.instagram.connector import OPERATIONS, InstagramConnector
from bellwether.connectors.publishers import Publisher
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
    Preparing,
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

BASE_URL = "https://graph.instagram.com/v25.0"
_FACEBOOK = ".facebook.com"
_POLL_S = 10.0
_SKEW = timedelta(minutes=2)  # between our clock and Instagram's
_COMMENT_PAGES = 3

# What is remembered between steps.
_CHILDREN, _CONTAINER, _MEDIA = "children", "container", "media"

_RULES = PublishingRules(
    text_max=2200,
    images_min=1,
    images_max=10,
    image_types=frozenset({MediaType.JPEG}),
    image_max_bytes=8 << 20,
    video_types=frozenset({MediaType.MP4, MediaType.QUICKTIME}),
    video_max_bytes=300 << 20,
    hashtags_max=30,
    mentions_max=20,
    comments=True,
    by_url=frozenset(PostKind),
)


class InstagramPublisher(Publisher):
    """Publishes reels, single pictures and carousels of professional accounts.

    `uploads`: videos are sent as bytes, which Meta offers for Facebook Login alone; otherwise
    Instagram fetches them from their address. None: as the host of `base_url` has it.
    """

    declaration = Declaration(
        name=parse.SOURCE,
        environments=frozenset({Environment.LIVE}),
        operations={
            Platform.INSTAGRAM: OPERATIONS[Platform.INSTAGRAM]
            | {Capability.PUBLISH: Operation(), Capability.COMMENT: Operation()}
        },
        needs_access=True,
    )

    def __init__(
        self,
        *,
        base_url: str = BASE_URL,
        uploads: bool | None = None,
        seconds: float = 30.0,
        clock: Clock | None = None,
    ) -> None:
        by_host = (urlsplit(base_url).hostname or "").endswith(_FACEBOOK)
        self._uploads = by_host if uploads is None else uploads
        pulled = frozenset({PostKind.SLIDESHOW}) if self._uploads else frozenset(PostKind)
        self.rules = {Platform.INSTAGRAM: replace(_RULES, by_url=pulled)}
        self._clock = clock or SystemClock()
        self._client = InstagramClient(base_url=base_url, seconds=seconds, clock=clock)

    def reader(self, access: Access) -> InstagramConnector:
        """Return a source that reads this account's own numbers."""
        return InstagramConnector(self._client, access)

    async def allowance(self, access: Access) -> Allowance:
        """Ask how many of the day's posts are used, and how many there are."""
        limit = await self._client.limit(access)
        seconds = limit.config.quota_duration
        return Allowance(
            used=limit.quota_usage,
            total=limit.config.quota_total,
            window=timedelta(seconds=seconds) if seconds else None,
        )

    async def prepare(
        self, access: Access, draft: Draft, prepared: Prepared, read: ReadMedia
    ) -> Preparing | Ready:
        """Make containers and wait until Instagram has read them."""
        if _CONTAINER in prepared:
            return await self._wait(access, prepared[_CONTAINER])
        if _CHILDREN in prepared:
            return await self._join(access, draft, prepared)
        if draft.kind is PostKind.SLIDESHOW and len(draft.media) > 1:
            made_each = [
                await self._client.create(access, image_url=file.url, is_carousel_item=True)
                for file in draft.media
            ]
            children = {_CHILDREN: ",".join(made.id for made in made_each)}
            return await self._join(access, draft, children)
        if draft.kind is PostKind.VIDEO and self._uploads:
            made = await self._upload(access, draft, read)
        else:
            named = {"media_type": "REELS", "video_url": draft.media[0].url}
            if draft.kind is PostKind.SLIDESHOW:
                named = {"image_url": draft.media[0].url}
            made = await self._client.create(access, **named, caption=draft.text)
        return await self._wait(access, made.id)

    async def send(
        self, access: Access, draft: Draft, prepared: Prepared, read: ReadMedia
    ) -> Published | Processing:
        """Publish the container."""
        del draft, read
        made = await self._client.publish(access, prepared[_CONTAINER])
        known = {**prepared, _MEDIA: made.id}
        try:
            return self._published(access, await self._client.one_media(access, made.id))
        except ConnectorError:
            return Processing(known, _POLL_S)

    async def look(
        self, access: Access, draft: Draft, prepared: Prepared, since: datetime
    ) -> Published | Processing | NotThere | Rejected | CannotTell:
        """Read the content where its id is known; else ask the container."""
        if _MEDIA in prepared:
            return self._published(access, await self._client.one_media(access, prepared[_MEDIA]))
        if _CONTAINER not in prepared:
            return NotThere()
        try:
            container = await self._client.container(access, prepared[_CONTAINER])
        except ConnectorError as error:
            if error.failed.reason is not FailureReason.NOT_FOUND:
                raise
            return await self._without_container(access, draft, since)
        if container.status_code == "PUBLISHED":
            found = await self._matching(access, draft, since)
            return found or self._published(access, None, kind=_kind(draft))
        return _judged(container, prepared)

    async def edit_profile(self, access: Access, changes: ProfileChanges) -> CreatorReading:
        """Refuse: Instagram's API edits no profiles."""
        del access, changes
        raise ConnectorError(
            Failed(FailureReason.UNSUPPORTED, "Instagram's API does not edit profiles")
        )

    async def comment(self, access: Access, draft: CommentDraft) -> Commented:
        """Write a comment under one of the account's own contents; others are unsupported."""
        media = await self._own(access, draft.content_id)
        made = await self._client.comment(access, media.id, draft.text)
        return Commented(made.id, media.permalink, self._clock.now())

    async def look_for_comment(
        self, access: Access, draft: CommentDraft, since: datetime
    ) -> Commented | NotThere | CannotTell:
        """Look through the newest comments for ours."""
        media = await self._own(access, draft.content_id)
        after: str | None = None
        for _ in range(_COMMENT_PAGES):
            page = await self._client.comments(access, media.id, after)
            for row in page.data:
                at = row.published_at
                ours = row.text == draft.text and row.username == media.username
                if ours and at is not None and at >= since - _SKEW:
                    return Commented(row.id, media.permalink, at)
            after = page.paging.following
            if after is None:
                return NotThere()
        return CannotTell("there are too many comments to find ours among")

    async def check(self) -> Check:
        """Say that accounts bring the keys."""
        detail = "needs a connected account: each brings its own token"
        return Check(parse.SOURCE, ok=False, detail=detail, configured=False)

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()

    async def _upload(self, access: Access, draft: Draft, read: ReadMedia) -> parse.Created:
        """Make a container for a reel and send its bytes there."""
        file = draft.media[0]
        made = await self._client.create(
            access, media_type="REELS", upload_type="resumable", caption=draft.text
        )
        if made.uri is None:
            message = "Instagram did not say where the video goes"
            raise ConnectorError(Failed(FailureReason.CHANGED_FORMAT, message))
        await self._client.upload(access, made.uri, read(file), file.size)
        return made

    async def _join(self, access: Access, draft: Draft, prepared: Prepared) -> Preparing | Ready:
        """Make a carousel of pictures once Instagram has read each."""
        children = prepared[_CHILDREN].split(",")
        codes = [(await self._state(access, child)) for child in children]
        if "EXPIRED" in codes:
            return Preparing({}, 0.0)
        if any(code != "FINISHED" for code in codes):
            return Preparing(prepared, _POLL_S)
        made = await self._client.create(
            access, media_type="CAROUSEL", children=children, caption=draft.text
        )
        return await self._wait(access, made.id)

    async def _wait(self, access: Access, container_id: str) -> Preparing | Ready:
        """Say whether a container can be published now."""
        prepared = {_CONTAINER: container_id}
        code = await self._state(access, container_id)
        if code == "FINISHED":
            return Ready(prepared)
        return Preparing({}, 0.0) if code == "EXPIRED" else Preparing(prepared, _POLL_S)

    async def _state(self, access: Access, container_id: str) -> str:
        """Return a container's status. Raises ConnectorError when Instagram gave it up."""
        container = await self._client.container(access, container_id)
        if container.status_code == "ERROR":
            raise ConnectorError(_gave_up(container))
        return container.status_code

    async def _without_container(
        self, access: Access, draft: Draft, since: datetime
    ) -> Published | CannotTell:
        """Look among the newest contents, when the container itself is gone."""
        found = await self._matching(access, draft, since)
        return found or CannotTell("Instagram no longer knows what was to be published")

    async def _matching(self, access: Access, draft: Draft, since: datetime) -> Published | None:
        """Return the one new content with the draft's text, None unless there is exactly one."""
        page = await self._client.media(access)
        found: Sequence[parse.Media] = [
            media
            for media in page.data
            if (media.caption or "").strip() == draft.text.strip()
            and (at := media.published_at) is not None
            and at >= since - _SKEW
        ]
        return self._published(access, found[0]) if len(found) == 1 else None

    async def _own(self, access: Access, content_id: str) -> parse.Media:
        found = await self.reader(access).find_media([content_id])
        if content_id not in found:
            message = "Instagram's API comments only under the account's own contents"
            raise ConnectorError(Failed(FailureReason.UNSUPPORTED, message))
        return found[content_id]

    def _published(
        self, access: Access, media: parse.Media | None, kind: Kind = Kind.POST
    ) -> Published:
        at = media.published_at if media else None
        return Published(
            platform=Platform.INSTAGRAM,
            account=access.account,
            id=media.key if media else None,
            kind=media.kind if media else kind,
            url=media.permalink if media else None,
            published_at=at or self._clock.now(),
            source=parse.SOURCE,
        )


def _kind(draft: Draft) -> Kind:
    return Kind.REEL if draft.kind is PostKind.VIDEO else Kind.POST


def _judged(container: parse.Container, prepared: Prepared) -> Processing | NotThere | Rejected:
    """Say what a container that is not published says about its content."""
    if container.status_code == "FINISHED":
        return NotThere(prepared)
    if container.status_code == "EXPIRED":
        return NotThere()
    if container.status_code == "ERROR":
        return Rejected(_gave_up(container))
    return Processing(prepared, _POLL_S)


def _gave_up(container: parse.Container) -> Failed:
    said = container.status or "it does not say why"
    return Failed(FailureReason.UNSUPPORTED, f"Instagram cannot publish this: {said}")
