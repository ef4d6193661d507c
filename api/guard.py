"""Which addresses webhooks may reach: a URL is judged when it is registered, and every address
again at the moment a socket is opened to it, so that no name can be turned elsewhere in between.
"""

import asyncio
import contextlib
import re
import socket
import threading
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from storage.errors import ValidationFailed

Address = IPv4Address | IPv6Address
Lookup = Callable[[str], Awaitable[list[str]]]
"""The addresses of a name. Raises OSError where it has none."""

LONGEST = 2048
"""Characters that a URL may have."""
PATIENCE = 3.0
"""Seconds that the lookup of a name may take at registration."""

# The special-purpose registries of IANA (RFC 6890 and what came after), and where clouds keep what
# a machine may know about itself.
_PRIVATE = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
_FORBIDDEN = (
    "0.0.0.0/8",  # this network: on Linux another way to say 127.0.0.1
    "100.64.0.0/10",  # shared between a provider and its customers
    "169.254.0.0/16",  # link-local, most clouds' metadata among it
    "168.63.129.16/32",  # Azure's
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "2001::/23",  # protocol assignments, Teredo among them
    "2001:db8::/32",
    "2002::/16",  # 6to4
    "3fff::/20",
    "fd00:ec2::/32",  # Amazon's metadata
    "fd20:ce::254/128",  # Google's
)
_PRIVATE_NETWORKS = tuple(map(ip_network, _PRIVATE))
_FORBIDDEN_NETWORKS = tuple(map(ip_network, _FORBIDDEN))
_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")

# What a browser would read as an IPv4 address: 127.1, 0x7f000001, 017700000001, 2130706433.
_NUMERIC = re.compile(r"(.*\.)?(\d+|0[xX][0-9a-fA-F]*)\.?")


class Reach(Enum):
    """PRIVATE is what `WEBHOOK_ALLOW_PRIVATE` is about; FORBIDDEN is never reached."""

    PUBLIC = auto()
    PRIVATE = auto()
    FORBIDDEN = auto()


class Refused(OSError):
    """This address may not be reached."""

    def __init__(self) -> None:
        super().__init__("the address is not admitted")


@lru_cache(maxsize=4096)
def reach(address: Address) -> Reach:
    """How far away an address is. What is inside another form of address counts."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return reach(address.ipv4_mapped)
        if address in _NAT64:
            inside = reach(IPv4Address(int(address) & 0xFFFFFFFF))
            return Reach.PUBLIC if inside is Reach.PUBLIC else Reach.FORBIDDEN
    if any(address in network for network in _FORBIDDEN_NETWORKS):
        return Reach.FORBIDDEN
    if any(address in network for network in _PRIVATE_NETWORKS):
        return Reach.PRIVATE
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return Reach.FORBIDDEN
    return Reach.PUBLIC


class Guard:
    """Judges URLs and addresses, and opens sockets to what is admitted and to nothing else."""

    def __init__(self, *, allow_private: bool, lookup: Lookup | None = None) -> None:
        self._allow_private = allow_private
        self._lookup = lookup or system_lookup

    def admits(self, scheme: str, address: Address) -> bool:
        """https reaches the public, and what is private where that is allowed; http only this."""
        match reach(address):
            case Reach.PUBLIC:
                return scheme == "https"
            case Reach.PRIVATE:
                return self._allow_private
            case Reach.FORBIDDEN:
                return False

    async def check(self, text: str) -> None:
        """Raises ValidationFailed for a URL that is none or leads where it may not.

        A name that cannot be looked up at present passes: it is judged when it is connected to.
        """
        url = self._parsed(text)
        assert url.raw_host is not None
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                found = await self.addresses(url.raw_host)
                if not all(self.admits(url.scheme, address) for address in found):
                    raise ValidationFailed("url", "must lead to a public address, by https")

    def _parsed(self, text: str) -> URL:
        schemes = ("https", "http") if self._allow_private else ("https",)
        if not re.fullmatch(r"[!-~]+", text) or "\\" in text or len(text) > LONGEST:
            raise ValidationFailed("url", f"must be a URL in ASCII, {LONGEST} characters at most")
        try:
            url = URL(text)
            scheme, host, port = url.scheme, url.raw_host, url.port
        except ValueError:
            raise ValidationFailed("url", "is not a valid URL") from None
        if scheme not in schemes or not host:
            raise ValidationFailed("url", "must be a URL that begins with https://")
        if re.match(r"[^/]*//[^/?]*@", text) or "#" in text:
            raise ValidationFailed("url", "must have no user, no password and no fragment")
        if not port:
            raise ValidationFailed("url", "must have a port from 1 to 65535, or none")
        if "%" in host or (_literal(host) is None and _NUMERIC.fullmatch(host)):
            raise ValidationFailed("url", "must have a name or a plain address as its host")
        return url

    async def addresses(self, host: str) -> list[Address]:
        """What a host's name stands for. Raises OSError."""
        literal = _literal(host)
        if literal is not None:
            return [literal]
        return [ip_address(each) for each in await self._lookup(host)]

    def connector(self, scheme: str) -> aiohttp.TCPConnector:
        """Opens connections for URLs of this scheme, each to an address that was judged.

        The socket is made for one numeric address, so what is judged is what is connected to. Each
        serves one request: one that was kept may be closed already when it is used again.
        """

        def open_socket(info: aiohttp.AddrInfoType) -> socket.socket:
            family, kind, protocol, _, address = info
            if not self.admits(scheme, ip_address(address[0])):
                raise Refused
            return socket.socket(family, kind, protocol)

        return aiohttp.TCPConnector(
            limit=0,
            force_close=True,
            resolver=_Resolver(self.addresses),
            socket_factory=open_socket,
        )


class _Resolver(AbstractResolver):
    """aiohttp's way to ask for addresses."""

    def __init__(self, addresses: Callable[[str], Awaitable[list[Address]]]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET if address.version == 4 else socket.AF_INET6,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in await self._addresses(host)
        ]

    async def close(self) -> None:
        """There is nothing to close."""


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


async def system_lookup(host: str) -> list[str]:
    """What the system knows of a name.

    In a thread of its own: the pools that an event loop has for this are small, and a few names
    whose servers are silent would fill them. It is a daemon, so that the process can end.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(found: list[str] | OSError) -> None:
        if answer.done():
            return
        if isinstance(found, OSError):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def look_up() -> None:
        found: list[str] | OSError
        try:
            infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(str(address[0]) for *_, address in infos))
        except UnicodeError:
            found = OSError("no such name")
        except OSError as error:
            found = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=look_up, name=f"lookup {host}", daemon=True).start()
    return await answer
