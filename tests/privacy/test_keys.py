"""Pseudonym keys: one for each agreement, the same each time, shown to nobody."""

import pytest

from fairway.privacy.keys import DerivedKeys

MASTER = bytes(range(32))


def test_a_key_is_the_same_each_time_and_differs_by_agreement_and_by_node():
    keys = DerivedKeys(MASTER)
    assert keys.pseudonym_key("AG-1") == DerivedKeys(MASTER).pseudonym_key("AG-1")
    assert keys.pseudonym_key("AG-1") != keys.pseudonym_key("AG-2")
    assert keys.pseudonym_key("AG-1") != DerivedKeys(MASTER[::-1]).pseudonym_key("AG-1")
    assert len(keys.pseudonym_key("AG-1")) == 32


def test_the_derivation_is_the_published_one():
    """HKDF-SHA256 written out from RFC 5869 with hmac alone."""
    import hmac

    extracted = hmac.digest(bytes(32), MASTER, "sha256")
    expected = hmac.digest(extracted, b"fairway/pseudonym/v1/AG-1" + b"\x01", "sha256")
    assert DerivedKeys(MASTER).pseudonym_key("AG-1") == expected


def test_the_master_key_is_in_no_repr_and_is_long_enough():
    assert MASTER.hex() not in repr(DerivedKeys(MASTER))
    assert str(MASTER) not in repr(DerivedKeys(MASTER))
    with pytest.raises(ValueError, match="32 bytes"):
        DerivedKeys(b"short")
