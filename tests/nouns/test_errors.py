"""Errors say where, what and the way out; the tree has the exit codes and statuses it draws."""

import pytest

import fairway
from fairway.nouns import errors


@pytest.mark.parametrize(
    ("kind", "exit_code", "status"),
    [
        (errors.BadInput, 2, 422),
        (errors.Conflict, 2, 409),
        (errors.Refused, 3, 403),
        (errors.NotSignedIn, 3, 401),
        (errors.BoundExceeded, 3, 413),
        (errors.NotFound, 4, 404),
        (errors.Unavailable, 5, 503),
    ],
)
def test_each_kind_has_its_exit_code_and_status(kind, exit_code, status):
    error = kind("a.b", "It is so.")
    assert (error.exit_code, error.status) == (exit_code, status)
    assert isinstance(error, fairway.FairwayError)


def test_an_error_reads_place_sentence_remedy():
    error = errors.BadInput(
        "a.b", "It is so.", remedy="Do this.", file="f.yaml", field="x", line=3, column=7
    )
    assert str(error) == "f.yaml:3:7: x: It is so. Do this."
    assert str(errors.BadInput("a.b", "It is so.")) == "It is so."
    assert str(errors.BadInput("a.b", "It is so.", field="x")) == "x: It is so."


def test_the_package_has_no_other_face():
    with pytest.raises(AttributeError, match="nothing_here"):
        _ = fairway.nothing_here
