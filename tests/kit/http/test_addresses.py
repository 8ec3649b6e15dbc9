"""Which network addresses the guard takes for public."""

from ipaddress import ip_address

import pytest

from bellwether.kit.http import FetchRefusedError, GuardedClient, refusal

REFUSED = [
    ("0.0.0.0", "unspecified"),
    ("0.1.2.3", "unspecified"),
    ("10.0.0.1", "private"),
    ("100.64.0.1", "carrier-internal"),
    ("100.127.255.255", "carrier-internal"),
    ("127.0.0.1", "loopback"),
    ("127.255.255.254", "loopback"),
    ("168.63.129.16", "cloud-internal"),
    ("169.254.169.254", "link-local"),
    ("172.16.0.1", "private"),
    ("172.31.255.255", "private"),
    ("192.0.0.192", "reserved"),
    ("192.0.2.1", "documentation"),
    ("192.88.99.1", "reserved"),
    ("192.168.1.1", "private"),
    ("198.18.0.1", "benchmarking"),
    ("198.51.100.7", "documentation"),
    ("203.0.113.7", "documentation"),
    ("224.0.0.1", "multicast"),
    ("239.255.255.250", "multicast"),
    ("240.0.0.1", "reserved"),
    ("255.255.255.255", "broadcast"),
    ("::", "unspecified"),
    ("::1", "loopback"),
    ("::127.0.0.1", "reserved"),
    ("::ffff:127.0.0.1", "loopback"),
    ("::ffff:10.1.2.3", "private"),
    ("::ffff:169.254.169.254", "link-local"),
    ("64:ff9b::a01:203", "private"),
    ("64:ff9b::7f00:1", "loopback"),
    ("64:ff9b:1::1", "translated"),
    ("100::1", "reserved"),
    ("2001::1", "tunnelled"),
    ("2001:0:7f00:1::", "tunnelled"),
    ("2001:2::1", "reserved"),
    ("2001:10::1", "reserved"),
    ("2001:db8::1", "documentation"),
    ("2002:7f00:1::1", "tunnelled"),
    ("2002:808:808::1", "tunnelled"),
    ("3fff::1", "documentation"),
    ("5f00::1", "reserved"),
    ("fc00::1", "private"),
    ("fd00:ec2::254", "private"),
    ("fe80::1", "link-local"),
    ("fe80::1%1", "link-local"),
    ("2606:4700::1%1", "link-local"),
    ("fec0::1", "private"),
    ("ff02::1", "multicast"),
    ("4000::1", "reserved"),
]
PUBLIC = [
    "1.1.1.1",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "223.255.255.255",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2a00:1450:4001::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize(("address", "kind"), REFUSED)
def test_inside_addresses_are_named_for_what_they_are(address: str, kind: str) -> None:
    assert refusal(ip_address(address)) == kind


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    assert refusal(ip_address(address)) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_allowing_loopback_allows_this_machine(address: str) -> None:
    assert refusal(ip_address(address), allow_loopback=True) is None


@pytest.mark.parametrize(
    ("address", "kind"), [(address, kind) for address, kind in REFUSED if kind != "loopback"]
)
def test_allowing_loopback_allows_nothing_else(address: str, kind: str) -> None:
    assert refusal(ip_address(address), allow_loopback=True) == kind


@pytest.mark.parametrize("address", [address for address, _ in REFUSED])
async def test_a_name_with_such_an_address_is_refused_whatever_else_it_has(address: str) -> None:
    async def lookup(host: str) -> list[str]:
        assert host == "example.com"
        return ["1.1.1.1", address]

    client = GuardedClient(lookup=lookup)
    with pytest.raises(FetchRefusedError) as refused:
        await client.get("http://example.com/", max_bytes=1, seconds=2)
    assert refused.value.reason == "address"
    await client.aclose()


@pytest.mark.parametrize(
    "host",
    [f"[{address}]" if ":" in address else address for address, _ in REFUSED if "%" not in address],
)
async def test_such_an_address_is_refused_when_written_out(host: str) -> None:
    client = GuardedClient()
    with pytest.raises(FetchRefusedError) as refused:
        await client.final_url(f"http://{host}/")
    assert refused.value.reason == "address"
    await client.aclose()
