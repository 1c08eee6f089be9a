"""Sessions of the web pages, which know whose they are, so that their person can end them.

Django takes `SessionStore` from here (`SESSION_ENGINE`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone

from fairway.nouns.sessions import Session
from fairway.rules.sessions import session_id
from fairway.store.database import reads, writes

STARTED = "started"
SEEN = "seen"
"""What a session notes of itself, in seconds since 1970: when it began, and its last use."""


class SessionRecord(AbstractBaseSession):
    """A session, with whose it is beside its sealed content. Empty before anybody has signed in."""

    person = models.TextField(default="", db_index=True)
    started = models.DateTimeField(null=True)
    seen = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_session"

    @classmethod
    def get_session_store_class(cls) -> type["SessionStore"]:
        """Return the store that reads and writes these records."""
        return SessionStore


class SessionStore(DatabaseSessions):
    """Django's sessions in the database, in our table."""

    @classmethod
    def get_model_class(cls) -> type[SessionRecord]:
        """Return the table."""
        return SessionRecord

    def create_model_instance(self, data: dict[str, Any]) -> SessionRecord:
        """Return the record of this session, with whose it is."""
        record: SessionRecord = super().create_model_instance(data)  # type: ignore[assignment]  # narrower than what is declared
        record.person = data.get("_auth_user_id", "")
        record.started = _moment(data.get(STARTED))
        record.seen = _moment(data.get(SEEN))
        return record


class Sessions:
    """`verbs.ports.Sessions` on the same table."""

    @reads
    def of(self, person: str) -> Sequence[Session]:
        return tuple(_session(record) for record in _open(person))

    @writes
    def end(self, person: str, session: str) -> bool:
        keys = [r.session_key for r in _open(person) if session_id(r.session_key) == session]
        return bool(SessionRecord.objects.filter(session_key__in=keys).delete()[0])

    @writes
    def end_all(self, person: str) -> int:
        return SessionRecord.objects.filter(person=person).delete()[0]


def _open(person: str) -> models.QuerySet[SessionRecord]:
    held = SessionRecord.objects.filter(person=person, expire_date__gt=timezone.now())
    return held.exclude(started=None).exclude(seen=None).order_by("-seen", "session_key")


def _moment(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else None


def _session(record: SessionRecord) -> Session:
    started, seen = record.started, record.seen
    if started is None or seen is None:  # _open leaves these out
        raise ValueError(record.session_key)
    return Session(session_id(record.session_key), record.person, started, seen)
