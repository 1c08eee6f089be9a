"""Second factors: codes of an authenticator app (RFC 6238) and recovery codes."""

import hashlib
import secrets
import time
from base64 import b32encode, urlsafe_b64encode

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.db import models
from django.utils.crypto import constant_time_compare

from fairway.store.database import reads, writes
from fairway.store.people import PersonRecord

STEP = 30
"""Seconds for which a code is shown, as authenticator apps take for granted."""
DIGITS = 6
RECOVERY_CODES = 10
_SECRET_BYTES = 20
_RECOVERY_BYTES = 16  # so a digest needs no salt (OWASP ASVS 5.0, 6.5.2 and 11.5.1)


class FactorRecord(models.Model):
    """A person's authenticator app. `secret` is sealed; `last` is the step of the last code."""

    person = models.OneToOneField(
        PersonRecord, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    secret = models.TextField()
    pending = models.BooleanField()
    last = models.BigIntegerField()

    class Meta:
        db_table = "store_factor"


class RecoveryCodeRecord(models.Model):
    """A recovery code that has not been used; only its digest is here."""

    person = models.ForeignKey(PersonRecord, on_delete=models.PROTECT, related_name="+")
    digest = models.TextField()

    class Meta:
        db_table = "store_recovery_code"


class FactorStore:
    """`verbs.ports.Factors` on Django's tables.

    A factor is pending until its first code. A code opens once, and none before it opens again.
    """

    @reads
    def enrolled(self, person: str) -> bool:
        return FactorRecord.objects.filter(pk=person, pending=False).exists()

    @writes
    def begin(self, person: str) -> str:
        self.remove(person)
        secret = secrets.token_bytes(_SECRET_BYTES)
        FactorRecord(person_id=person, secret=_sealed(secret), pending=True, last=0).save()
        return b32encode(secret).decode()

    @writes
    def complete(self, person: str, code: str) -> tuple[str, ...] | None:
        found = FactorRecord.objects.filter(pk=person, pending=True).first()
        if found is None or not _opens(found, code):
            return None
        found.pending = False
        found.save()
        codes = tuple(
            b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().rstrip("=").lower()
            for _ in range(RECOVERY_CODES)
        )
        RecoveryCodeRecord.objects.bulk_create(
            RecoveryCodeRecord(person_id=person, digest=_digest(made)) for made in codes
        )
        return codes

    @writes
    def use(self, person: str, code: str) -> bool:
        found = FactorRecord.objects.filter(pk=person, pending=False).first()
        if found is None:
            return False
        if _opens(found, code):
            return True
        held = RecoveryCodeRecord.objects.filter(person=person, digest=_digest(code))
        return bool(held.delete()[0])

    @writes
    def remove(self, person: str) -> bool:
        RecoveryCodeRecord.objects.filter(person=person).delete()
        return bool(FactorRecord.objects.filter(pk=person).delete()[0])


def _opens(found: FactorRecord, code: str) -> bool:
    """Say whether a code is that of now, the step before or the next, and later than the last."""
    app = TOTP(_opened(found.secret), DIGITS, SHA1(), STEP)  # nosec B303 # noqa: S303 # RFC 6238: what apps do
    now = int(time.time()) // STEP
    for step in (now - 1, now, now + 1):
        expected = app.generate(step * STEP).decode()
        if step > found.last and constant_time_compare(code.strip(), expected):
            found.last = step
            found.save()
            return True
    return False


def _digest(code: str) -> str:
    """Return what is kept of a recovery code, however it was typed."""
    typed = code.replace(" ", "").replace("-", "").lower()
    return hashlib.sha256(typed.encode()).hexdigest()


def _sealed(secret: bytes) -> str:
    return _sealer().encrypt(secret).decode()


def _opened(sealed: str) -> bytes:
    return _sealer().decrypt(sealed.encode())


def _sealer() -> Fernet:
    """Return what seals secrets in the database, by a key of the node."""
    key = HKDF(SHA256(), 32, salt=None, info=b"fairway second factors").derive(
        settings.SECRET_KEY.encode()
    )
    return Fernet(urlsafe_b64encode(key))
