"""How many requests are left to one who asks: a bucket of a minute's worth that fills evenly."""

import math

from fairway.nouns.rates import Bucket, Taken

MINUTE = 60.0
"""Seconds in which an empty bucket is full again."""


def take(bucket: Bucket | None, limit: int, now: float) -> tuple[Bucket, Taken]:
    """Take one request of `limit` a minute out of a bucket at the second `now`.

    Return what is left and what came of it: to go on, or the whole seconds until the next request
    is let through. `first` marks the first stop since one was let through, which alone is told.
    No bucket is a full one.
    """
    if bucket is None:
        bucket = Bucket(float(limit), now)
    left = min(float(limit), bucket.left + max(0.0, now - bucket.at) * limit / MINUTE)
    if left >= 1:
        return Bucket(left - 1, now), Taken()
    wait = max(1, math.ceil((1 - left) * MINUTE / limit))
    return Bucket(left, now, told=True), Taken(wait, first=not bucket.told)


def idle(bucket: Bucket, now: float) -> bool:
    """Say whether a bucket is full again, so that it need not be kept."""
    return now - bucket.at >= MINUTE
