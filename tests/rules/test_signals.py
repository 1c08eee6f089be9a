"""What use may be told of: the rule of small counts."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from fairway.nouns.events import Usage
from fairway.nouns.signals import Signal
from fairway.rules.signals import FEW, signal, together

THEN = datetime(2026, 1, 2, tzinfo=UTC)


def use(product, person, purpose="research", first=THEN):
    return Usage(product, person, purpose, 1, 1, first, first)


def test_nobody_is_told_as_nobody_and_few_as_few():
    assert signal([], exact=False) == Signal(people=0)
    few = [use("a", "p1"), use("a", "p2")]
    assert signal(few, exact=False) == Signal(people=None)
    told = signal(few, exact=True)
    assert (told.people, told.purposes, told.since) == (2, ("research",), THEN.date())


def test_a_purpose_of_few_people_is_left_out_and_said_to_be():
    uses = [use("a", f"p{n}") for n in range(3)] + [use("a", "p0", "statistics")]
    told = signal(uses, exact=False)
    assert (told.people, told.purposes, told.more_purposes) == (3, ("research",), True)
    assert signal(uses, exact=True).purposes == ("research", "statistics")
    assert not signal(uses, exact=True).more_purposes


def test_together_are_products_that_enough_people_use_both():
    assert together({"b": 3, "c": 2, "d": 5, "a": 3}) == (("d", 5), ("a", 3), ("b", 3))
    assert together({}) == ()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5), st.sampled_from("xy"))))
def test_nothing_is_told_of_fewer_people_than_the_rule_allows(drawn):
    uses = [use(product, f"p{person}", purpose) for product, person, purpose in drawn]
    mine = [u for u in uses if u.product == "a"]
    told = signal(mine, exact=False)
    assert told.people is None or told.people == 0 or told.people >= FEW
    for purpose in told.purposes:
        assert len({u.person for u in mine if u.purpose == purpose}) >= FEW
