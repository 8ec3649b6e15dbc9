"""Taking an address apart: strict about what is dangerous, patient about how people write."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from bellwether.model.errors import InvalidInputError

MAX_LENGTH = 2048
"""Characters; longer texts are refused before anything looks at them."""

_MAX_PARAMETERS = 64
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63}){1,10}")
_PORT = re.compile(r"[0-9]{1,5}")
_BLANKS = " \t\r\n\f\v\u00a0\u200b\ufeff"
_REFUSED = re.compile(r"[\x00-\x20\x7f-\xa0\\\u200b-\u200f\u2028-\u202e\u2060\ufeff\ud800-\udfff]")
_DEFAULT_PORTS = frozenset({"80", "443"})
_WEB = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True)
class Address:
    """A web address in parts.

    `host` is lower case, `path` the percent-decoded segments without empty ones, `query` the first
    value of each parameter. Under another scheme than the web's, `host` is empty and the authority
    is the first segment of `path`.
    """

    scheme: str
    host: str
    path: tuple[str, ...]
    query: Mapping[str, str]

    @property
    def site(self) -> str:
        """The host without a leading "www."."""
        return self.host.removeprefix("www.")


def invalid(message: str) -> InvalidInputError:
    """Return the error for a text that is not an address."""
    return InvalidInputError(message, field="url")


def clean(text: str) -> str:
    """Return the text without surrounding blanks; InvalidInputError for what no address holds."""
    if len(text) > MAX_LENGTH:
        raise invalid(f"a URL may have at most {MAX_LENGTH} characters; this has {len(text)}")
    stripped = text.strip(_BLANKS)
    if not stripped:
        raise invalid("the URL is empty")
    if _REFUSED.search(stripped):
        raise invalid("a URL holds no blanks, backslashes or control characters")
    return stripped


def parse_address(text: str, schemes: frozenset[str] = frozenset()) -> Address:
    """Take a cleaned text apart, with or without "https://" in front.

    `schemes` are accepted beside http and https. Raises InvalidInputError (url).
    """
    matched = _SCHEME.fullmatch(text)
    scheme, rest = (matched[1].lower(), matched[2]) if matched else ("https", text)
    if matched is None:
        rest = rest.removeprefix("//")
    if scheme not in _WEB and scheme not in schemes:
        raise invalid(f'only http and https addresses are read, not "{scheme[:20]}"')
    rest, _, fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    if scheme in schemes:
        return Address(scheme, "", _segments(rest), {})
    authority, _, path = rest.partition("/")
    if not path and fragment.startswith("!/"):  # how pages were addressed that had no address
        path, _, query = fragment[1:].partition("?")
    return Address(scheme, _host(authority), _segments(path), parse_query(query))


def parse_query(query: str) -> dict[str, str]:
    """Return the first value of each parameter; InvalidInputError when there are too many."""
    parameters: dict[str, str] = {}
    parts = query.split("&")
    if len(parts) > _MAX_PARAMETERS:
        raise invalid(f"a URL may have at most {_MAX_PARAMETERS} parameters")
    for part in parts:
        name, _, value = part.partition("=")
        parameters.setdefault(_decode(name), _decode(value.replace("+", " ")))
    return parameters


def _host(authority: str) -> str:
    if "@" in authority:
        raise invalid("a URL with a user name or password in it is not read")
    host, colon, port = authority.partition(":")
    if colon and port not in _DEFAULT_PORTS:
        known = bool(_PORT.fullmatch(port))
        raise invalid(f"no platform answers on port {port}" if known else "the port is no number")
    host = host.lower().removesuffix(".")
    if not host.isascii():
        raise invalid("a host name with other than ASCII letters is not one of a platform")
    if not _HOST.fullmatch(host):
        raise invalid("the URL has no host name")
    return host


def _segments(path: str) -> tuple[str, ...]:
    return tuple(_decode(segment) for segment in path.split("/") if segment)


def _decode(text: str) -> str:
    if "%" not in text:
        return text
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError as error:
        raise invalid("the URL's percent-encoding is not UTF-8") from error
