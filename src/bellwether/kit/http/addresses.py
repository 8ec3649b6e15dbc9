"""Which network addresses are the public Internet, and which are someone's inside."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

# From the special-purpose address registries. Written out rather than asked of `ipaddress`,
# whose answers differ between Python versions.
_V4 = tuple(
    (IPv4Network(network), name)
    for network, name in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-internal"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud-internal"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_V6 = tuple(
    (IPv6Network(network), name)
    for network, name in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b:1::/48", "translated"),
        ("2001::/32", "tunnelled"),
        ("2001:db8::/32", "documentation"),
        ("2001::/23", "reserved"),
        ("2002::/16", "tunnelled"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private"),
        ("ff00::/8", "multicast"),
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_TRANSLATED = IPv6Network("64:ff9b::/96")


def parse_address(text: str) -> Address | None:
    """Return the IP address that a host name literally is, or None if it is a name."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def effective(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address only carries, else the address itself.

    Mapped addresses (::ffff:0:0/96) and those of a translator (64:ff9b::/96, how a network
    without IPv4 reaches it) lead to the IPv4 address inside.
    """
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _TRANSLATED:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_loopback(address: Address) -> bool:
    """Return whether the address is this machine itself."""
    return effective(address).is_loopback


def refusal(address: Address, *, allow_loopback: bool = False) -> str | None:
    """Return what kind of address this is if it must not be called, None if it may be."""
    address = effective(address)
    if allow_loopback and address.is_loopback:
        return None
    if isinstance(address, IPv4Address):
        return next((name for network, name in _V4 if address in network), None)
    if address.scope_id is not None:
        return "link-local"
    found = next((name for network, name in _V6 if address in network), None)
    return found or (None if address in _GLOBAL_V6 else "reserved")
