"""The signatures between nodes: the standard's own example, and one way of writing only."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fairway.rules import signatures
from fairway.rules.signatures import Made

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MADE = Made(int(NOW.timestamp()), int(NOW.timestamp()) + 60, "n" * 22, "ab" * 32)
WRITTEN = signatures.signature_input(signatures.REQUEST_COMPONENTS, MADE, signatures.REQUEST_TAG)


def read(text: str) -> Made | None:
    return signatures.read_input(text, signatures.REQUEST_COMPONENTS, signatures.REQUEST_TAG)


def test_the_example_of_the_standard_holds():
    """RFC 9421, appendix B.2.6: its key, its message and its signature."""
    key = base64.urlsafe_b64decode("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs=")
    lines = {
        '"date"': "Tue, 20 Apr 2021 02:07:55 GMT",
        '"@method"': "POST",
        '"@path"': "/foo",
        '"@authority"': "example.com",
        '"content-type"': "application/json",
        '"content-length"': "18",
    }
    parameters = f'({" ".join(lines)});created=1618884473;keyid="test-key-ed25519"'
    signature = base64.b64decode(
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )
    Ed25519PublicKey.from_public_bytes(key).verify(signature, signatures.base(lines, parameters))


def test_a_digest_is_that_of_rfc_9530():
    """Its example: the digest of a small JSON body (RFC 9530, appendix B.1)."""
    digest = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
    assert signatures.content_digest(b'{"hello": "world"}\n') == digest


def test_what_was_written_is_read():
    assert read(WRITTEN) == MADE
    signature = bytes(range(64))
    assert signatures.read_signature(signatures.signature_field(signature)) == signature


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        WRITTEN.replace('alg="ed25519"', 'alg="hmac-sha256"'),
        WRITTEN.replace('alg="ed25519"', 'alg="none"'),
        WRITTEN.replace(';alg="ed25519"', ""),
        WRITTEN.replace('"content-digest" ', ""),
        WRITTEN.replace('"@method" "@path"', '"@path" "@method"'),
        WRITTEN.replace("fairway=", "other="),
        WRITTEN.replace(signatures.REQUEST_TAG, signatures.ANSWER_TAG),
        WRITTEN.replace("n" * 22, "n" * 21),
        WRITTEN.replace("n" * 22, "n" * 65),
        WRITTEN.replace("ab" * 32, "AB" * 32),
        WRITTEN.replace("created=1", "created=-1"),
        WRITTEN.replace("created=1", "created=01"),
        f"{WRITTEN}, {WRITTEN}",
        f"{WRITTEN}\n",
        f" {WRITTEN}",
        WRITTEN.replace("created=1", "created=\u0661"),
    ],
)
def test_what_is_written_otherwise_is_not_read(wrong):
    assert read(wrong) is None


@pytest.mark.parametrize(
    "wrong",
    ["", "fairway=::", "fairway=:AA==:", f"other=:{'A' * 86}==:", f"fairway=:{'A' * 85}B==:"],
)
def test_a_signature_is_written_in_one_way(wrong):
    assert signatures.read_signature(wrong) is None


@pytest.mark.parametrize(
    ("created", "expires", "word"),
    [
        (0, 60, ""),
        (-60, 0, ""),
        (30, 90, ""),
        (31, 91, "future"),
        (-61, -1, "expired"),
        (0, 61, "longer"),
        (0, 0, "longer"),
        (60, 0, "longer"),
    ],
)
def test_a_signature_has_its_time(created, expires, word):
    base = int(NOW.timestamp())
    wrong = signatures.untimely(Made(base + created, base + expires, "n" * 22, "ab" * 32), NOW)
    assert word in wrong
    assert bool(wrong) is bool(word)


def test_each_part_of_a_request_is_covered():
    given = ("POST", "/peers/v1/use", "", "application/json", b"{}", "cd" * 32, MADE)
    whole = signatures.request_base(*given)
    others = ("GET", "/peers/v1/letter", "a=1", "text/plain", b"{ }", "ef" * 32)
    for place, other in enumerate(others):
        changed = [*given[:place], other, *given[place + 1 :]]
        assert signatures.request_base(*changed) != whole
    later = Made(MADE.created, MADE.expires - 1, MADE.nonce, MADE.key)
    assert signatures.request_base(*given[:-1], later) != whole


def test_each_part_of_an_answer_is_covered():
    given = (200, "application/json", b"{}", "cd" * 32, "c2lnbmVk", MADE)
    whole = signatures.answer_base(*given)
    for place, other in enumerate((500, "text/plain", b"", "ef" * 32, "b3RoZXI=")):
        changed = [*given[:place], other, *given[place + 1 :]]
        assert signatures.answer_base(*changed) != whole


def test_a_fingerprint_is_read_in_groups():
    key = signatures.fingerprint(bytes(32))
    assert signatures.readable(key).startswith("6668 7aad f862 bd77 ")
    assert signatures.readable(key).replace(" ", "") == key
    assert NOW + timedelta(seconds=signatures.LIFETIME) > NOW
