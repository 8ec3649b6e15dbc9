"""Whatever is sent, the answer is a reference or one of two errors, at once and repeatable."""

import time
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bellwether.connectors.platforms.declaration import PlatformUrls
from bellwether.connectors.platforms.registry import PLATFORMS, creator_key, locate
from bellwether.engine.catalog.resolve import resolve, simulate
from bellwether.model.errors import InvalidInputError, UnsupportedError
from bellwether.model.platforms import Kind, Platform
from bellwether.model.refs import Ref

HOSTS = sorted(
    {host for urls in PLATFORMS.values() for host in {*urls.domains, *urls.sites}}
    | {"www.youtube.com", "m.facebook.com", "de.linkedin.com", "a.bsky.social", "example.com"}
)
WORDS = sorted(
    {word for urls in PLATFORMS.values() for form in urls.forms for word in form.path.split("/")}
    - {""}
)
SEGMENTS = st.one_of(
    st.sampled_from([word for word in WORDS if "{" not in word]),
    st.text(max_size=30),
    st.from_regex(r"[@A-Za-z0-9_.-]{1,40}", fullmatch=True),
    st.from_regex(r"[0-9]{1,25}", fullmatch=True),
    st.from_regex(r"%[0-9a-fA-F]{2}", fullmatch=True),
)
QUERIES = st.lists(
    st.tuples(st.sampled_from(["v", "id", "list", "next", "href", "u", "h", "video"]), SEGMENTS),
    max_size=4,
).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))
ADDRESSES = st.builds(
    lambda scheme, host, path, query: f"{scheme}{host}/{'/'.join(path)}?{query}",
    st.sampled_from(["", "https://", "http://", "//", "at://"]),
    st.sampled_from(HOSTS),
    st.lists(SEGMENTS, max_size=5),
    QUERIES,
)
FORMS = [
    (urls, form)
    for urls in PLATFORMS.values()
    for form in urls.forms
    if not (urls.unwrap is not None and form.path.startswith("s/"))
]


def outcome(text: str) -> Ref | None:
    """Return what a text names, None when it is refused as it should be; anything else raises."""
    try:
        return resolve(text)
    except (InvalidInputError, UnsupportedError) as error:
        reason = error
    assert reason.field == "url"
    assert reason.message
    return None


def check(ref: Ref) -> None:
    again = resolve(ref.url)
    assert (again.platform, again.kind, again.id) == (ref.platform, ref.kind, ref.id)
    assert again.url == ref.url
    assert 0 < len(ref.id) <= 200
    if ref.kind is Kind.PROFILE:
        assert creator_key(ref.platform, ref.id) == ref.id


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=300))
@example("")
@example("\0")
@example("https://")
@example("https://[::1]/")
@example("https://youtube.com:99999999999999999999/")
@example("x" * 100_000)
@example("https://youtube.com/%ff")
@example("youtube:" + "@" * 50)
def test_any_text_is_answered(text: str) -> None:
    ref = outcome(text)
    if ref is not None:
        check(ref)


@settings(deadline=None, max_examples=200)
@given(ADDRESSES)
def test_any_address_on_any_host_is_answered_and_repeatable(text: str) -> None:
    ref = outcome(text)
    if ref is not None:
        check(ref)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted(PLATFORMS)), st.text(min_size=1, max_size=60))
def test_any_name_is_a_key_that_stays(platform: Platform, name: str) -> None:
    urls = PLATFORMS[platform]
    key = creator_key(urls.platform, name)
    assert creator_key(urls.platform, key) == key
    ref = urls.name(name)
    if ref is not None:
        assert creator_key(urls.platform, "@" + key) == key
        check(ref)


def _filled(urls: PlatformUrls, template: str, draw: st.DataObject) -> str:
    text = template
    for name, pattern in urls.fields.items():
        while "{" + name + "}" in text:
            value = draw.draw(st.from_regex(pattern.replace(r"\Z", "$"), fullmatch=True))
            text = text.replace("{" + name + "}", value, 1)
    return text


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_what_a_form_allows_is_recognised_and_repeatable(data: st.DataObject) -> None:
    urls, form = data.draw(st.sampled_from(FORMS))
    path = quote(_filled(urls, form.path, data).removesuffix("/*"))
    query = urlencode({key: _filled(urls, value, data) for key, value in form.query.items()})
    ref = outcome(f"https://{form.site or next(iter(urls.domains))}/{path}?{query}")
    assert ref is not None or path.split("/")[0].lower() in urls.reserved.split()
    if ref is not None:
        assert ref.platform is urls.platform
        check(ref)
        if ref.needs_unshortening:
            target = simulate(ref)
            assert target.platform is ref.platform
            assert target.is_content
            assert target == simulate(ref)


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
@pytest.mark.parametrize("piece", ["a", "-", "a-", "1", "@", ".", "/", "a/", "%41", "activity-"])
def test_long_texts_made_to_hurt_take_no_time(platform: Platform, piece: str) -> None:
    host = next(iter(PLATFORMS[platform].domains))
    for start in ("", "in/", "posts/", "pulse/", "a/videos/", "pin/", "profile/", "@"):
        text = f"{host}/{start}{piece * 2000}"[:2047]
        began = time.thread_time()
        outcome(text)
        assert time.thread_time() - began < 0.25


def test_fifty_addresses_take_far_less_than_a_request() -> None:
    texts = [f"https://www.facebook.com/somebody/videos/title/{number}?x=1" for number in range(50)]
    for text in texts:
        locate(text)
    began = time.thread_time()
    for text in texts:
        resolve(text)
    assert time.thread_time() - began < 0.05
