"""Only the public internet is reached for strangers, however an address is written."""

import pytest

from libs.outbound.addresses import BadUrl, is_public, parse


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07::1"])
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1",
        "0.0.0.0",  # noqa: S104 - nothing listens there, it is refused
        "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.88.99.1", "198.18.0.1", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "192.0.2.1", "::", "::1", "fe80::1", "fc00::1", "fd00::1",
        "ff02::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001::1", "2001:db8::1",
        "3fff::1", "fe80::1%eth0", "not an address", "",
    ],
)  # fmt: skip
def test_no_other_address_is_public(address):
    assert not is_public(address)


def test_a_url_is_taken_apart_once():
    target = parse("https://shop.example.org:8443/hooks?a=1#part")

    assert (target.scheme, target.host, target.port) == ("https", "shop.example.org", 8443)
    assert (target.path, target.authority) == ("/hooks?a=1", "shop.example.org:8443")


def test_the_usual_port_is_not_named_in_the_host_header():
    assert parse("https://shop.example.org").authority == "shop.example.org"


@pytest.mark.parametrize(
    "url",
    [
        "", "shop.example.org", "//shop.example.org", "ftp://shop.example.org", "file:///etc/passwd",
        "gopher://shop.example.org", "https://", "https:///path", "http://shop.example.org",
        "https://user@shop.example.org", "https://a:b@shop.example.org", "https://@shop.example.org",
        "https://shop.example.org:25", "https://shop.example.org:0", "https://shop.example.org:99999",
        "https://shop.example.org\\@127.0.0.1", "https://shop.example.org/a b",
        "https://shop.example.org/\r\nX: y", "https://shop\u3002example.org",
        f"https://shop.example.org/{'x' * 2000}",
        "https://localhost", "https://LOCALHOST.", "https://127.0.0.1", "https://127.1",
        "https://2130706433", "https://0x7f000001", "https://017700000001", "https://[::1]",
        "https://[::ffff:127.0.0.1]", "https://169.254.169.254/latest/meta-data", "https://[::",
    ],
)  # fmt: skip
def test_a_url_that_cannot_be_called_for_a_stranger_is_refused(url):
    with pytest.raises(BadUrl):
        parse(url)


def test_a_private_host_that_a_setting_names_may_be_called_plainly():
    assert parse("http://127.0.0.1:9/x", {"127.0.0.1"}).port == 9
