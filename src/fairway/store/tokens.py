"""Bearer tokens, kept as hashes."""

from collections.abc import Sequence
from datetime import datetime

from django.db import models

from fairway.nouns.people import Token
from fairway.nouns.rights import WHOLE, Right
from fairway.store.database import Words, only, reads, writes
from fairway.store.people import PersonRecord

_ALL = "all"
"""What is kept of a token that is not limited: it has rights that come later, too."""


class TokenRecord(models.Model):
    """A token; its secret is nowhere, only the secret's digest."""

    id = Words(primary_key=True)
    person = models.ForeignKey(PersonRecord, on_delete=models.PROTECT, related_name="+")
    label = Words()
    digest = Words(unique=True)
    created = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)
    rights = Words()

    class Meta:
        db_table = "store_token"


class TokenStore:
    """`verbs.ports.Tokens` on Django's tables."""

    @writes
    def add(self, token: Token) -> None:
        TokenRecord(
            id=token.id,
            person_id=token.person,
            label=token.label,
            digest=token.digest,
            created=token.created,
            expires=token.expires,
            revoked=token.revoked,
            rights=_ALL if token.only is None else " ".join(token.only),
        ).save(force_insert=True)

    @reads
    def by_digest(self, digest: str) -> Token | None:
        return only(_token(r) for r in TokenRecord.objects.filter(digest=digest))

    @reads
    def of(self, person: str) -> Sequence[Token]:
        records = TokenRecord.objects.filter(person=person).order_by("-created", "id")
        return tuple(_token(r) for r in records)

    @writes
    def revoke(self, token: str, at: datetime) -> None:
        TokenRecord.objects.filter(pk=token, revoked=None).update(revoked=at)


def _token(record: TokenRecord) -> Token:
    return Token(
        id=record.id,
        person=record.person_id,
        label=record.label,
        digest=record.digest,
        created=record.created,
        expires=record.expires,
        revoked=record.revoked,
        rights=_rights(record.rights),
    )


def _rights(kept: str) -> frozenset[Right]:
    """Return rights as kept. A name that is none gives nothing, and an empty text gives none."""
    return WHOLE if kept == _ALL else frozenset(r for r in Right if r in kept.split())
