"""Catalogues of other nodes that are followed."""

from collections.abc import Sequence
from dataclasses import fields

from django.db import models

from fairway.nouns.follows import Follow
from fairway.store.database import Words, only, reads, writes


class FollowRecord(models.Model):
    """A catalogue that is followed; `sealed` is the encrypted token for it."""

    source = Words(primary_key=True)
    address = models.TextField()
    by = Words()
    since = models.DateTimeField()
    sealed = models.TextField()
    cursor = models.TextField()
    changed = models.DateTimeField(null=True)
    fault = models.TextField()

    class Meta:
        db_table = "store_follow"


class FollowStore:
    """`verbs.ports.Follows` on Django's tables."""

    @reads
    def get(self, source: str) -> Follow | None:
        return only(_follow(r) for r in FollowRecord.objects.filter(source=source))

    @reads
    def all(self) -> Sequence[Follow]:
        return tuple(_follow(r) for r in FollowRecord.objects.order_by("source"))

    @writes
    def put(self, follow: Follow) -> None:
        values = {name: getattr(follow, name) for name in _FIELDS}
        FollowRecord.objects.update_or_create(source=follow.source, defaults=values)

    @writes
    def remove(self, source: str) -> None:
        FollowRecord.objects.filter(source=source).delete()


_FIELDS = tuple(f.name for f in fields(Follow) if f.name != "source")


def _follow(record: FollowRecord) -> Follow:
    return Follow(source=record.source, **{name: getattr(record, name) for name in _FIELDS})
