"""Which entries other nodes may know of or did, in the order in which they last changed."""

import secrets
from collections.abc import Sequence

from django.db import models

from fairway.store.database import Words, reads, writes


class FeedRecord(models.Model):
    """The last change of an entry. The record without an entry holds the name of this feed:
    a cursor of another one, such as that of a database before it was made anew, is not known."""

    entry = Words(primary_key=True)
    position = models.BigIntegerField(unique=True)
    name = models.TextField(default="")

    class Meta:
        db_table = "store_feed"


class FeedStore:
    """`verbs.ports.Feed` on Django's tables. Writers queue, so positions come in their order."""

    @writes
    def note(self, entry: str) -> None:
        if not FeedRecord.objects.filter(entry="").exists():
            FeedRecord(entry="", position=0, name=secrets.token_hex(8)).save(force_insert=True)
        last = FeedRecord.objects.aggregate(last=models.Max("position"))["last"]
        FeedRecord.objects.update_or_create(entry=entry, defaults={"position": last + 1})

    @reads
    def head(self) -> tuple[str, int]:
        name = FeedRecord.objects.filter(entry="").values_list("name", flat=True).first()
        last = FeedRecord.objects.aggregate(last=models.Max("position"))["last"]
        return (name or "", last or 0)

    @reads
    def since(self, position: int, limit: int) -> Sequence[tuple[int, str]]:
        found = FeedRecord.objects.filter(position__gt=position).order_by("position")
        return tuple(found.values_list("position", "entry")[:limit])
