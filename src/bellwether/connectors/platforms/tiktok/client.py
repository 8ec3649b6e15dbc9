"""The calls of TikTok's APIs that we make, each with the account's own token."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TypeVar

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.platforms.tiktok import parse
from bellwether.connectors.publishers import LostAnswerError
from bellwether.connectors.transport import Answer, Call, Transport
from bellwether.kit.clock import Clock
from bellwether.model.publishers import Access
from bellwether.model.readings import FailureReason

T = TypeVar("T")

IDS_PER_CALL = 20
_PER_PAGE = 20
_UPLOAD_SECONDS = 600.0


class TikTokClient:
    """Fetches and sends. All methods raise ConnectorError in our words."""

    def __init__(self, *, base_url: str, seconds: float, clock: Clock | None = None) -> None:
        self._transport = Transport(
            platform=parse.NAME, base_url=base_url, seconds=seconds, clock=clock
        )

    async def user(self, access: Access) -> parse.User:
        """Read the account."""
        fields = [("fields", parse.USER_FIELDS)]
        answer = await self._transport.call(
            Call("GET", "v2/user/info/", fields, token=access.token)
        )
        return parse.read(answer, parse.UserInfo).user

    async def videos(self, access: Access, cursor: int | None = None) -> parse.Videos:
        """Read a page of the account's contents, newest first."""
        body: dict[str, object] = {"max_count": _PER_PAGE}
        if cursor is not None:
            body["cursor"] = cursor
        return await self._ask(access, "v2/video/list/", body, parse.Videos, fields=True)

    async def query(self, access: Access, ids: Sequence[str]) -> parse.Videos:
        """Read up to 20 of the account's contents by id."""
        body = {"filters": {"video_ids": list(ids)}}
        return await self._ask(access, "v2/video/query/", body, parse.Videos, fields=True)

    async def creator_info(self, access: Access) -> parse.CreatorInfo:
        """Ask what the account lets be posted now."""
        path = "v2/post/publish/creator_info/query/"
        return await self._ask(access, path, {}, parse.CreatorInfo)

    async def start_upload(
        self, access: Access, post: Mapping[str, object], source: Mapping[str, object]
    ) -> parse.Started:
        """Take out a place for a video; nothing is posted before its bytes have come."""
        body = {"post_info": post, "source_info": {"source": "FILE_UPLOAD", **source}}
        return await self._ask(access, "v2/post/publish/video/init/", body, parse.Started)

    async def upload(
        self, url: str, content: AsyncIterator[bytes], span: tuple[int, int, int], media_type: str
    ) -> Answer:
        """Send the bytes from the first to the last of so many; the last ones post the video.

        Raises ConnectorError when surely not all bytes came, LostAnswerError when they may have.
        """
        first, last, total = span
        headers = {
            "Content-Type": media_type,
            "Content-Length": str(last - first + 1),
            "Content-Range": f"bytes {first}-{last}/{total}",
        }
        final = last + 1 == total
        call = Call(
            "PUT", url, headers=headers, content=content, seconds=_UPLOAD_SECONDS, act=final
        )
        answer = await self._transport.call(call)
        if answer.ok:
            return answer
        raise (LostAnswerError if final else ConnectorError)(parse.failed(answer))

    async def post_photos(
        self, access: Access, post: Mapping[str, object], urls: Sequence[str]
    ) -> parse.Started:
        """Post pictures that TikTok fetches itself: this call is what everybody sees."""
        body = {
            "media_type": "PHOTO",
            "post_mode": "DIRECT_POST",
            "post_info": post,
            "source_info": {
                "source": "PULL_FROM_URL",
                "photo_cover_index": 0,
                "photo_images": list(urls),
            },
        }
        path = "v2/post/publish/content/init/"
        call = Call("POST", path, token=access.token, body=body, act=True)
        answer = await self._transport.call(call)
        try:
            return parse.read(answer, parse.Started)
        except ConnectorError as error:
            if parse.code_of(answer) and error.failed.reason is not FailureReason.PLATFORM_ERROR:
                raise
            raise LostAnswerError(error.failed) from None

    async def status(self, access: Access, publish_id: str) -> parse.Status:
        """Ask what became of a post."""
        path = "v2/post/publish/status/fetch/"
        return await self._ask(access, path, {"publish_id": publish_id}, parse.Status)

    async def aclose(self) -> None:
        """Close connections."""
        await self._transport.aclose()

    async def _ask(
        self, access: Access, path: str, body: object, shape: type[T], *, fields: bool = False
    ) -> T:
        params = [("fields", parse.VIDEO_FIELDS)] if fields else []
        call = Call("POST", path, params, token=access.token, body=body)
        return parse.read(await self._transport.call(call), shape)
