"""Webhooks lead to where they may and nowhere else, however an address is written."""

import contextlib
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from api.guard import Guard, Reach, reach
from storage.errors import ValidationFailed
from tests.api.lookups import PUBLIC, names

STRICT = Guard(allow_private=False, lookup=names(shop_example=[PUBLIC], inside=["10.0.0.7"]))
LENIENT = Guard(allow_private=True, lookup=names(shop_example=[PUBLIC], inside=["10.0.0.7"]))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (PUBLIC, Reach.PUBLIC),
        ("172.15.255.255", Reach.PUBLIC),
        ("172.32.0.0", Reach.PUBLIC),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", Reach.PUBLIC),
        ("64:ff9b::5db8:d70e", Reach.PUBLIC),
        ("127.0.0.1", Reach.PRIVATE),
        ("127.255.255.254", Reach.PRIVATE),
        ("10.1.2.3", Reach.PRIVATE),
        ("172.16.0.1", Reach.PRIVATE),
        ("192.168.1.1", Reach.PRIVATE),
        ("::1", Reach.PRIVATE),
        ("fd12:3456::1", Reach.PRIVATE),
        ("::ffff:127.0.0.1", Reach.PRIVATE),
        ("0.0.0.0", Reach.FORBIDDEN),
        ("0.1.2.3", Reach.FORBIDDEN),
        ("100.64.0.1", Reach.FORBIDDEN),
        ("100.100.100.200", Reach.FORBIDDEN),
        ("169.254.169.254", Reach.FORBIDDEN),
        ("168.63.129.16", Reach.FORBIDDEN),
        ("192.0.0.192", Reach.FORBIDDEN),
        ("198.18.0.1", Reach.FORBIDDEN),
        ("203.0.113.9", Reach.FORBIDDEN),
        ("224.0.0.1", Reach.FORBIDDEN),
        ("240.0.0.1", Reach.FORBIDDEN),
        ("255.255.255.255", Reach.FORBIDDEN),
        ("::", Reach.FORBIDDEN),
        ("::127.0.0.1", Reach.FORBIDDEN),
        ("::ffff:169.254.169.254", Reach.FORBIDDEN),
        ("::ffff:0:127.0.0.1", Reach.FORBIDDEN),
        ("64:ff9b::127.0.0.1", Reach.FORBIDDEN),
        ("64:ff9b::10.0.0.1", Reach.FORBIDDEN),
        ("64:ff9b:1::1", Reach.FORBIDDEN),
        ("2002:7f00:1::1", Reach.FORBIDDEN),
        ("2001:0:7f00:1::1", Reach.FORBIDDEN),
        ("2001:db8::1", Reach.FORBIDDEN),
        ("fe80::1", Reach.FORBIDDEN),
        ("fe80::1%eth0", Reach.FORBIDDEN),
        ("fec0::1", Reach.FORBIDDEN),
        ("ff02::1", Reach.FORBIDDEN),
        ("fd00:ec2::254", Reach.FORBIDDEN),
        ("fd20:ce::254", Reach.FORBIDDEN),
    ],
)
def test_how_far_away_an_address_is(address: str, expected: Reach) -> None:
    assert reach(ip_address(address)) is expected


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_what_counts_as_public_is_so_in_the_registry(address: IPv4Address) -> None:
    if reach(address) is Reach.PUBLIC:
        assert address.is_global
        assert not address.is_multicast


@settings(deadline=None)
@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:", "64:ff9b::", "::", "::ffff:0:"]))
def test_an_address_inside_another_is_no_way_in(inside: IPv4Address, prefix: str) -> None:
    assume(reach(inside) is not Reach.PUBLIC)
    address = ip_address(f"{prefix}{inside}")
    assert reach(address) is not Reach.PUBLIC
    assert not Guard(allow_private=False).admits("https", address)


@settings(deadline=None)
@given(st.ip_addresses(v=6))
def test_public_addresses_of_ipv6_are_global_unicast(address: IPv6Address) -> None:
    if reach(address) is Reach.PUBLIC:
        assert address.is_global
        assert address.sixtofour is None
        assert address.teredo is None


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/hook",
        "https://shop.example:8443/hook?token=1",
        "https://shop.example.",
        f"https://{PUBLIC}/",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
        "https://not-yet.example/hook",
    ],
)
async def test_public_urls_are_admitted(url: str) -> None:
    await STRICT.check(url)
    await LENIENT.check(url)


WRONG = [
    "",
    "shop.example/hook",
    "//shop.example/hook",
    "ftp://shop.example/",
    "file:///etc/passwd",
    "https:///hook",
    "https://",
    "https://user@shop.example/",
    "https://user:password@shop.example/",
    "https://@shop.example/",
    "https://shop.example\\@inside/",
    "https://shop.example/#there",
    "https://shop.example:0/",
    "https://shop.example:65536/",
    "https://shop.example:port/",
    "https://shop.example/a b",
    "https://shop.example/\nHost: inside",
    "https://mäkelä.example/",
    "https://[::1/",
    "https://[fe80::1%25eth0]/",
    "https://shop.example/" + "a" * 2048,
    "http://shop.example/hook",
    f"http://{PUBLIC}/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]/",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://[::]/",
    "https://224.0.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.0.1./",
    "https://1.2.3.4.5/",
    "https://shop.0x/",
    "https://%31%32%37.0.0.1/",
    "https://１２７.0.0.1/",
]
"""Never admitted, whatever the settings say."""


@pytest.mark.parametrize("url", WRONG)
@pytest.mark.parametrize("guard", [STRICT, LENIENT], ids=["strict", "lenient"])
async def test_other_urls_are_refused(guard: Guard, url: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        await guard.check(url)
    assert refusal.value.field == "url"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "http://127.0.0.1:3000/hook",
        "https://10.0.0.1/",
        "http://inside/hook",
        "https://inside/hook",
        "https://[::1]/",
        "http://[::ffff:7f00:1]/",
        "http://[0:0:0:0:0:0:0:1]:8080/",
        "http://[fd12::1]/",
    ],
)
async def test_private_urls_are_admitted_where_the_owner_allows_them(url: str) -> None:
    await LENIENT.check(url)
    with pytest.raises(ValidationFailed):
        await STRICT.check(url)


@settings(deadline=None)
@given(
    number=st.integers(0, 2**32 - 1),
    spelling=st.sampled_from(["{}", "{:#x}", "0{:o}", "{:#x}.", "x.{}"]),
)
async def test_numbers_are_no_hosts(number: int, spelling: str) -> None:
    with pytest.raises(ValidationFailed):
        await LENIENT.check(f"https://{spelling.format(number)}/")


@settings(deadline=None)
@given(st.text(max_size=60))
async def test_whatever_is_given_is_admitted_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://{text}/hook", f"https://shop.example{text}"):
        with contextlib.suppress(ValidationFailed):
            await STRICT.check(url)


async def test_a_name_with_one_private_address_among_others_is_refused() -> None:
    guard = Guard(allow_private=False, lookup=names(mixed_example=[PUBLIC, "::1"]))
    with pytest.raises(ValidationFailed):
        await guard.check("https://mixed.example/")
