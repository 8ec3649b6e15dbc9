"""From a URL or a handle to what it names, without asking anybody."""

import hashlib
import re

from bellwether.connectors.platforms.registry import locate, resolve_text
from bellwether.model.refs import Ref

_DRAWS = {
    "digits": "0123456789",
    "letters": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    "base36": "0123456789abcdefghijklmnopqrstuvwxyz",
    "base32": "234567abcdefghijklmnopqrstuvwxyz",
}
_DRAW = re.compile(r"\{(\w+):(\d+)\}")


def resolve(text: str) -> Ref:
    """Return what a URL names, or a handle written with its platform ("youtube:@name").

    The same content by two URLs has the same platform and id. A short link is classed as one.
    Raises InvalidInputError for what is no address and UnsupportedError for an address of another
    site or of a page that is neither profile nor post; the field of both is "url".
    """
    return resolve_text(text)


def simulate(short_link: Ref) -> Ref:
    """Return what a short link stands for in the simulated network: the same for ever.

    The content's id is drawn from the link's code and has the form that ids have on its platform.
    """
    _, form, _ = locate(short_link.url)
    if form.simulated is None:
        raise ValueError(f"not a short link: {short_link.url}")
    numbers = hashlib.shake_128(f"{short_link.platform}:{short_link.id}".encode()).digest(128)
    source = iter(numbers)

    def draw(match: re.Match[str]) -> str:
        letters = _DRAWS[match[1]]
        return "".join(letters[next(source) % len(letters)] for _ in range(int(match[2])))

    return resolve_text(_DRAW.sub(draw, form.simulated))
