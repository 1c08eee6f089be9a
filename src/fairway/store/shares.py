"""Recipients of agreements, their secrets as digests, and the versions of what they were shown."""

from collections.abc import Sequence
from datetime import datetime

from django.db import models

from fairway.nouns.shares import CredentialKind, Recipient, ShareVersion
from fairway.store.agreements import AgreementRecord
from fairway.store.database import Prepared, Words, only, reads, writes


class RecipientRecord(models.Model):
    """A recipient; its secret is nowhere, only the secret's digest."""

    id = Words(primary_key=True)
    agreement = models.ForeignKey(AgreementRecord, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()
    digest = Words(unique=True)
    made_by = Words()
    created = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_recipient"


class ShareVersionRecord(models.Model):
    """A version of an agreement's share."""

    agreement = models.ForeignKey(AgreementRecord, on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField()
    policy = models.TextField()
    state = models.TextField()
    extract = models.TextField()
    digest = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "store_share_version"
        constraints = (
            models.UniqueConstraint(fields=("agreement", "number"), name="share_version_number"),
        )


class ShareStore:
    """`verbs.ports.Shares` on Django's tables."""

    @reads
    def get(self, recipient: str) -> Recipient | None:
        return only(_recipient(r) for r in _BY_ID(recipient))

    @reads
    def by_digest(self, digest: str) -> Recipient | None:
        return only(_recipient(r) for r in _BY_DIGEST(digest))

    @reads
    def of(self, agreement: str) -> Sequence[Recipient]:
        found = RecipientRecord.objects.filter(agreement=agreement).order_by("-created", "id")
        return tuple(_recipient(r) for r in found)

    @writes
    def add(self, recipient: Recipient) -> None:
        RecipientRecord(
            id=recipient.id,
            agreement_id=recipient.agreement,
            kind=recipient.kind.value,
            digest=recipient.digest,
            made_by=recipient.made_by,
            created=recipient.created,
            expires=recipient.expires,
            revoked=recipient.revoked,
        ).save(force_insert=True)

    @writes
    def revoke(self, recipient: str, at: datetime) -> None:
        RecipientRecord.objects.filter(pk=recipient, revoked=None).update(revoked=at)

    @reads
    def versions(self, agreement: str) -> Sequence[ShareVersion]:
        return tuple(
            ShareVersion(r.agreement_id, r.number, r.policy, r.state, r.extract, r.digest, r.at)
            for r in _VERSIONS(agreement)
        )

    @writes
    def put_version(self, version: ShareVersion) -> None:
        ShareVersionRecord.objects.update_or_create(
            agreement_id=version.agreement,
            number=version.number,
            defaults={
                "policy": version.policy,
                "state": version.state,
                "extract": version.extract,
                "digest": version.digest,
                "at": version.at,
            },
        )


_BY_ID = Prepared(lambda recipient: RecipientRecord.objects.filter(pk=recipient))
_BY_DIGEST = Prepared(lambda digest: RecipientRecord.objects.filter(digest=digest))
_VERSIONS = Prepared(
    lambda agreement: ShareVersionRecord.objects.filter(agreement=agreement).order_by("-number")
)


def _recipient(record: RecipientRecord) -> Recipient:
    return Recipient(
        id=record.id,
        agreement=record.agreement_id,
        kind=CredentialKind(record.kind),
        digest=record.digest,
        made_by=record.made_by,
        created=record.created,
        expires=record.expires,
        revoked=record.revoked,
    )
