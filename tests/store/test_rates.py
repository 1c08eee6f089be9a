"""Counts of requests, kept by the process while they tell anything."""

from fairway.store.rates import ProcessRates


def test_each_has_a_bucket_and_full_ones_are_dropped():
    now = [0.0]
    counts = ProcessRates(lambda: now[0])
    assert counts.take("ann", 1).wait == 0
    assert counts.take("ann", 1).wait == 60
    assert counts.take("bob", 1).wait == 0
    now[0] = 61.0
    assert counts.take("cat", 1).wait == 0
    assert set(counts._buckets) == {"cat"}
