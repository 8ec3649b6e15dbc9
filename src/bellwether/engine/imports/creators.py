"""Creators in a file: which columns hold what, and reading a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bellwether.engine.imports import cells
from bellwether.engine.imports.files import ABSENT, Cell, RowError
from bellwether.engine.imports.snapshots import PLATFORMS, check_columns
from bellwether.model.errors import InvalidInputError
from bellwether.model.platforms import Platform, SubjectKind
from bellwether.model.requests import NewSubject

_LONGEST_SOURCE = 40


@dataclass(frozen=True, slots=True)
class CreatorMapping:
    """Where the facts of a creator stand. A row needs an id or a handle; the rest is optional.

    `details` maps a detail's name to its column; `details_column` holds an object of them.
    """

    id_column: str | None = None
    handle_column: str | None = None
    name_column: str | None = None
    url_column: str | None = None
    platform: Platform | None = None
    platform_column: str | None = None
    source: str = "import"
    source_column: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    details_column: str | None = None

    def __post_init__(self) -> None:
        if self.id_column is None and self.handle_column is None:
            raise InvalidInputError(
                "say which column holds the id or the handle", field="id-column"
            )
        if self.platform is None and self.platform_column is None:
            raise InvalidInputError("say which platform", field="platform")

    @property
    def columns(self) -> Sequence[str]:
        """The columns that are read, each once."""
        single = (
            self.id_column,
            self.handle_column,
            self.name_column,
            self.url_column,
            self.platform_column,
            self.source_column,
            self.details_column,
        )
        return list(dict.fromkeys(name for name in (*single, *self.details.values()) if name))


def creator_mapping(
    there: Sequence[str],
    columns: Mapping[str, str | None],
    details: Mapping[str, str],
    *,
    platform: Platform | None,
    source: str,
) -> CreatorMapping:
    """Return the mapping for columns by fact (id, handle, name, url, platform).

    When none is named, the columns of a file that our export wrote. InvalidInputError names the
    option at fault.
    """
    named = {fact: column for fact, column in columns.items() if column}
    if not named and not details and {"platform", "id", "details"} <= set(there):
        facts = ("handle", "name", "url", "source", "details")
        optional = {fact: fact if fact in there else None for fact in facts}
        return CreatorMapping(
            id_column="id",
            handle_column=optional["handle"],
            name_column=optional["name"],
            url_column=optional["url"],
            platform_column="platform",
            source=source,
            source_column=optional["source"],
            details_column="details",
        )
    options = {column: f"{fact}-column" for fact, column in named.items()}
    check_columns(
        [*options, *details.values()], there, options | dict.fromkeys(details.values(), "detail")
    )
    return CreatorMapping(
        id_column=named.get("id"),
        handle_column=named.get("handle"),
        name_column=named.get("name"),
        url_column=named.get("url"),
        platform=platform,
        platform_column=named.get("platform"),
        source=source,
        details=details,
    )


class CreatorReader:
    """Reads rows of one file."""

    def __init__(self, mapping: CreatorMapping) -> None:
        self._mapping = mapping
        self.columns = mapping.columns

    def read(self, row: Sequence[Cell]) -> NewSubject:
        """Read the cells of `columns`. Raises RowError naming the column at fault."""
        mapping = self._mapping
        named = dict(zip(self.columns, row, strict=True))

        def text(column: str | None, longest: int = 2000) -> str | None:
            cell = named[column] if column else ABSENT
            return cells.optional_text(cell, column or "", longest)

        external_id = text(mapping.id_column, cells.LONGEST_ID)
        handle = text(mapping.handle_column, cells.LONGEST_ID)
        handle = handle.removeprefix("@") if handle else None
        key = external_id or handle
        if not key:
            raise RowError(mapping.id_column or mapping.handle_column, "is empty")
        platform = mapping.platform or cells.choice(
            named[mapping.platform_column or ""], mapping.platform_column or "", PLATFORMS
        )
        return NewSubject(
            kind=SubjectKind.CREATOR,
            platform=platform,
            external_id=key,
            url=text(mapping.url_column),
            handle=handle,
            name=text(mapping.name_column),
            source=text(mapping.source_column, _LONGEST_SOURCE) or mapping.source,
            details=self._details(named),
            exact=True,
        )

    def _details(self, named: Mapping[str, Cell]) -> Mapping[str, object]:
        column = self._mapping.details_column
        details = dict(cells.details_object(named[column], column)) if column else {}
        for name, source in self._mapping.details.items():
            cell = named[source]
            if isinstance(cell, str):
                cell = cells.optional_text(cell, source, 20_000)
            if cell is not None and cell is not ABSENT:
                details[name] = cell
        return details
