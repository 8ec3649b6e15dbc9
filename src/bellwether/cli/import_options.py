"""Options of the import commands."""

from typing import Annotated

import typer

from bellwether.model.platforms import Kind, SubjectKind

File = Annotated[
    str,
    typer.Argument(metavar="FILE", help="CSV or JSON lines, also gzipped; - is standard input."),
]
PlatformName = Annotated[
    str | None, typer.Option("--platform", metavar="NAME", help="Platform of every row.")
]
PlatformColumn = Annotated[
    str | None, typer.Option("--platform-column", metavar="C", help="Column of the platform.")
]
SubjectKindName = Annotated[
    SubjectKind | None, typer.Option("--kind", help="What every row is about.")
]
ContentKindName = Annotated[
    Kind | None,
    typer.Option(
        "--content-kind", help="What the contents are.", show_default="what the platform is for"
    ),
]
IdColumn = Annotated[
    str | None, typer.Option("--id-column", metavar="C", help="Column of the platform's id.")
]
AtColumn = Annotated[
    str | None, typer.Option("--at-column", metavar="C", help="Column of the instant.")
]
HandleColumn = Annotated[
    str | None, typer.Option("--handle-column", metavar="C", help="Column of the handle.")
]
NameColumn = Annotated[
    str | None, typer.Option("--name-column", metavar="C", help="Column of the name.")
]
UrlColumn = Annotated[
    str | None, typer.Option("--url-column", metavar="C", help="Column of the address.")
]
TrackedColumn = Annotated[
    str, typer.Option("--url-column", metavar="C", help="Column of what to track.")
]
Metrics = Annotated[
    list[str] | None,
    typer.Option("--metric", metavar="NAME=C", help="A metric and its column; repeatable."),
]
Details = Annotated[
    list[str] | None,
    typer.Option("--detail", metavar="NAME=C", help="Another fact; repeatable."),
]
Decimal = Annotated[
    str, typer.Option("--decimal", metavar="auto|.|,", help="The decimal mark of numbers.")
]
Timezone = Annotated[
    str, typer.Option("--timezone", metavar="ZONE", help="Zone of instants without an offset.")
]
Cron = Annotated[
    str | None,
    typer.Option(
        "--cron",
        metavar="EXPR",
        help="Schedule of rows that have none.",
        show_default="once a day",
    ),
]
Days = Annotated[
    int,
    typer.Option(
        "--days", min=0, max=36500, help="Stop rows that do not say after so many days; 0: never."
    ),
]
Source = Annotated[
    str, typer.Option("--source", metavar="NAME", help="What to call where the rows came from.")
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="csv|jsonl", help="Form of the file.", show_default="by its content"
    ),
]
Encoding = Annotated[str, typer.Option("--encoding", metavar="NAME", help="Encoding of the file.")]
Delimiter = Annotated[
    str | None,
    typer.Option(
        "--delimiter",
        metavar="CHAR",
        help="What stands between CSV cells.",
        show_default="by the header",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read everything, store nothing.")]
Strict = Annotated[bool, typer.Option("--strict", help="Import nothing if any row is bad.")]
