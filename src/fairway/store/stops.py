"""What the hub has stopped."""

from collections.abc import Sequence
from datetime import datetime

from django.db import models

from fairway.nouns.stops import Stop, Stopped
from fairway.store.database import Prepared, Words, only, reads, writes


class StopRecord(models.Model):
    """A stop, kept after it is lifted."""

    id = Words(primary_key=True)
    kind = models.TextField()
    subject = Words()
    reason = Words()
    made_by = Words()
    made_at = models.DateTimeField()
    lifted_by = Words()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_stop"
        indexes = (
            models.Index(
                fields=("kind", "subject"),
                condition=models.Q(lifted_at=None),
                name="stop_in_force",
            ),
        )


class StopStore:
    """`verbs.ports.Stops` on Django's tables."""

    @reads
    def get(self, stop: str) -> Stop | None:
        return only(_stop(r) for r in StopRecord.objects.filter(pk=stop))

    @reads
    def active(self) -> Sequence[Stop]:
        return tuple(_stop(r) for r in _ACTIVE())

    @reads
    def all(self, limit: int) -> Sequence[Stop]:
        records = StopRecord.objects.order_by("-made_at", "-id")[:limit]
        return tuple(_stop(r) for r in records)

    @writes
    def add(self, stop: Stop) -> None:
        StopRecord(
            id=stop.id,
            kind=stop.kind.value,
            subject=stop.subject,
            reason=stop.reason,
            made_by=stop.made_by,
            made_at=stop.made_at,
            lifted_by=stop.lifted_by,
            lifted_at=stop.lifted_at,
        ).save(force_insert=True)

    @writes
    def lift(self, stop: str, by: str, at: datetime) -> None:
        StopRecord.objects.filter(pk=stop, lifted_at=None).update(lifted_by=by, lifted_at=at)


_ACTIVE = Prepared(lambda: StopRecord.objects.filter(lifted_at=None).order_by("made_at", "id"))


def _stop(record: StopRecord) -> Stop:
    return Stop(
        id=record.id,
        kind=Stopped(record.kind),
        subject=record.subject,
        reason=record.reason,
        made_by=record.made_by,
        made_at=record.made_at,
        lifted_by=record.lifted_by,
        lifted_at=record.lifted_at,
    )
