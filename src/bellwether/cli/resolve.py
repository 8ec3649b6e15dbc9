"""`bellwether resolve`: what a URL or a handle names, without asking anybody."""

from collections.abc import Iterable, Iterator

import typer

from bellwether.cli import common, inputs, output
from bellwether.model.errors import BellwetherError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("resolve")(resolve)


def resolve(
    urls: inputs.Urls = None,
    *,
    file: inputs.File = None,
    as_json: common.Json = False,
) -> None:
    """Say which platform, kind and id each URL names; exits with 1 when one names nothing.

    Needs no store and no network: short links are classed as such and not followed.
    """
    failures = 0

    def counted(rows: Iterable[output.Record]) -> Iterator[output.Record]:
        nonlocal failures
        for row in rows:
            failures += "error" in row
            yield row

    output.emit_rows(
        counted(_rows(inputs.read_urls(urls, file))),
        as_json=as_json,
        columns=("url", "platform", "kind", "id", "needs_unshortening", "error"),
    )
    if failures:
        raise typer.Exit(output.FAILED)


def _rows(urls: Iterable[str]) -> Iterator[output.Record]:
    # Not through the facade, which brings the whole engine and the store along.
    from bellwether.engine.catalog.resolve import resolve as resolve_one  # noqa: PLC0415  slow

    for url in urls:
        try:
            ref = resolve_one(url)
        except BellwetherError as error:
            yield {"url": url, "error": error.message}
        else:
            yield {
                "url": url,
                "platform": ref.platform,
                "kind": ref.kind,
                "id": ref.id,
                "needs_unshortening": ref.needs_unshortening,
            }
