"""Where a request of this node may go: the one guard for every address that somebody else chose.

An address may lead to what this machine reaches and its chooser may not: services on itself, and
the department's own network. Who connects resolves the name once, asks here about every address
that it has, and connects to the very address that was asked about.
"""

import ipaddress
from collections.abc import Iterable

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # NAT64: an IPv4 address in IPv6's clothes

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public internet, also one inside another."""
    ip = _inner(ipaddress.ip_address(address))
    return ip.is_global and not ip.is_multicast


def may_reach(address: str, networks: Iterable[str] = ()) -> bool:
    """Say whether this node may connect to an IP address: a public one, or in a named network.

    What is no IP address may not be reached. Raises `ValueError` for what is no network.
    """
    try:
        ip = _inner(ipaddress.ip_address(address))
    except ValueError:
        return False
    return is_public(address) or any(ip in ipaddress.ip_network(network) for network in networks)


def _inner(ip: Address) -> Address:
    """Return the IPv4 address that an IPv6 address carries, if it carries one."""
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return inner
    return ip
