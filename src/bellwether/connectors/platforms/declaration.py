"""What a platform's addresses look like, as data: hosts, forms and reserved words."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote

from bellwether.connectors.platforms.address import Address
from bellwether.model.platforms import Kind, Platform
from bellwether.model.refs import Ref

_FIELD = re.compile(r"\{(\w+)\}")
_HANDLE = "{handle}"
_PARTS = re.compile(r"\{\w+\}|[^{}]+")
_LOCALE = re.compile(r"[a-z]{2}(?:-[a-z]{2})?")
_SAFE = "@:.~_-=!$*+,;"


def wide(longest: int) -> str:
    """Return the pattern of a name of any script's letters and digits, and ".", "-" and "_"."""
    marks = r"\u200b-\u200f\u2028-\u202e\u2060\ufeff"
    return rf"[^\x00-\x2c/:-@\[-^`{{-\xa0\s{marks}]{{1,{longest}}}"


def fold(name: str) -> str:
    """Return a handle in the one spelling under which it is compared: lower case, composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).lower())


@dataclass(frozen=True, slots=True)
class Form:
    """One form of address.

    `path` is segments joined by "/": words, matched in any case, and `{fields}`, matched by the
    platform's pattern of that name; a last segment "*" stands for any further ones. `query` asks
    that parameters match fields. `site` asks for one host (without "www."); None means the
    platform's main hosts. `id` and `url` are built from the fields. `simulated` is the address a
    short link stands for in the simulated network, with `{digits}`, `{letters}` and `{base36}` to
    be drawn from its code (`{digits:18}`: how many).
    """

    path: str
    kind: Kind
    url: str
    id: str = "{id}"
    query: Mapping[str, str] = field(default_factory=dict)
    site: str | None = None
    simulated: str | None = None


@dataclass(frozen=True, slots=True)
class _Compiled:
    form: Form
    pattern: re.Pattern[str]
    query: tuple[tuple[str, re.Pattern[str]], ...]
    guarded: bool  # the handle stands, here or in the `url`, where the platform's own pages do too


@dataclass(frozen=True)
class PlatformUrls:
    """One platform's declaration.

    `domains` maps a registrable domain to the subdomains that show what the main one shows ("" is
    the bare domain, "*" any subdomain); a language or country in front is accepted where `locales`
    is true. Hosts with forms of their own are named by the forms' `site`. `fields` are patterns of
    one path segment each; those in `folded` are compared without case. `handle_paths` say where a
    name that stands alone belongs. `reserved` words, with blanks between them, are the platform's
    own pages, never a handle. `schemes` are those of addresses outside the web. `unwrap` turns an
    address that carries another (an embed, a log-in page) into the one it carries.
    `work_platform_id` is InsightIQ's id of the platform.
    """

    platform: Platform
    title: str
    domains: Mapping[str, frozenset[str]]
    fields: Mapping[str, str]
    forms: tuple[Form, ...]
    handle_paths: tuple[str, ...]
    locales: bool = False
    folded: frozenset[str] = frozenset({"handle"})
    reserved: str = ""
    schemes: frozenset[str] = frozenset()
    unwrap: Callable[[Address], Address] | None = None
    work_platform_id: str | None = None

    @cached_property
    def sites(self) -> frozenset[str]:
        """Hosts, without "www.", that have forms of their own."""
        return frozenset(form.site for form in self.forms if form.site)

    @cached_property
    def _reserved(self) -> frozenset[str]:
        return frozenset(self.reserved.split())

    @cached_property
    def _index(self) -> Mapping[tuple[str | None, str], tuple[_Compiled, ...]]:
        """Forms by site and first word, each entry in declared order; "" holds the rest."""
        compiled = [self._compile(form) for form in self.forms]
        keys = {(form.site, _first(form)) for form in self.forms}
        keys |= {(form.site, "") for form in self.forms}
        return {
            (site, word): tuple(
                entry
                for entry in compiled
                if entry.form.site == site and _first(entry.form) in {word, ""}
            )
            for site, word in keys
        }

    def serves(self, host: str) -> bool:
        """Whether posts and profiles are shown on this host."""
        if host.removeprefix("www.") in self.sites:
            return True
        domain = next((name for name in self.domains if _under(host, name)), None)
        if domain is None:
            return False
        subdomain = host[: -len(domain)].removesuffix(".")
        subdomains = self.domains[domain]
        if subdomain in subdomains or (subdomain and "*" in subdomains):
            return True
        return self.locales and _LOCALE.fullmatch(subdomain) is not None

    def find(self, address: Address) -> tuple[Form, Ref] | None:
        """Return the form an address has and what it names, or None."""
        if self.unwrap is not None:
            address = self.unwrap(address)
        site = address.site if address.site in self.sites else None
        path = "/".join(address.path)
        word = address.path[0].lower() if address.path else ""
        forms = self._index.get((site, word)) or self._index.get((site, ""), ())
        for entry in forms:
            values = self._values(entry, path, address.query)
            if values is not None:
                return entry.form, self._ref(entry.form, values)
        return None

    def match(self, address: Address) -> Ref | None:
        """Return what an address on one of this platform's hosts names, or None."""
        found = self.find(address)
        return found[1] if found else None

    def name(self, text: str) -> Ref | None:
        """Return the profile that a handle ("@name" or "name") or a creator's id names."""
        bare = text.removeprefix("@")
        for path in self.handle_paths:
            if "/" in bare and path != "{}":
                continue
            segments = tuple(path.format(bare).split("/"))
            ref = self.match(Address("https", next(iter(self.domains)), segments, {}))
            if ref is not None and ref.kind is Kind.PROFILE and fold(bare) not in self._reserved:
                return ref
        return None

    def _compile(self, form: Form) -> _Compiled:
        tail = r"(?:/.*)?" if form.path.endswith("/*") else ""
        path = form.path.removesuffix("/*")
        return _Compiled(
            form=form,
            pattern=re.compile(self._pattern(path) + tail, re.DOTALL),
            query=tuple((key, re.compile(self._pattern(t))) for key, t in form.query.items()),
            guarded=_HANDLE in {form.path.split("/", 1)[0], *form.url.split("/")[3:4]},
        )

    def _pattern(self, template: str) -> str:
        return "".join(
            f"(?P<{part[1:-1]}>{self.fields[part[1:-1]]})"
            if part[0] == "{"
            else f"(?i:{re.escape(part)})"
            for part in _PARTS.findall(template)
        )

    def _values(
        self, entry: _Compiled, path: str, query: Mapping[str, str]
    ) -> dict[str, str] | None:
        matched = entry.pattern.fullmatch(path)
        if matched is None:
            return None
        values = matched.groupdict()
        for key, pattern in entry.query:
            inner = pattern.fullmatch(query.get(key, ""))
            if inner is None:
                return None
            values |= inner.groupdict()
        for name in self.folded & values.keys():
            folded = fold(values[name])
            if not re.fullmatch(self.fields[name], folded):
                return None
            values[name] = folded
        if entry.guarded and values["handle"] in self._reserved:
            return None
        return values

    def _ref(self, form: Form, values: Mapping[str, str]) -> Ref:
        quoted = {name: quote(value, safe=_SAFE) for name, value in values.items() if value}
        return Ref(
            platform=self.platform,
            kind=form.kind,
            id=form.id.format_map(values),
            url=form.url.format_map(quoted),
            handle=values.get("handle"),
        )


def _first(form: Form) -> str:
    """Return the word a form's path must begin with, "" where it begins with a field."""
    word = form.path.split("/", 1)[0].lower()
    return "" if "{" in word or word == "*" else word


def _under(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)


def fields_of(template: str) -> frozenset[str]:
    """Return the names of the fields in a template."""
    return frozenset(_FIELD.findall(template))
