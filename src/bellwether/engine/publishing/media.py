"""The media of acts: fetched once, kept in the store until the act is over."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from bellwether.engine.publishing.desk import MediaLimits
from bellwether.engine.publishing.outcomes import Act
from bellwether.engine.publishing.store_media import MediaStore
from bellwether.kit.clock import Clock
from bellwether.kit.http import GuardedClient
from bellwether.model.platforms import Platform
from bellwether.model.publishers import (
    MediaFile,
    MediaType,
    PostKind,
    PublishingRules,
    ReadMedia,
)
from bellwether.model.readings import Failed, FailureReason
from bellwether.model.tenants import Environment
from bellwether.storage.database import Database, read


class MediaError(Exception):
    """A file cannot be had or is not fit to be published; `failed` says why."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.message)
        self.failed = failed


class MediaRoom:
    """Fetches, keeps and reads files. In the sandbox there are none: an address stands for one."""

    def __init__(
        self, database: Database, clock: Clock, client: GuardedClient, limits: MediaLimits
    ) -> None:
        self._database = database
        self._clock = clock
        self._client = client
        self._limits = limits

    async def files(self, act: Act, rules: PublishingRules) -> tuple[MediaFile, ...]:
        """Return a post's media, fetching what is not there yet. Raises MediaError, TakenError."""
        stored = await self.stored(act)
        if stored:
            return stored
        return await self._fetch(act, act.body["media_urls"], rules)

    async def stored(self, act: Act) -> tuple[MediaFile, ...]:
        """Return what was fetched for a post before."""
        if act.scope.environment is Environment.SANDBOX:
            video = act.body.get("kind") == PostKind.VIDEO.value
            return tuple(_stand_in(url, video=video) for url in act.body["media_urls"])
        return tuple(_file(row) for row in await self._rows(act))

    async def avatar(
        self, act: Act, url: str, rules: Mapping[Platform, PublishingRules]
    ) -> MediaFile:
        """Return a profile picture. Raises MediaError where it is not as the platform asks."""
        del rules
        if act.scope.environment is Environment.SANDBOX:
            return _stand_in(url, video=False)
        raise NotImplementedError

    def reader(self, act: Act) -> ReadMedia:
        """Return what reads the bytes of an act's files."""

        async def pieces(file: MediaFile) -> AsyncIterator[bytes]:
            for row in await self._rows(act):
                if row.url == file.url and row.sha256 == file.sha256:
                    async for piece in self._pieces(row.id):
                        yield piece
                    return

        return pieces

    async def _pieces(self, file_id: str) -> AsyncIterator[bytes]:
        place = 0
        while True:
            at = place
            piece = await read(
                self._database, lambda connection, at=at: MediaStore(connection).chunk(file_id, at)
            )
            if piece is None:
                return
            yield piece
            place += 1

    async def _rows(self, act: Act) -> Sequence[Row[Any]]:
        return await read(self._database, lambda connection: MediaStore(connection).files(act.id))

    async def _fetch(
        self, act: Act, urls: Sequence[str], rules: PublishingRules
    ) -> tuple[MediaFile, ...]:
        raise MediaError(Failed(FailureReason.UNSUPPORTED, "not yet"))


def _stand_in(url: str, *, video: bool) -> MediaFile:
    return MediaFile(url, MediaType.MP4 if video else MediaType.JPEG, 0, "")


def _file(row: Row[Any]) -> MediaFile:
    return MediaFile(row.url, MediaType(row.type), row.size, row.sha256, row.width, row.height)
