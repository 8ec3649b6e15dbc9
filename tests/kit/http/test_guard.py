"""Where the guard lets a request go: addresses as text, names, ports, redirects."""

import pytest
from tests.support.loopback import Loopback

from bellwether.kit.http import FetchRefusedError, GuardedClient


async def reason(client: GuardedClient, url: str) -> str:
    with pytest.raises(FetchRefusedError) as refused:
        await client.final_url(url)
    assert refused.value.message
    await client.aclose()
    return refused.value.reason


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", "scheme"),
        ("example.com", "scheme"),
        ("//example.com/", "scheme"),
        ("http:example.com", "scheme"),
        ("http://", "scheme"),
        ("http:///path", "scheme"),
        ("ftp://example.com/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("data:text/plain,x", "scheme"),
        ("gopher://example.com/", "scheme"),
        ("http+unix://%2Fvar%2Frun%2Fdocker.sock/", "scheme"),
        ("http://exa mple.com/", "scheme"),
        ("http://example.com\r\nX: y/", "scheme"),
        ("http://a..b/", "scheme"),
        ("http://.", "scheme"),
        ("http://-/", "scheme"),
        ("http://[::1", "scheme"),
        ("http://[zz]/", "scheme"),
        ("http://%31%32%37.0.0.1/", "scheme"),
        ("http://example.com:0/", "scheme"),
        ("http://example.com:99999/", "scheme"),
        ("http://example.com\\@127.0.0.1/", "scheme"),
        ("http://" + "a" * 64 + ".com/", "scheme"),
        ("http://example.com/" + "a" * 10_000, "scheme"),
        ("http://user:secret@example.com/", "credentials"),
        ("http://user@example.com/", "credentials"),
        ("http://:@example.com/", "credentials"),
        ("http://@example.com/", "credentials"),
        ("http://2130706433/", "address"),
        ("http://0x7f000001/", "address"),
        ("http://0x7f.1/", "address"),
        ("http://0177.0.0.1/", "scheme"),
        ("http://127.1/", "address"),
        ("http://1.1.1.1./", "address"),
        ("http://0/", "address"),
        ("http://example.0x7f/", "address"),
        ("http://localhost/", "address"),
        ("http://[::ffff:127.0.0.1]/", "address"),
        ("http://[fe80::1%25eth0]/", "address"),
        ("http://8.8.8.8:22/", "address"),
        ("http://8.8.8.8:6379/", "address"),
        ("http://nowhere.invalid/", "unresolvable"),
    ],
)
async def test_what_is_no_public_web_address_is_refused_unasked(url: str, expected: str) -> None:
    assert await reason(GuardedClient(), url) == expected


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("http://10.0.0.1/", "address"),
        ("http://169.254.169.254/latest/meta-data/", "address"),
        ("http://[fd00::1]/", "address"),
        ("//192.168.0.1/", "address"),
        ("http://2130706433/", "address"),
        ("https://user:secret@example.com/", "credentials"),
        ("file:///etc/passwd", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("http://[broken", "scheme"),
        ("\\\\10.0.0.1\\share", "scheme"),
    ],
)
async def test_a_redirect_leads_nowhere_that_a_first_address_could_not(
    location: str, expected: str
) -> None:
    async with Loopback() as server:
        server.redirect("/", location)
        assert await reason(GuardedClient(allow_loopback=True), server.base) == expected
        assert server.connections == 1


async def test_a_redirect_to_this_machine_is_refused_unless_allowed() -> None:
    async with Loopback() as server:
        server.page("/")
        assert await reason(GuardedClient(), server.base) == "address"
        assert server.connections == 0


async def test_each_hop_is_looked_up_once_and_called_where_it_was_checked() -> None:
    """A name whose answer turns private after the check must not be asked again."""
    asked: list[str] = []

    async def lookup(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if asked.count(host) == 1 else ["10.0.0.1"]

    async with Loopback() as server:
        server.redirect("/a", f"http://second.example:{server.port}/b")
        server.page("/b")
        client = GuardedClient(allow_loopback=True, lookup=lookup)
        final = await client.final_url(f"http://first.example:{server.port}/a")
        assert final == f"http://second.example:{server.port}/b"
        assert asked == ["first.example", "second.example"]
        hosts = [request.headers["host"] for request in server.received]
        assert hosts == [f"first.example:{server.port}", f"second.example:{server.port}"]
        again = f"http://first.example:{server.port}/a"
        assert await reason(client, again) == "address"  # a new request is a new check


@pytest.mark.parametrize("answer", [[], ["not an address"], ["127.0.0.1", "nonsense"]])
async def test_a_lookup_without_a_usable_answer_is_unresolvable(answer: list[str]) -> None:
    async def lookup(host: str) -> list[str]:
        assert host
        return answer

    client = GuardedClient(allow_loopback=True, lookup=lookup)
    assert await reason(client, "http://example.com/") == "unresolvable"


async def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    async def lookup(host: str) -> list[str]:
        assert host
        return ["127.0.0.2", "127.0.0.1"]  # nothing listens on the first

    async with Loopback() as server:
        server.page("/", b"found")
        client = GuardedClient(allow_loopback=True, lookup=lookup)
        url = f"http://example.com:{server.port}/"
        assert (await client.get(url, max_bytes=100, seconds=4)).body == b"found"
        await client.aclose()


async def test_other_ports_can_be_allowed() -> None:
    async def lookup(host: str) -> list[str]:
        assert host
        return ["192.0.2.1"]  # refused for itself, after the port would have been

    for ports in (None, {8443}):
        client = GuardedClient(ports=ports, lookup=lookup)
        with pytest.raises(FetchRefusedError, match="documentation"):
            await client.get("https://example.com:8443/", max_bytes=1, seconds=1)
        await client.aclose()


async def test_this_machine_answers_over_ipv6() -> None:
    try:
        async with Loopback(host="::1") as server:
            server.page("/", b"six")
            client = GuardedClient(allow_loopback=True)
            assert (await client.get(server.base, max_bytes=9, seconds=2)).body == b"six"
            await client.aclose()
    except OSError as error:
        pytest.skip(f"this machine has no IPv6: {error}")


async def test_a_rewritten_host_is_asked_for_by_its_own_name() -> None:
    async with Loopback() as server:
        server.redirect("/mirror/x", "https://www.tiktok.com/@a/video/1?b=2")
        server.page("/@a/video/1")
        client = GuardedClient(
            allow_loopback=True,
            rewrite={"VM.tiktok.com": f"{server.base}/mirror/", "www.tiktok.com": server.base},
        )
        final = await client.final_url("https://vm.tiktok.com/x")
        await client.aclose()
    assert final == "https://www.tiktok.com/@a/video/1?b=2"
    assert [(request.headers["host"], request.path) for request in server.received] == [
        ("vm.tiktok.com", "/mirror/x"),
        ("www.tiktok.com", "/@a/video/1?b=2"),
    ]


def test_rewriting_is_for_this_machine_only() -> None:
    with pytest.raises(ValueError, match="allow_loopback"):
        GuardedClient(rewrite={"a.example": "http://127.0.0.1:1"})


async def test_a_rewritten_host_still_passes_the_guard() -> None:
    client = GuardedClient(allow_loopback=True, rewrite={"a.example": "http://10.0.0.1"})
    assert await reason(client, "https://a.example/") == "address"
