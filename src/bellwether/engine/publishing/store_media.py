"""SQL of fetched files, their bytes in pieces."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from bellwether.engine.publishing.outcomes import Act
from bellwether.engine.publishing.tables import acts, media_chunks, media_files
from bellwether.model.publishers import MediaFile


class MediaStore:
    """What was fetched for an act."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def files(self, act_id: str) -> Sequence[Row[Any]]:
        """Return the files whose bytes are kept, in the order in which they are shown."""
        found = select(media_files).where(media_files.c.act_id == act_id, media_files.c.kept)
        return self._connection.execute(found.order_by(media_files.c.place)).all()

    def add_chunk(self, file_id: str, act_id: str, place: int, content: bytes) -> None:
        """Keep a piece of a file that is being fetched."""
        self._connection.execute(
            insert(media_chunks).values(file_id=file_id, act_id=act_id, place=place, bytes=content)
        )

    def chunk(self, file_id: str, place: int) -> bytes | None:
        """Return a piece of a file, None behind the last."""
        found = select(media_chunks.c.bytes).where(
            media_chunks.c.file_id == file_id, media_chunks.c.place == place
        )
        content: bytes | None = self._connection.execute(found).scalar_one_or_none()
        return content

    def begin(self, act: Act) -> bool:
        """Forget what is left of earlier attempts; False where the act was changed since."""
        found = select(acts.c.revision).where(acts.c.id == act.id).with_for_update()
        if self._connection.execute(found).scalar_one_or_none() != act.revision:
            return False
        for table in (media_chunks, media_files):
            self._connection.execute(delete(table).where(table.c.act_id == act.id))
        return True

    def keep(self, act: Act, files: Sequence[tuple[str, MediaFile]], now: int) -> bool:
        """Note whole files under their ids; False, and nothing, where the act was changed since."""
        found = select(acts.c.revision).where(acts.c.id == act.id).with_for_update()
        if self._connection.execute(found).scalar_one_or_none() != act.revision:
            self._forget([file_id for file_id, _ in files])
            return False
        rows = [
            {
                "id": file_id,
                "workspace_id": act.scope.workspace_id,
                "environment": act.scope.environment.value,
                "account_id": act.account_id,
                "act_id": act.id,
                "place": place,
                "url": file.url,
                "type": file.type.value,
                "size": file.size,
                "sha256": file.sha256,
                "width": file.width,
                "height": file.height,
                "kept": True,
                "created_at": now,
            }
            for place, (file_id, file) in enumerate(files)
        ]
        self._connection.execute(insert(media_files), rows)
        return True

    def _forget(self, file_ids: Sequence[str]) -> None:
        self._connection.execute(delete(media_chunks).where(media_chunks.c.file_id.in_(file_ids)))
