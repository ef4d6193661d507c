"""Whose request it is by address: the peer, or who a trusted proxy says stands behind it."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import web

Network = IPv4Network | IPv6Network

_WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d+)?|([\d.]+):\d+")
"""Some proxies write the port too: [2001:db8::1]:4711, 192.0.2.1:4711."""


def caller(request: web.Request, trusted: Sequence[Network]) -> str:
    """The caller's address, an IPv6 one as its /64: that much one customer of a provider has.

    `X-Forwarded-For` is read from its end, where our own proxies write, up to the first address
    that is not `trusted`; what stands before it anybody may have written.
    """
    address = _parsed(request.remote or "")
    passed_on = ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")
    while address is not None and passed_on and any(address in each for each in trusted):
        before = _parsed(passed_on.pop())
        if before is None:
            break
        address = before
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    match = _WITH_PORT.fullmatch(text.strip())
    try:
        address = ip_address(match[1] or match[2] if match else text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
