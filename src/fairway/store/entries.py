"""Harvested records as their sources have them, the entries that the catalogue makes of them, and
the harvests that brought them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from django.db import models

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, GetAt, Provenance
from fairway.nouns.harvests import Coverage, Harvest, Record, Shown
from fairway.store.database import Words, only, reads, storable, writes
from fairway.store.encoding import dumps, loads

LONGEST_TITLE = 300
"""Characters of a title that are compared and ordered by: an index holds no text of any length."""


class HarvestRecord(models.Model):
    """A harvest, ended or not."""

    number = models.BigAutoField(primary_key=True)
    harvest = Words(unique=True)
    source = Words()
    format = Words()
    digest = models.TextField()
    by = Words()
    begun = models.DateTimeField()
    total = models.BigIntegerField()
    faults = models.BigIntegerField()
    withdraws = models.BooleanField()
    position = models.BigIntegerField()
    added = models.BigIntegerField()
    changed = models.BigIntegerField()
    unchanged = models.BigIntegerField()
    withdrawn = models.BigIntegerField()
    ended = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_harvest"
        indexes = (models.Index(fields=("source", "number"), name="harvest_of_source"),)


class SourceRecord(models.Model):
    """A record as one source has it. `title` is made for comparing, `shown_as` is the entry that
    shows it, `harvest` the last one that met it; `body` is the entry as JSON text."""

    number = models.BigAutoField(primary_key=True)
    entry = Words(unique=True)
    source = Words()
    title = models.TextField()
    digest = models.TextField()
    withdrawn = models.BooleanField()
    harvest = Words()
    shown_as = Words()
    body = models.TextField()

    class Meta:
        db_table = "store_source_record"
        indexes = (
            models.Index(fields=("source", "withdrawn", "harvest"), name="record_unmet"),
            models.Index(fields=("title",), name="record_title"),
        )


class EntryRecord(models.Model):
    """An entry as it is shown; `body` as JSON text, the rest for lists."""

    id = Words(primary_key=True)
    source = Words()
    kind = models.TextField()
    title = models.TextField()
    withdrawn = models.BooleanField()
    score = models.IntegerField()
    grade = models.TextField()
    no_description = models.BooleanField()
    no_licence = models.BooleanField()
    no_owner = models.BooleanField()
    due = models.DateField(null=True)
    body = models.TextField()

    class Meta:
        db_table = "store_entry"
        indexes = (
            models.Index(fields=("withdrawn", "title", "id"), name="entry_title"),
            models.Index(fields=("withdrawn", "score", "title", "id"), name="entry_score"),
            models.Index(fields=("withdrawn", "due"), name="entry_due"),
        )


class EntryStore:
    """`verbs.ports.Entries` on Django's tables."""

    @reads
    def harvest(self, source: str, *, ended: bool = False) -> Harvest | None:
        records = HarvestRecord.objects.filter(source=source).order_by("-number")
        wanted = records.filter(ended__isnull=False) if ended else records
        return only(_harvest(r) for r in wanted[:1])

    @reads
    def harvests(self) -> Sequence[Harvest]:
        latest = HarvestRecord.objects.values("source").annotate(last=models.Max("number"))
        records = HarvestRecord.objects.filter(number__in=latest.values("last"))
        return tuple(_harvest(r) for r in records.order_by("source"))

    @writes
    def put_harvest(self, harvest: Harvest) -> None:
        values = {name: getattr(harvest, name) for name in _HARVEST}
        HarvestRecord.objects.update_or_create(harvest=harvest.id, defaults=values)

    @reads
    def digests(self, entries: Sequence[str]) -> Mapping[str, str]:
        found = SourceRecord.objects.filter(entry__in=entries)
        return dict(found.values_list("entry", "digest"))

    @writes
    def keep(self, records: Sequence[Record]) -> Sequence[str]:
        names = [r.entry.id for r in records]
        before = SourceRecord.objects.filter(entry__in=names).values_list("title", flat=True)
        titles = tuple(before)
        SourceRecord.objects.bulk_create(
            [
                SourceRecord(
                    entry=r.entry.id,
                    source=r.source,
                    title=r.title[:LONGEST_TITLE],
                    digest=r.digest,
                    withdrawn=r.entry.withdrawn,
                    harvest=r.harvest,
                    shown_as=r.entry.id,
                    body=dumps(asdict(r.entry)),
                )
                for r in records
            ],
            update_conflicts=True,
            unique_fields=["entry"],
            update_fields=["title", "digest", "withdrawn", "harvest", "body"],
        )
        return titles

    @writes
    def meet(self, entries: Sequence[str], harvest: str) -> None:
        SourceRecord.objects.filter(entry__in=entries).update(harvest=harvest)

    @reads
    def unmet(self, source: str, harvest: str, limit: int) -> Sequence[Record]:
        records = SourceRecord.objects.filter(source=source, withdrawn=False)
        found = records.exclude(harvest=harvest).order_by("number")[:limit]
        return tuple(
            Record(_entry(loads(r.body)), r.source, r.title, r.digest, r.harvest) for r in found
        )

    @reads
    def titled(self, titles: Sequence[str]) -> Sequence[CatalogueEntry]:
        begun = [title[:LONGEST_TITLE] for title in titles]
        records = SourceRecord.objects.filter(title__in=begun).order_by("number")
        return tuple(_entry(loads(r.body)) for r in records)

    @writes
    def show(self, shown: Sequence[Shown]) -> None:
        members = [member for one in shown for member in one.members]
        EntryRecord.objects.filter(id__in=members).delete()
        EntryRecord.objects.bulk_create([_shown_record(one) for one in shown])
        SourceRecord.objects.filter(entry__in=members).update(shown_as=models.F("entry"))
        for one in shown:
            if len(one.members) > 1:
                those = SourceRecord.objects.filter(entry__in=one.members)
                those.update(shown_as=one.entry.id)

    @reads
    def get(self, entry: str) -> CatalogueEntry | None:
        shown_as = SourceRecord.objects.filter(entry=entry).values("shown_as")
        found = EntryRecord.objects.filter(id__in=shown_as)
        return only(_entry(loads(r.body)["entry"]) for r in found)

    @reads
    def find(
        self,
        *,
        kind: EntryKind | None = None,
        source: str = "",
        missing: str = "",
        due_before: date | None = None,
        order: str = "title",
        limit: int,
        offset: int,
    ) -> tuple[int, Sequence[Shown]]:
        found = EntryRecord.objects.filter(withdrawn=False)
        if kind is not None:
            found = found.filter(kind=kind.value)
        if source:
            theirs = SourceRecord.objects.filter(source=source, withdrawn=False)
            found = found.filter(id__in=theirs.values("shown_as"))
        if missing:
            found = found.filter(**{f"no_{missing}": True})
        if due_before is not None:
            found = found.filter(due__lt=due_before)
        page = found.order_by(*_ORDERS[order])[offset : offset + limit]
        return found.count(), tuple(_shown(r) for r in page)

    @reads
    def coverage(self) -> Sequence[Coverage]:
        rows = (
            EntryRecord.objects.filter(withdrawn=False)
            .values("source", "kind")
            .annotate(
                entries=models.Count("id"),
                score_mean=models.Avg("score"),
                undescribed=models.Count("id", filter=models.Q(no_description=True)),
                unlicensed=models.Count("id", filter=models.Q(no_licence=True)),
                unowned=models.Count("id", filter=models.Q(no_owner=True)),
            )
            .order_by("source", "kind")
        )
        return tuple(
            Coverage(
                source=row["source"],
                domain="",
                kind=EntryKind(row["kind"]),
                entries=row["entries"],
                without_description=row["undescribed"],
                without_licence=row["unlicensed"],
                without_owner=row["unowned"],
                score=float(row["score_mean"]),
            )
            for row in rows
        )


_HARVEST = tuple(f.name for f in fields(Harvest) if f.name != "id")
_LACKING = ("description", "licence", "owner")
_ORDERS = {
    "title": ("title", "id"),
    "best": ("-score", "title", "id"),
    "worst": ("score", "title", "id"),
    "stalest": ("due", "title", "id"),
}


def _harvest(record: HarvestRecord) -> Harvest:
    return Harvest(id=record.harvest, **{name: getattr(record, name) for name in _HARVEST})


def _shown_record(one: Shown) -> EntryRecord:
    entry = one.entry
    return EntryRecord(
        id=entry.id,
        source=entry.sources[0].source if entry.sources else "",
        kind=entry.kind.value,
        title=storable(entry.title.casefold())[:LONGEST_TITLE],  # for ordering alone
        withdrawn=entry.withdrawn,
        score=one.score,
        grade=one.grade,
        no_description="description" in one.missing,
        no_licence="licence" in one.missing,
        no_owner="owner" in one.missing,
        due=one.due,
        body=dumps({"entry": asdict(entry), "members": one.members}),
    )


def _shown(record: EntryRecord) -> Shown:
    body = loads(record.body)
    missing = tuple(name for name in _LACKING if getattr(record, f"no_{name}"))
    members = tuple(body["members"])
    return Shown(_entry(body["entry"]), members, record.score, record.grade, missing, record.due)


_LISTS = ("tags", "themes", "places", "columns", "period", "identifiers")


def _entry(said: dict[str, Any]) -> CatalogueEntry:
    return CatalogueEntry(
        **said
        | {name: tuple(said[name]) for name in _LISTS}
        | {
            "kind": EntryKind(said["kind"]),
            "get_at": GetAt(said["get_at"]),
            "distributions": tuple(Distribution(**d) for d in said["distributions"]),
            "sources": tuple(Provenance(**p) for p in said["sources"]),
        }
    )
