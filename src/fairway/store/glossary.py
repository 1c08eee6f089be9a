"""The hub's glossary: terms, and what they also go by."""

import json
from collections.abc import Sequence

from django.db import models

from fairway.nouns.glossary import GlossaryTerm
from fairway.store.database import Words, reads, writes


class GlossaryRecord(models.Model):
    """A term of the glossary."""

    term = Words(primary_key=True)
    names = models.TextField()
    changed_by = Words()
    changed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_glossary"


class GlossaryStore:
    """`verbs.ports.Glossary` on Django's tables."""

    @reads
    def all(self) -> Sequence[GlossaryTerm]:
        return tuple(_term(r) for r in GlossaryRecord.objects.order_by("term"))

    @writes
    def put(self, term: GlossaryTerm) -> None:
        GlossaryRecord(
            term=term.term,
            names=json.dumps(term.names),
            changed_by=term.changed_by,
            changed_at=term.changed_at,
        ).save()

    @writes
    def remove(self, term: str) -> None:
        GlossaryRecord.objects.filter(pk=term).delete()


def _term(record: GlossaryRecord) -> GlossaryTerm:
    return GlossaryTerm(
        record.term, tuple(json.loads(record.names)), record.changed_by, record.changed_at
    )
