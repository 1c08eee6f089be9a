"""Where a request may go: the public internet, and the networks that were named."""

import pytest

from fairway.rules.addresses import is_public, may_reach


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "151.101.0.144", "2a00:1450::1", "64:ff9b::808:808", "2002:808:808::"]
)
def test_a_public_address_may_be_reached(address):
    assert is_public(address)
    assert may_reach(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "169.254.169.254", "224.0.0.1", "0.0.0.0", "::1", "fe80::1"),
        *("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1", "fc00::1"),
        *("127.8.8.8", "172.16.0.1", "192.168.1.1", "100.64.0.1", "192.0.2.1", "255.255.255.255"),
        *("::", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:a00:1::"),
        "2001:0:808:808:0:0:80ff:fffe",  # Teredo: 127.0.0.1 behind a public server
    ],
)
def test_a_private_address_may_not(address):
    assert not is_public(address)
    assert not may_reach(address)
    assert not may_reach(address, ["198.51.100.0/24"])


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::a01:203"])
def test_a_named_network_may_be_reached_however_it_is_written(address):
    assert may_reach(address, ["10.1.0.0/16"])


def test_what_is_no_address_may_not_be_reached():
    assert not may_reach("data.example", ["0.0.0.0/0"])
