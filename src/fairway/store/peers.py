"""Peers, the letters that wait for them, the agreements both sides signed, and nonces heard."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from fairway.nouns.peers import Contact, FormerKey, Letter, LetterKind, Peer, Seal
from fairway.store.database import Words, only, reads, writes
from fairway.store.encoding import dumps, loads


class PeerRecord(models.Model):
    """A peer, and how it last went with it. `domains` is JSON text."""

    id = Words(primary_key=True)
    name = Words()
    address = Words()
    key = Words(unique=True)
    fingerprint = Words(unique=True)
    domains = models.TextField()
    added_by = Words()
    added_at = models.DateTimeField()
    blocked = models.BooleanField(default=False)
    heard = models.DateTimeField(null=True)
    trouble = Words(default="")
    troubled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_peer"


class FormerKeyRecord(models.Model):
    """A key that a node has signed with; `peer` is empty for this node's own."""

    fingerprint = Words(primary_key=True)
    peer = Words()
    key = Words()
    until = models.DateTimeField()

    class Meta:
        db_table = "store_former_key"


class NonceRecord(models.Model):
    """A nonce that a peer has used, kept until its signature has expired anyway."""

    fingerprint = Words()
    nonce = Words()
    until = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "store_peer_nonce"
        constraints = (
            models.UniqueConstraint(fields=("fingerprint", "nonce"), name="nonce_used_once"),
        )


class SealRecord(models.Model):
    """An agreement as two nodes signed it. `text` is ASCII."""

    agreement = Words(primary_key=True)
    peer = Words()
    text = models.TextField()
    hash = Words()
    source_signature = Words(default="")
    consumer_signature = Words(default="")

    class Meta:
        db_table = "store_seal"


class LetterRecord(models.Model):
    """A letter for a peer. `number` is the order in which letters go."""

    number = models.BigAutoField(primary_key=True)
    id = Words(unique=True)
    peer = Words()
    agreement = Words()
    kind = models.TextField()
    payload = models.TextField()
    written = models.DateTimeField()
    delivered = models.DateTimeField(null=True)
    refused = Words(default="")

    class Meta:
        db_table = "store_letter"
        indexes = (
            models.Index(
                fields=("peer", "number"),
                condition=models.Q(delivered=None),
                name="letter_waiting",
            ),
        )


class HeardLetterRecord(models.Model):
    """A letter that a peer has delivered, so that a second delivery does nothing."""

    peer = Words()
    letter = Words()
    at = models.DateTimeField()

    class Meta:
        db_table = "store_letter_heard"
        constraints = (
            models.UniqueConstraint(fields=("peer", "letter"), name="letter_heard_once"),
        )


class PeerStore:
    """`verbs.ports.Peers` on Django's tables."""

    @reads
    def get(self, peer: str) -> Peer | None:
        return only(_peer(r) for r in PeerRecord.objects.filter(pk=peer))

    @reads
    def by_fingerprint(self, fingerprint: str) -> Peer | None:
        return only(_peer(r) for r in PeerRecord.objects.filter(fingerprint=fingerprint))

    @reads
    def of_domain(self, domain: str) -> Peer | None:
        return only(p for p in self.all() if domain in p.domains)

    @reads
    def all(self) -> Sequence[Peer]:
        return tuple(_peer(r) for r in PeerRecord.objects.order_by("id"))

    @writes
    def put(self, peer: Peer, fingerprint: str) -> None:
        PeerRecord.objects.update_or_create(
            id=peer.id,
            defaults={
                "name": peer.name,
                "address": peer.address,
                "key": peer.key,
                "fingerprint": fingerprint,
                "domains": dumps(list(peer.domains)),
                "added_by": peer.added_by,
                "added_at": peer.added_at,
                "blocked": peer.blocked,
            },
        )

    @reads
    def former_keys(self, peer: str) -> Sequence[FormerKey]:
        found = FormerKeyRecord.objects.filter(peer=peer).order_by("until")
        return tuple(FormerKey(r.peer, r.key, r.until) for r in found)

    @reads
    def was_a_key(self, fingerprint: str) -> bool:
        return FormerKeyRecord.objects.filter(pk=fingerprint).exists()

    @writes
    def put_former_key(self, former: FormerKey, fingerprint: str) -> None:
        FormerKeyRecord(
            fingerprint=fingerprint, peer=former.peer, key=former.key, until=former.until
        ).save()

    @reads
    def contact(self, peer: str) -> Contact:
        found = only(PeerRecord.objects.filter(pk=peer))
        return (
            Contact() if found is None else Contact(found.heard, found.trouble, found.troubled_at)
        )

    @writes
    def note(self, peer: str, at: datetime, trouble: str = "") -> None:
        given: dict[str, Any] = {"trouble": trouble, "troubled_at": at if trouble else None}
        if not trouble:
            given["heard"] = at
        PeerRecord.objects.filter(pk=peer).update(**given)

    @writes
    def first_use(self, fingerprint: str, nonce: str, until: datetime, now: datetime) -> bool:
        NonceRecord.objects.filter(until__lt=now).delete()
        if NonceRecord.objects.filter(fingerprint=fingerprint, nonce=nonce).exists():
            return False
        NonceRecord(fingerprint=fingerprint, nonce=nonce, until=until).save(force_insert=True)
        return True

    @reads
    def seal(self, agreement: str) -> Seal | None:
        return only(_seal(r) for r in SealRecord.objects.filter(pk=agreement))

    @reads
    def seals(self, agreements: Iterable[str]) -> Sequence[Seal]:
        return tuple(_seal(r) for r in SealRecord.objects.filter(pk__in=list(agreements)))

    @writes
    def put_seal(self, seal: Seal) -> None:
        SealRecord(
            agreement=seal.agreement,
            peer=seal.peer,
            text=seal.text.decode("ascii"),
            hash=seal.hash,
            source_signature=seal.source_signature,
            consumer_signature=seal.consumer_signature,
        ).save()

    @writes
    def post(self, letter: Letter) -> None:
        LetterRecord(
            id=letter.id,
            peer=letter.peer,
            agreement=letter.agreement,
            kind=letter.kind.value,
            payload=dumps(dict(letter.payload)),
            written=letter.written,
        ).save(force_insert=True)

    @reads
    def waiting(self, peer: str) -> Sequence[Letter]:
        records = LetterRecord.objects.filter(peer=peer, delivered=None).order_by("number")
        return tuple(_letter(r) for r in records)

    @reads
    def letters(self, agreement: str) -> Sequence[Letter]:
        records = LetterRecord.objects.filter(agreement=agreement).order_by("number")
        return tuple(_letter(r) for r in records)

    @writes
    def delivered(self, letter: str, at: datetime, refused: str = "") -> bool:
        waiting = LetterRecord.objects.filter(id=letter, delivered=None)
        return bool(waiting.update(delivered=at, refused=refused))

    @writes
    def heard(self, peer: str, letter: str, at: datetime) -> bool:
        if HeardLetterRecord.objects.filter(peer=peer, letter=letter).exists():
            return False
        HeardLetterRecord(peer=peer, letter=letter, at=at).save(force_insert=True)
        return True


def _peer(record: PeerRecord) -> Peer:
    return Peer(
        id=record.id,
        name=record.name,
        address=record.address,
        key=record.key,
        domains=tuple(loads(record.domains)),
        added_by=record.added_by,
        added_at=record.added_at,
        blocked=record.blocked,
    )


def _seal(record: SealRecord) -> Seal:
    return Seal(
        agreement=record.agreement,
        peer=record.peer,
        text=record.text.encode(),
        hash=record.hash,
        source_signature=record.source_signature,
        consumer_signature=record.consumer_signature,
    )


def _letter(record: LetterRecord) -> Letter:
    return Letter(
        id=record.id,
        peer=record.peer,
        agreement=record.agreement,
        kind=LetterKind(record.kind),
        payload=loads(record.payload),
        written=record.written,
        delivered=record.delivered,
        refused=record.refused,
    )
