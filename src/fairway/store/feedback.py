"""Feedback on entries of the catalogue."""

from collections.abc import Collection, Sequence
from dataclasses import fields

from django.db import models

from fairway.nouns.feedback import Feedback, FeedbackState
from fairway.store.database import Words, only, reads, writes


class FeedbackRecord(models.Model):
    """A piece of feedback with its answer."""

    number = models.BigAutoField(primary_key=True)
    feedback = Words(unique=True)
    entry = Words()
    domain = Words()
    by = Words()
    at = models.DateTimeField()
    text = Words()
    state = models.TextField()
    answer = Words()
    answered_by = Words()
    changed = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_feedback"
        indexes = (
            models.Index(fields=("entry", "number"), name="feedback_entry"),
            models.Index(fields=("domain", "state"), name="feedback_domain"),
        )


class FeedbackStore:
    """`verbs.ports.Feedbacks` on Django's tables."""

    @reads
    def get(self, feedback: str) -> Feedback | None:
        return only(_feedback(r) for r in FeedbackRecord.objects.filter(feedback=feedback))

    @writes
    def put(self, feedback: Feedback) -> None:
        values = {name: getattr(feedback, name) for name in _FIELDS}
        FeedbackRecord.objects.update_or_create(feedback=feedback.id, defaults=values)

    @reads
    def find(
        self,
        *,
        entry: str = "",
        by: str = "",
        domains: Collection[str] | None = None,
        limit: int = 100,
    ) -> Sequence[Feedback]:
        found = FeedbackRecord.objects.order_by("-number")
        if entry:
            found = found.filter(entry=entry)
        if by:
            found = found.filter(by=by)
        if domains is not None:
            found = found.filter(domain__in=domains)
        return tuple(_feedback(r) for r in found[:limit])


_FIELDS = tuple(f.name for f in fields(Feedback) if f.name != "id")


def _feedback(record: FeedbackRecord) -> Feedback:
    values = {name: getattr(record, name) for name in _FIELDS}
    return Feedback(id=record.feedback, **values | {"state": FeedbackState(record.state)})
