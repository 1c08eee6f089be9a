"""The hub's controlled lists: purposes and legal bases."""

from collections.abc import Sequence

from django.db import models

from fairway.nouns.purposes import LegalBasis, Purpose
from fairway.store.database import Prepared, Words, only, reads, writes


class PurposeRecord(models.Model):
    """A purpose that data may be used for."""

    code = Words(primary_key=True)
    name = Words()
    description = Words()
    statistical = models.BooleanField()

    class Meta:
        db_table = "store_purpose"


class LegalBasisRecord(models.Model):
    """A power or lawful basis."""

    code = Words(primary_key=True)
    name = Words()
    citation = Words()
    url = Words()
    article_9 = models.BooleanField()

    class Meta:
        db_table = "store_legal_basis"


class PurposeStore:
    """`verbs.ports.Purposes` on Django's tables."""

    @reads
    def get(self, code: str) -> Purpose | None:
        return only(_purpose(r) for r in _PURPOSE(code))

    @reads
    def all(self) -> Sequence[Purpose]:
        return tuple(_purpose(r) for r in PurposeRecord.objects.order_by("name", "code"))

    @reads
    def legal_basis(self, code: str) -> LegalBasis | None:
        return only(_legal_basis(r) for r in _LEGAL_BASIS(code))

    @reads
    def legal_bases(self) -> Sequence[LegalBasis]:
        return tuple(_legal_basis(r) for r in LegalBasisRecord.objects.order_by("name", "code"))

    @writes
    def put(self, purpose: Purpose) -> None:
        PurposeRecord(
            code=purpose.code,
            name=purpose.name,
            description=purpose.description,
            statistical=purpose.statistical,
        ).save()

    @writes
    def put_legal_basis(self, basis: LegalBasis) -> None:
        LegalBasisRecord(
            code=basis.code,
            name=basis.name,
            citation=basis.citation,
            url=basis.url,
            article_9=basis.article_9,
        ).save()


_PURPOSE = Prepared(lambda code: PurposeRecord.objects.filter(pk=code))
_LEGAL_BASIS = Prepared(lambda code: LegalBasisRecord.objects.filter(pk=code))


def _purpose(record: PurposeRecord) -> Purpose:
    return Purpose(record.code, record.name, record.description, record.statistical)


def _legal_basis(record: LegalBasisRecord) -> LegalBasis:
    return LegalBasis(record.code, record.name, record.citation, record.url, record.article_9)
