"""A bucket of a minute's worth of requests, which fills evenly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.nouns.rates import Bucket, Taken
from fairway.rules.rates import MINUTE, idle, take


def test_a_minutes_worth_goes_on_and_the_next_waits():
    bucket = None
    for _ in range(3):
        bucket, taken = take(bucket, 3, 0.0)
        assert taken == Taken()
    bucket, taken = take(bucket, 3, 0.0)
    assert taken == Taken(wait=20, first=True)
    bucket, taken = take(bucket, 3, 1.0)
    assert taken == Taken(wait=19, first=False), "the first alone is told"
    bucket, taken = take(bucket, 3, 20.0)
    assert taken == Taken()
    assert take(bucket, 3, 20.0)[1].first, "a new row of stops is told again"


def test_a_clock_that_goes_back_gives_nothing():
    assert take(Bucket(0.0, 100.0), 60, 50.0)[1].wait == 1


@given(st.integers(1, 100), st.lists(st.floats(0, 30), max_size=300))
def test_nobody_gets_more_than_the_limit_and_what_has_filled_since(limit, pauses):
    bucket, now, gone = None, 0.0, 0
    for pause in pauses:
        now += pause
        bucket, taken = take(bucket, limit, now)
        gone += not taken.wait
        assert gone <= limit + now * limit / MINUTE + 1e-6


@pytest.mark.parametrize(("now", "full"), [(59.9, False), (60.0, True)])
def test_a_bucket_is_kept_until_it_is_full_again(now, full):
    assert idle(Bucket(0.0, 0.0), now) is full
