"""The versions of the hub's guardrails."""

from collections.abc import Sequence

from django.db import models

from fairway.nouns.guardrails import Example, GuardrailVersion, VersionState
from fairway.store.database import Prepared, Words, only, reads, writes
from fairway.store.encoding import dumps, loads


class GuardrailRecord(models.Model):
    """One version: policies as Cedar text, their examples as JSON text."""

    number = models.BigAutoField(primary_key=True)
    version = Words(unique=True)
    policies = Words()
    examples = models.TextField()
    state = models.TextField()
    note = Words()
    proposed_by = Words()
    proposed_at = models.DateTimeField()
    reviewed_by = Words()
    reviewed_at = models.DateTimeField(null=True)
    published_by = Words()
    published_at = models.DateTimeField(null=True)
    until = models.DateField(null=True)
    signature = models.TextField()

    class Meta:
        db_table = "store_guardrail"
        constraints = (
            models.UniqueConstraint(
                fields=("state",),
                condition=models.Q(state="published"),
                name="one_published_version",
            ),
        )


class GuardrailStore:
    """`verbs.ports.GuardrailVersions` on Django's tables."""

    @reads
    def get(self, version: str) -> GuardrailVersion | None:
        return only(_version(r) for r in GuardrailRecord.objects.filter(version=version))

    @reads
    def published(self) -> GuardrailVersion | None:
        state = VersionState.PUBLISHED.value
        return only(_version(r) for r in GuardrailRecord.objects.filter(state=state))

    @reads
    def stamp(self) -> str:
        return only(f"{r.version}|{r.state}|{r.signature}" for r in _STAMP()) or ""

    @reads
    def all(self) -> Sequence[GuardrailVersion]:
        return tuple(_version(r) for r in GuardrailRecord.objects.order_by("-number"))

    @writes
    def put(self, version: GuardrailVersion) -> None:
        GuardrailRecord.objects.update_or_create(
            version=version.id,
            defaults={
                "policies": version.policies,
                "examples": dumps(
                    [[e.name, dict(e.facts), e.forbidden_by] for e in version.examples]
                ),
                "state": version.state.value,
                "note": version.note,
                "proposed_by": version.proposed_by,
                "proposed_at": version.proposed_at,
                "reviewed_by": version.reviewed_by,
                "reviewed_at": version.reviewed_at,
                "published_by": version.published_by,
                "published_at": version.published_at,
                "until": version.until,
                "signature": version.signature,
            },
        )


_STAMP = Prepared(
    lambda: (
        GuardrailRecord.objects.exclude(signature="")
        .order_by("state", "-number")
        .only("version", "state", "signature")[:1]
    )
)


def _version(record: GuardrailRecord) -> GuardrailVersion:
    return GuardrailVersion(
        id=record.version,
        policies=record.policies,
        examples=tuple(Example(n, f, by) for n, f, by in loads(record.examples)),
        state=VersionState(record.state),
        note=record.note,
        proposed_by=record.proposed_by,
        proposed_at=record.proposed_at,
        reviewed_by=record.reviewed_by,
        reviewed_at=record.reviewed_at,
        published_by=record.published_by,
        published_at=record.published_at,
        until=record.until,
        signature=record.signature,
    )
