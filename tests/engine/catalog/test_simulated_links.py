"""For sandbox keys a short link stands for a content drawn from its code; nobody is asked."""

import re

import pytest

from bellwether.engine.catalog.resolve import resolve, simulate
from bellwether.engine.catalog.unshorten import Resolver
from bellwether.kit.http import GuardedClient
from bellwether.model.errors import InvalidInputError
from bellwether.model.platforms import Kind, Platform

DOCUMENTED = "https://vt.tiktok.com/ZSHpobCM8BbnH-fbjKy/"


async def test_the_documented_link_works_without_a_network() -> None:
    client = GuardedClient()  # it would refuse, or fail, if it were asked
    resolved = await Resolver(client).resolve_many(
        [DOCUMENTED, "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "nonsense", DOCUMENTED],
        simulate=True,
    )
    await client.aclose()
    link, video, nonsense, again = resolved
    assert link.ref is not None
    assert (link.ref.platform, link.ref.kind) == (Platform.TIKTOK, Kind.VIDEO)
    assert link.url == f"https://www.tiktok.com/@sandbox/video/{link.ref.id}"
    assert link.text == DOCUMENTED
    assert again == link
    assert video.ref is not None
    assert video.ref.id == "dQw4w9WgXcQ"
    assert isinstance(nonsense.error, InvalidInputError)


def test_a_link_stands_for_the_same_content_in_every_release() -> None:
    assert simulate(resolve(DOCUMENTED)).id == "7215424930188097689"


def test_other_codes_stand_for_other_contents() -> None:
    ids = {simulate(resolve(f"https://vm.tiktok.com/Z{n}00/")).id for n in range(500)}
    assert len(ids) == 500


@pytest.mark.parametrize(
    ("link", "kind", "pattern"),
    [
        ("https://www.tiktok.com/t/ZT1/", Kind.VIDEO, r"7\d{18}"),
        ("https://www.instagram.com/share/reel/BAJ1", Kind.REEL, r"C[A-Za-z0-9]{10}"),
        ("https://www.instagram.com/share/p/BAJ1", Kind.POST, r"C[A-Za-z0-9]{10}"),
        ("https://fb.watch/abc/", Kind.VIDEO, r"1\d{14}"),
        ("https://www.facebook.com/share/r/abc/", Kind.REEL, r"1\d{14}"),
        ("https://t.co/abc", Kind.POST, r"1\d{18}"),
        ("https://pin.it/abc", Kind.POST, r"1\d{17}"),
        ("https://www.reddit.com/r/a/s/Xyz", Kind.POST, r"1[0-9a-z]{6}"),
        ("https://lnkd.in/abc", Kind.POST, r"7\d{18}"),
        ("https://t.snapchat.com/abc", Kind.VIDEO, r"W7_[A-Za-z0-9]{40}"),
    ],
)
def test_ids_look_as_they_do_on_their_platform(link: str, kind: Kind, pattern: str) -> None:
    ref = simulate(resolve(link))
    assert ref.kind is kind
    assert re.fullmatch(pattern, ref.id)


def test_only_short_links_are_simulated() -> None:
    with pytest.raises(ValueError, match="not a short link"):
        simulate(resolve("https://www.youtube.com/watch?v=dQw4w9WgXcQ"))
