"""Breached passwords are found in a file as it is downloaded, whatever its size."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.store import breaches

passwords = st.text(max_size=30)


def line(password, count, end):
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    return f"{digest}:{count}{end}"


@given(
    st.dictionaries(passwords, st.integers(1, 10**9), max_size=40),
    st.sampled_from(["\r\n", "\n"]),
    st.booleans(),
    passwords,
)
def test_those_in_the_file_are_found_and_no_others(tmp_path_factory, known, end, cut, other):
    file = tmp_path_factory.getbasetemp() / "breached.txt"
    text = "".join(sorted(line(password, count, end) for password, count in known.items()))
    file.write_bytes((text.rstrip() if cut else text).encode())
    assert all(breaches.holds(file, password) for password in known)
    assert breaches.holds(file, other) is (other in known)


@pytest.mark.parametrize("text", ["password\n123456\n", "{}", "A" * 39 + ":1\n"])
def test_a_file_of_another_form_is_not_taken_for_an_empty_one(tmp_path, text):
    (tmp_path / "list").write_text(text)
    with pytest.raises(OSError, match="no list of hashes"):
        breaches.holds(tmp_path / "list", "three random words")
