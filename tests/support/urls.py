"""What every platform's address tests do: the table of each says which texts name which thing."""

from collections.abc import Iterable, Mapping

from bellwether.connectors.platforms.declaration import PlatformUrls
from bellwether.connectors.platforms.registry import locate
from bellwether.engine.catalog.resolve import resolve
from bellwether.model.errors import BellwetherError, InvalidInputError, UnsupportedError
from bellwether.model.platforms import Kind
from bellwether.model.refs import Ref

Things = Mapping[tuple[Kind, str], Iterable[str]]
"""Kind and id to the texts that name it."""


def rows(things: Things) -> list[tuple[str, Kind, str]]:
    """Return a row for each text, to parametrize a test with."""
    return [(text, kind, id_) for (kind, id_), texts in things.items() for text in texts]


def named(urls: PlatformUrls, text: str) -> tuple[Kind, str]:
    """Return kind and id of a text that must name something on this platform.

    The canonical address must name the same again.
    """
    ref = resolve(text)
    assert ref.platform is urls.platform
    assert resolve(ref.url) == _again(ref)
    assert ref.url.startswith("https://")
    return ref.kind, ref.id


def _again(ref: Ref) -> Ref:
    """Return what the canonical address must name; it may leave out the handle."""
    again = resolve(ref.url)
    assert again.handle in {ref.handle, None}
    return Ref(ref.platform, ref.kind, ref.id, ref.url, again.handle)


def refusal(text: str) -> BellwetherError | None:
    """Return why a text names nothing, None where it names something."""
    try:
        resolve(text)
    except (InvalidInputError, UnsupportedError) as error:
        return error
    return None


def unexercised(urls: PlatformUrls, things: Things) -> list[str]:
    """Return the forms of address that no text of the table has."""
    seen = set()
    for text, _, _ in rows(things):
        try:
            _, form, _ = locate(text)
        except InvalidInputError:  # a handle with its platform in front
            continue
        seen.add(id(form))
    return [
        f"{form.site or ''}/{form.path} {dict(form.query) or ''}"
        for form in urls.forms
        if id(form) not in seen
    ]
