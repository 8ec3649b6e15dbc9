"""The media of acts: fetched once, kept in the store until the act is over."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Row

from bellwether.connectors.base import ConnectorError
from bellwether.connectors.media import Keep, check_avatar, fetch_media
from bellwether.engine.publishing.desk import MediaLimits
from bellwether.engine.publishing.hands import TakenError
from bellwether.engine.publishing.outcomes import Act
from bellwether.engine.publishing.store_media import MediaStore
from bellwether.kit.clock import Clock, to_micros
from bellwether.kit.http import GuardedClient
from bellwether.kit.ids import new_id
from bellwether.model.publishers import (
    AvatarRules,
    MediaFile,
    MediaType,
    PostKind,
    PublishingRules,
    ReadMedia,
)
from bellwether.model.readings import Failed
from bellwether.model.tenants import Environment
from bellwether.storage.database import Database, read, write

T = TypeVar("T")


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
        video = act.body["kind"] == PostKind.VIDEO.value
        return await self._fetch(act, act.body["media_urls"], self._allowed(rules, video=video))

    async def stored(self, act: Act) -> tuple[MediaFile, ...]:
        """Return what was fetched for a post before."""
        if act.scope.environment is Environment.SANDBOX:
            video = act.body.get("kind") == PostKind.VIDEO.value
            return tuple(_stand_in(url, video=video) for url in act.body["media_urls"])
        return tuple(_file(row) for row in await self._rows(act))

    async def avatar(self, act: Act, url: str, rules: AvatarRules) -> MediaFile:
        """Return a profile picture. Raises MediaError where it is not as the platform asks."""
        if act.scope.environment is Environment.SANDBOX:
            return _stand_in(url, video=False)
        stored = await self._rows(act)
        if stored:
            return _file(stored[0])
        most = min(rules.max_bytes, self._limits.image_bytes)
        allowed = dict.fromkeys(rules.types, most)
        (file,) = await self._fetch(act, [url], allowed)
        if (failed := check_avatar(file, rules)) is not None:
            raise MediaError(failed)
        return file

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
        while (piece := await self._piece(file_id, place)) is not None:
            yield piece
            place += 1

    async def _piece(self, file_id: str, place: int) -> bytes | None:
        def work(connection: Connection) -> bytes | None:
            return MediaStore(connection).chunk(file_id, place)

        return await read(self._database, work)

    async def _rows(self, act: Act) -> Sequence[Row[Any]]:
        return await read(self._database, lambda connection: MediaStore(connection).files(act.id))

    def _allowed(self, rules: PublishingRules, *, video: bool) -> Mapping[MediaType, int]:
        """Return how many bytes each type of file may have."""
        if video:
            most = min(rules.video_max_bytes, self._limits.video_bytes)
            return dict.fromkeys(rules.video_types, most)
        most = min(rules.image_max_bytes, self._limits.image_bytes)
        return dict.fromkeys(rules.image_types, most)

    async def _fetch(
        self, act: Act, urls: Sequence[str], allowed: Mapping[MediaType, int]
    ) -> tuple[MediaFile, ...]:
        """Fetch files and keep them, all or none."""
        if not await self._write(lambda store: store.begin(act)):
            raise TakenError
        files: list[tuple[str, MediaFile]] = []
        for url in urls:
            file_id = new_id()
            try:
                file = await fetch_media(
                    self._client,
                    url,
                    allowed,
                    seconds=self._limits.seconds,
                    keep=self._keeper(act, file_id),
                )
            except ConnectorError as error:
                raise MediaError(error.failed) from error
            files.append((file_id, file))
        now = to_micros(self._clock.now())
        if not await self._write(lambda store: store.keep(act, files, now)):
            raise TakenError
        return tuple(file for _, file in files)

    def _keeper(self, act: Act, file_id: str) -> Keep:
        async def keep(place: int, piece: bytes) -> None:
            await self._write(lambda store: store.add_chunk(file_id, act.id, place, piece))

        return keep

    async def _write(self, work: Callable[[MediaStore], T]) -> T:
        return await write(self._database, lambda connection: work(MediaStore(connection)))


def _stand_in(url: str, *, video: bool) -> MediaFile:
    return MediaFile(url, MediaType.MP4 if video else MediaType.JPEG, 0, "")


def _file(row: Row[Any]) -> MediaFile:
    return MediaFile(row.url, MediaType(row.type), row.size, row.sha256, row.width, row.height)
