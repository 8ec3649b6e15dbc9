"""Following redirects, and what is sent along."""

import pytest
from tests.support.loopback import Loopback

from bellwether.kit.http import FetchRefusedError, GuardedClient


async def chain(server: Loopback, length: int) -> None:
    for step in range(length):
        server.redirect(f"/{step}", f"/{step + 1}")
    server.page(f"/{length}")


async def test_five_redirects_are_followed() -> None:
    async with Loopback() as server:
        await chain(server, 5)
        client = GuardedClient(allow_loopback=True)
        assert await client.final_url(f"{server.base}/0") == f"{server.base}/5"
        await client.aclose()


async def test_a_sixth_redirect_is_refused_and_not_called() -> None:
    async with Loopback() as server:
        await chain(server, 6)
        client = GuardedClient(allow_loopback=True)
        with pytest.raises(FetchRefusedError) as refused:
            await client.final_url(f"{server.base}/0")
        assert refused.value.reason == "too_many_hops"
        assert [request.path for request in server.received] == [f"/{step}" for step in range(6)]
        await client.aclose()


async def test_a_circle_is_refused_at_once() -> None:
    async with Loopback() as server:
        server.redirect("/a", "/b")
        server.redirect("/b", "/a#again")
        client = GuardedClient(allow_loopback=True)
        with pytest.raises(FetchRefusedError, match="circle") as refused:
            await client.final_url(f"{server.base}/a")
        assert refused.value.reason == "too_many_hops"
        assert len(server.received) == 2
        await client.aclose()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "ends"),
    [
        ("/c?d=1", "/c?d=1"),
        ("c", "/a/c"),
        ("../c", "/c"),
        ("?e=2", "/a/b?e=2"),
        ("/c%2Fd", "/c%2Fd"),
        ("/with space", "/with%20space"),
        ("/c#part", "/c#part"),
    ],
)
async def test_relative_locations_are_joined(status: int, location: str, ends: str) -> None:
    async with Loopback() as server:
        server.redirect("/a/b", location, status)
        client = GuardedClient(allow_loopback=True)
        final = await client.final_url(f"{server.base}/a/b", until=lambda url: url.endswith(ends))
        assert final == server.base + ends
        await client.aclose()


async def test_a_redirect_without_a_location_is_where_it_ends() -> None:
    async with Loopback() as server:
        server.redirect("/short", "/odd")
        server.page("/odd", status=302)
        client = GuardedClient(allow_loopback=True)
        assert await client.final_url(f"{server.base}/short") == f"{server.base}/odd"
        await client.aclose()


async def test_an_error_page_behind_a_redirect_is_still_where_it_leads() -> None:
    async with Loopback() as server:
        server.redirect("/short", "/long")
        server.page("/long", status=403)
        client = GuardedClient(allow_loopback=True)
        assert await client.final_url(f"{server.base}/short") == f"{server.base}/long"
        await client.aclose()


@pytest.mark.parametrize("status", [404, 410, 429, 500])
async def test_an_error_at_the_first_address_is_refused(status: int) -> None:
    async with Loopback() as server:
        server.page("/short", status=status)
        client = GuardedClient(allow_loopback=True)
        with pytest.raises(FetchRefusedError, match=str(status)) as refused:
            await client.final_url(f"{server.base}/short")
        assert refused.value.reason == "status"
        await client.aclose()


async def test_an_address_that_is_enough_is_not_called() -> None:
    async with Loopback() as server:
        server.redirect("/short", "/watch?v=1")
        server.redirect("/watch", "/login")
        client = GuardedClient(allow_loopback=True)
        final = await client.final_url(f"{server.base}/short", until=lambda url: "/watch" in url)
        assert final == f"{server.base}/watch?v=1"
        assert len(server.received) == 1
        await client.aclose()


async def test_a_redirect_is_an_answer_unless_following_was_asked_for() -> None:
    async with Loopback() as server:
        server.redirect("/", "/next")
        server.page("/next", b"there")
        client = GuardedClient(allow_loopback=True)
        response = await client.get(server.base, max_bytes=9, seconds=2)
        assert (response.status, response.headers["location"]) == (302, "/next")
        followed = await client.request("GET", server.base, max_bytes=9, seconds=2, follow=1)
        assert (followed.body, followed.url) == (b"there", f"{server.base}/next")
        with pytest.raises(ValueError, match="GET and HEAD"):
            await client.request("POST", server.base, max_bytes=9, seconds=2, follow=1)
        await client.aclose()


async def test_no_cookies_are_kept_and_headers_stay_with_their_origin() -> None:
    async with Loopback() as server, Loopback() as other:
        server.redirect("/", "/own")
        server.on(
            "/own",
            f"HTTP/1.1 302 Found\r\nSet-Cookie: a=b\r\nLocation: {other.base}/\r\n\r\n".encode(),
        )
        other.page("/")
        client = GuardedClient(allow_loopback=True, user_agent="tests/1")
        for _ in range(2):
            await client.request(
                "GET",
                server.base,
                headers={"Authorization": "Bearer secret", "X-Mine": "1"},
                max_bytes=9,
                seconds=2,
                follow=3,
            )
        await client.aclose()
        assert [request.headers.get("authorization") for request in server.received] == (
            ["Bearer secret"] * 4
        )
        for request in other.received:
            assert "authorization" not in request.headers
            assert "x-mine" not in request.headers
        for request in server.received + other.received:
            assert "cookie" not in request.headers
            assert request.headers["user-agent"] == "tests/1"
            assert request.headers["accept-encoding"] == "identity"


async def test_proxies_of_the_environment_take_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with Loopback() as server:
        server.page("/", b"direct")
        client = GuardedClient(allow_loopback=True)
        assert (await client.get(server.base, max_bytes=9, seconds=2)).body == b"direct"
        await client.aclose()
