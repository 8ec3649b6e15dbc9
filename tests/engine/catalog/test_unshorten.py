"""Short links are followed side by side, through the guard, to the first address that names one."""

import asyncio

import pytest
from tests.support.redirects import Redirects, redirects

from bellwether.engine.catalog.unshorten import AT_ONCE, Resolver
from bellwether.model.errors import InvalidInputError, UnavailableError, UnsupportedError
from bellwether.model.platforms import Kind, Platform
from bellwether.model.refs import Resolved

ID = "7489443966908189959"
VIDEO = f"https://www.tiktok.com/@someone/video/{ID}?_r=1&u_code=x"
LINK = "https://vm.tiktok.com/ZM1/"


async def follow(served: Redirects, *texts: str, seconds: float = 5.0) -> list[Resolved]:
    client = served.client()
    try:
        return list(await Resolver(client, seconds=seconds).resolve_many(texts))
    finally:
        await client.aclose()


async def test_a_short_link_becomes_what_it_leads_to() -> None:
    async with redirects({"vm.tiktok.com/ZM1": VIDEO}) as served:
        (resolved,) = await follow(served, " vm.tiktok.com/ZM1?k=1 ")
    assert resolved.text == " vm.tiktok.com/ZM1?k=1 "
    assert resolved.url == VIDEO
    assert resolved.error is None
    assert resolved.ref is not None
    assert (resolved.ref.platform, resolved.ref.kind) == (Platform.TIKTOK, Kind.VIDEO)
    assert (resolved.ref.id, resolved.ref.handle) == ("7489443966908189959", "someone")


@pytest.mark.parametrize(
    ("link", "place", "target", "kind", "id_"),
    [
        ("https://www.tiktok.com/t/ZT1", "www.tiktok.com/t/ZT1", VIDEO, Kind.VIDEO, ID),
        ("pin.it/4Ab", "pin.it/4Ab", "https://de.pinterest.com/pin/12/sent/", Kind.POST, "12"),
        (
            "https://www.reddit.com/r/a/s/Xyz",
            "www.reddit.com/r/a/s/Xyz",
            "https://www.reddit.com/r/a/comments/1ab2/title/?share_id=x",
            Kind.POST,
            "1ab2",
        ),
        (
            "https://www.instagram.com/share/reel/BAJ1",
            "www.instagram.com/share/reel/BAJ1",
            "https://www.instagram.com/accounts/login/?next=%2Freel%2FABC123DEF456%2F",
            Kind.REEL,
            "ABC123DEF456",
        ),
        ("fb.watch/abc", "fb.watch/abc", "https://m.facebook.com/watch/?v=12", Kind.VIDEO, "12"),
        ("lnkd.in/eAb1", "lnkd.in/eAb1", "https://www.linkedin.com/in/A/", Kind.PROFILE, "a"),
        ("t.co/abc", "t.co/abc", "https://youtu.be/dQw4w9WgXcQ", Kind.VIDEO, "dQw4w9WgXcQ"),
    ],
)
async def test_the_short_links_of_the_platforms_are_followed(
    link: str, place: str, target: str, kind: Kind, id_: str
) -> None:
    async with redirects({place: target}) as served:
        (resolved,) = await follow(served, link)
    assert resolved.ref is not None
    assert (resolved.ref.kind, resolved.ref.id) == (kind, id_)


async def test_the_page_itself_is_not_called() -> None:
    async with redirects({"vm.tiktok.com/ZM1": VIDEO, "www.tiktok.com/x": 200}) as served:
        await follow(served, LINK)
        assert served.calls == {"vm.tiktok.com/ZM1": 1}


async def test_a_short_link_to_a_short_link_is_followed_on() -> None:
    hops = {"t.co/abc": LINK, "vm.tiktok.com/ZM1": "https://vt.tiktok.com/ZS2/"}
    async with redirects({**hops, "vt.tiktok.com/ZS2": VIDEO}) as served:
        (resolved,) = await follow(served, "https://t.co/abc")
    assert resolved.url == VIDEO


async def test_the_same_link_is_asked_for_once() -> None:
    async with redirects({"vm.tiktok.com/ZM1": VIDEO}) as served:
        one, two = await follow(served, LINK, "http://VM.tiktok.com/ZM1?x")
        assert served.calls.total() == 1
    assert one.ref == two.ref
    assert (one.text, two.text) == (LINK, "http://VM.tiktok.com/ZM1?x")


@pytest.mark.parametrize(
    ("targets", "reason"),
    [
        ({"vm.tiktok.com/ZM1": 404}, "answered 404"),
        ({"vm.tiktok.com/ZM1": 200}, "leads nowhere"),
        ({"vm.tiktok.com/ZM1": "https://www.tiktok.com/?_r=1", "www.tiktok.com/": 200}, "leads to"),
        ({"vm.tiktok.com/ZM1": "https://shop.example/a", "shop.example/a": 200}, "shop.example"),
        ({"vm.tiktok.com/ZM1": "http://10.0.0.1/@a/video/1"}, "could not be followed"),
        ({"vm.tiktok.com/ZM1": "http://169.254.169.254/latest"}, "could not be followed"),
        ({"vm.tiktok.com/ZM1": "https://u:p@www.tiktok.com/@a/video/1"}, "could not be followed"),
        ({"vm.tiktok.com/ZM1": "ftp://www.tiktok.com/@a/video/1"}, "could not be followed"),
        ({"vm.tiktok.com/ZM1": "javascript:alert(1)"}, "could not be followed"),
        ({"vm.tiktok.com/ZM1": "/ZM1/"}, "could not be followed"),
        (
            {
                f"vm.tiktok.com/ZM{hop}": f"https://vm.tiktok.com/ZM{hop + 1}/"
                for hop in range(1, 7)
            },
            "more than 5 redirects",
        ),
    ],
)
async def test_a_link_that_leads_nowhere_says_why(
    targets: dict[str, str | int | None], reason: str
) -> None:
    async with redirects(targets) as served:
        (resolved,) = await follow(served, LINK)
    assert resolved.ref is None
    assert resolved.url == LINK
    assert isinstance(resolved.error, UnsupportedError)
    assert reason in resolved.error.message
    assert resolved.error.field == "url"


async def test_one_that_fails_or_hangs_takes_nothing_from_the_rest() -> None:
    targets: dict[str, str | int | None] = {
        "vm.tiktok.com/ZM1": VIDEO,
        "vm.tiktok.com/hang": None,
        "vm.tiktok.com/gone": 404,
    }
    async with redirects(targets) as served:
        resolved = await follow(
            served,
            "https://vm.tiktok.com/hang",
            "not an address",
            LINK,
            "https://vm.tiktok.com/gone",
            "youtube:@name",
            seconds=1.0,
        )
    hung, bad, good, gone, plain = resolved
    assert isinstance(hung.error, UnavailableError)
    assert "no answer within" in hung.error.message
    assert isinstance(bad.error, InvalidInputError)
    assert good.url == VIDEO
    assert isinstance(gone.error, UnsupportedError)
    assert plain.ref is not None
    assert plain.ref.kind is Kind.PROFILE


async def test_links_are_followed_side_by_side_within_bounds() -> None:
    links = {f"vm.tiktok.com/ZM{n}": f"https://www.tiktok.com/@a/video/{n}" for n in range(1, 51)}
    async with redirects(links, delay=0.2) as served:
        resolved = await follow(served, *(f"https://{place}" for place in links))
        assert 5 < served.most_at_once <= AT_ONCE
    assert [each.ref.id for each in resolved if each.ref] == [str(n) for n in range(1, 51)]


async def test_calls_do_not_wait_for_each_other() -> None:
    hanging: dict[str, str | int | None] = {f"vm.tiktok.com/h{n}00": None for n in range(AT_ONCE)}
    async with redirects({**hanging, "vm.tiktok.com/ZM1": VIDEO}) as served:
        client = served.client()
        resolver = Resolver(client, seconds=3.0)
        slow = asyncio.create_task(resolver.resolve_many([f"https://{place}" for place in hanging]))
        await served.hanging(AT_ONCE)
        (quick,) = await resolver.resolve_many([LINK])
        assert quick.url == VIDEO
        assert not slow.done()
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
        await client.aclose()


async def test_links_can_be_left_as_they_are() -> None:
    async with redirects({"vm.tiktok.com/ZM1": VIDEO}) as served:
        client = served.client()
        (resolved,) = await Resolver(client).resolve_many([LINK], unshorten=False)
        await client.aclose()
        assert not served.calls
    assert resolved.ref is not None
    assert resolved.ref.needs_unshortening
    assert resolved.error is None
