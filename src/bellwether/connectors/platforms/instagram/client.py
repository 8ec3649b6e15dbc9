"""The calls of the Instagram API that we make, each with the account's own token."""

from collections.abc import AsyncIterator, Sequence

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.platforms.instagram import parse
from bellwether.connectors.publishers import LostAnswerError
from bellwether.connectors.transport import Answer, Call, Transport
from bellwether.kit.clock import Clock
from bellwether.model.publishers import Access

PER_PAGE = 100
_UPLOAD_SECONDS = 600.0


class InstagramClient:
    """Fetches and sends. All methods raise ConnectorError in our words."""

    def __init__(self, *, base_url: str, seconds: float, clock: Clock | None = None) -> None:
        self._transport = Transport(
            platform=parse.NAME, base_url=base_url, seconds=seconds, clock=clock
        )

    async def profile(self, access: Access) -> parse.Profile:
        """Read the account."""
        answer = await self._get(access, access.account, [("fields", parse.PROFILE_FIELDS)])
        return answer.decode(parse.Profile)

    async def media(self, access: Access, after: str | None = None) -> parse.MediaList:
        """Read a page of the account's contents, newest first."""
        params = [("fields", parse.MEDIA_FIELDS), ("limit", str(PER_PAGE))]
        params += [("after", after)] if after else []
        return (await self._get(access, f"{access.account}/media", params)).decode(parse.MediaList)

    async def one_media(self, access: Access, media_id: str) -> parse.Media:
        """Read one content by Instagram's own id."""
        answer = await self._get(access, media_id, [("fields", parse.MEDIA_FIELDS)])
        return answer.decode(parse.Media)

    async def insights(self, access: Access, media_id: str) -> parse.Insights:
        """Read the insights of one content."""
        params = [("metric", ",".join(parse.INSIGHTS.values()))]
        return (await self._get(access, f"{media_id}/insights", params)).decode(parse.Insights)

    async def comments(
        self, access: Access, media_id: str, after: str | None = None
    ) -> parse.CommentList:
        """Read a page of a content's comments, newest first."""
        params = [("fields", parse.COMMENT_FIELDS), ("limit", str(PER_PAGE))]
        params += [("after", after)] if after else []
        return (await self._get(access, f"{media_id}/comments", params)).decode(parse.CommentList)

    async def limit(self, access: Access) -> parse.Limit:
        """Ask how much of the day's posts is used."""
        path = f"{access.account}/content_publishing_limit"
        answer = await self._get(access, path, [("fields", "quota_usage,config")])
        rows = answer.decode(parse.Limits).data
        return rows[0] if rows else parse.Limit()

    async def container(self, access: Access, container_id: str) -> parse.Container:
        """Ask what became of a content on its way."""
        params = [("fields", "id,status_code,status")]
        return (await self._get(access, container_id, params)).decode(parse.Container)

    async def create(self, access: Access, **params: object) -> parse.Created:
        """Make a container; nobody can see it."""
        call = Call("POST", f"{access.account}/media", token=access.token, body=params)
        return (await self._ok(call)).decode(parse.Created)

    async def upload(
        self, access: Access, uri: str, content: AsyncIterator[bytes], size: int
    ) -> None:
        """Send the bytes of a video to where its container wants them."""
        headers = {
            "Authorization": f"OAuth {access.token}",
            "Offset": "0",
            "File_size": str(size),
            "Content-Length": str(size),
            "Content-Type": "application/octet-stream",
        }
        call = Call("POST", uri, headers=headers, content=content, seconds=_UPLOAD_SECONDS)
        await self._ok(call)

    async def publish(self, access: Access, container_id: str) -> parse.Created:
        """Publish a container: everybody can see it from now on."""
        path, body = f"{access.account}/media_publish", {"creation_id": container_id}
        return await self._act(access, path, body)

    async def comment(self, access: Access, media_id: str, text: str) -> parse.Created:
        """Write a comment."""
        return await self._act(access, f"{media_id}/comments", {"message": text})

    async def aclose(self) -> None:
        """Close connections."""
        await self._transport.aclose()

    async def _get(self, access: Access, path: str, params: Sequence[tuple[str, str]]) -> Answer:
        return await self._ok(Call("GET", path, params, token=access.token))

    async def _ok(self, call: Call) -> Answer:
        answer = await self._transport.call(call)
        if not answer.ok:
            raise ConnectorError(parse.failed(answer))
        return answer

    async def _act(self, access: Access, path: str, body: object) -> parse.Created:
        """Do what everybody can see. Raises LostAnswerError where it may have been done."""
        call = Call("POST", path, token=access.token, body=body, act=True)
        answer = await self._transport.call(call)
        if not answer.ok:
            error = LostAnswerError if parse.uncertain(answer) else ConnectorError
            raise error(parse.failed(answer))
        try:
            return answer.decode(parse.Created)
        except ConnectorError as trouble:
            raise LostAnswerError(trouble.failed) from None
