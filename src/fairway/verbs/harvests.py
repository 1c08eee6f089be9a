"""Harvests: the records of another catalogue are taken over, kept up to date, and withdrawn."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from fairway.nouns.entries import CatalogueEntry
from fairway.nouns.errors import BadInput, Conflict
from fairway.nouns.harvests import Catalogue, Fault, Harvest, HarvestReport, Record
from fairway.nouns.people import Actor
from fairway.nouns.search import Indexed
from fairway.rules import harvests as rules
from fairway.rules.duplicates import plain
from fairway.verbs.acting import Act, acting, looking, verb
from fairway.verbs.ports import Platform

BATCH = 500
"""Records in one transaction: few enough that other writers wait for a moment only."""

LONGEST_SOURCE = 100

Progress = Callable[[int, int], None]


@verb("catalogue.harvest")
def harvest(
    platform: Platform,
    actor: Actor,
    source: str,
    text: str,
    *,
    format: str = "",  # noqa: A002 - the word that users write
    organisation: str = "",
    licence: str = "",
    complete: bool = True,
    progress: Progress | None = None,
) -> HarvestReport:
    """Take over the records of a catalogue that a surface has read; nothing is fetched here.

    What did not change is passed over; a harvest that was stopped goes on where it was; a record
    that cannot be used is in the report and stops nothing; what a `complete` text no longer holds
    is withdrawn. `organisation` and `licence` are those of records that say none. `progress` hears
    how many records are done, of how many. Raises `BadInput` for a text of which nothing can be
    used, `Conflict` when another harvest of the source begins meanwhile.
    """
    with looking(platform, actor, "catalogue.harvest"):
        check_source(source)
        read = platform.catalogues.read(text, source, format)
    return take_over(
        platform,
        actor,
        source,
        read,
        rules.text_digest(text),
        organisation=organisation,
        licence=licence,
        complete=complete,
        progress=progress,
    )


def take_over(
    platform: Platform,
    actor: Actor,
    source: str,
    read: Catalogue,
    text: str,
    *,
    organisation: str = "",
    licence: str = "",
    complete: bool = True,
    progress: Progress | None = None,
) -> HarvestReport:
    """Take over what was read from a text with this digest. Not a verb: a step of verbs."""
    taken = [
        rules.taken_over(
            e, source, platform.clock.now(), organisation=organisation, licence=licence
        )
        for e in read.entries
    ]
    records, unkept = _records(taken, source)
    faults = (*read.faults, *unkept)
    if not records:
        first = f" {faults[0]}" if faults else ""
        raise BadInput(
            "harvest.nothing_usable",
            f"Nothing in this catalogue can be used.{first}",
            remedy="Check the format, and that this is a catalogue.",
        )
    # A stopped harvest is gone on with only while it is the same text, read to the same records.
    begun = _begun(platform, source, text, len(records))
    run = begun or Harvest(
        id=platform.ids.new("H"),
        source=source,
        format=read.format,
        digest=text,
        by=actor.person,
        begun=platform.clock.now(),
        total=len(records),
        faults=len(faults),
        withdraws=rules.withdraws(
            complete, len(faults), platform.store.entries.harvest(source, ended=True)
        ),
    )
    resumed = run.position
    while run.ended is None:
        with acting(platform, actor, "catalogue.harvest", subject=run.id) as act:
            _check_not_overtaken(platform, run)
            run = _step(platform, run, records)
            platform.store.entries.put_harvest(run)
            _tell(act, run)
        if progress is not None:
            progress(run.position, run.total)
    return HarvestReport(run, faults, resumed)


def check_source(source: str) -> None:
    """Check the name of a source. Raises `BadInput`. Not a verb: a step of verbs."""
    if not source.strip() or len(source) > LONGEST_SOURCE or not source.isprintable():
        raise BadInput(
            "harvest.bad_source",
            f"A source needs a name of at most {LONGEST_SOURCE} characters.",
            remedy="Name it as its catalogue is called, such as opendata.scot.",
            field="source",
        )


def _records(
    entries: Sequence[CatalogueEntry], source: str
) -> tuple[tuple[Record, ...], tuple[Fault, ...]]:
    """Return what can be kept, each name once, and why the rest cannot."""
    records: dict[str, Record] = {}
    faults = []
    for entry in entries:
        if entry.id in records:
            reason = f"Another record has the same name as '{entry.title[:60]}'."
            faults.append(Fault(None, "identifier", reason))
            continue
        try:
            digest = rules.digest(entry)
        except (TypeError, ValueError):
            reason = f"'{entry.title[:60]}' holds a value that cannot be kept."
            faults.append(Fault(None, "", reason))
            continue
        records[entry.id] = Record(entry, source, plain(entry.title), digest, "")
    return tuple(records.values()), tuple(faults)


def _begun(platform: Platform, source: str, digest: str, total: int) -> Harvest | None:
    last = platform.store.entries.harvest(source)
    if last is None or last.ended is not None or (last.digest, last.total) != (digest, total):
        return None
    return last


def _check_not_overtaken(platform: Platform, run: Harvest) -> None:
    last = platform.store.entries.harvest(run.source)
    mine = last is not None and last.id == run.id and last.position == run.position
    new = (last is None or last.id != run.id) and run.position == 0
    if not mine and not new:
        raise Conflict(
            "harvest.overtaken",
            f"Another harvest of {run.source} began meanwhile.",
            remedy="Wait until it has ended, and harvest again.",
        )


def _step(platform: Platform, run: Harvest, records: Sequence[Record]) -> Harvest:
    """Take over a batch; after the last one withdraw, a batch at a time, what was not met."""
    if run.position < run.total:
        return _taken(platform, run, records[run.position : run.position + BATCH])
    gone: Sequence[Record] = ()
    if run.withdraws:
        gone = platform.store.entries.unmet(run.source, run.id, BATCH)
        _withdraw(platform, gone, run.id)
    run = replace(run, withdrawn=run.withdrawn + len(gone))
    return run if len(gone) == BATCH else replace(run, ended=platform.clock.now())


def _withdraw(platform: Platform, gone: Sequence[Record], harvest: str) -> None:
    # Without a digest it differs from what may come back one day.
    _keep(
        platform,
        [
            replace(r, entry=replace(r.entry, withdrawn=True), digest="", harvest=harvest)
            for r in gone
        ],
    )


def withdraw_all(platform: Platform, source: str) -> int:
    """Withdraw every record of a source, in an open transaction; return how many. A step of verbs.

    A record that is withdrawn is unmet by no harvest, so the batches come to an end.
    """
    count = 0
    while gone := platform.store.entries.unmet(source, "", BATCH):
        _withdraw(platform, gone, "withdrawn")
        count += len(gone)
    return count


def _taken(platform: Platform, run: Harvest, batch: Sequence[Record]) -> Harvest:
    known = platform.store.entries.digests([r.entry.id for r in batch])
    new = [r for r in batch if r.entry.id not in known]
    changed = [r for r in batch if known.get(r.entry.id, r.digest) != r.digest]
    same = [r.entry.id for r in batch if known.get(r.entry.id) == r.digest]
    platform.store.entries.meet(same, run.id)
    _keep(platform, [replace(r, harvest=run.id) for r in (*new, *changed)])
    return replace(
        run,
        position=run.position + len(batch),
        added=run.added + len(new),
        changed=run.changed + len(changed),
        unchanged=run.unchanged + len(same),
    )


def _keep(platform: Platform, records: Sequence[Record]) -> None:
    """Keep records; show, and make findable, every entry that they are, were or become part of."""
    if not records:
        return
    entries = platform.store.entries
    titles = {*entries.keep(records), *(r.title for r in records)}
    shown = rules.shown(entries.titled(sorted(titles)))
    entries.show(shown)
    platform.index.put_entries(Indexed(entry) for one in shown for entry in rules.found_as(one))


def _tell(act: Act, run: Harvest) -> None:
    act.record(
        "catalogue.harvest",
        subject=run.id,
        details={
            "source": run.source,
            "format": run.format,
            "position": run.position,
            "total": run.total,
            "faults": run.faults,
            "added": run.added,
            "changed": run.changed,
            "unchanged": run.unchanged,
            "withdrawn": run.withdrawn,
            "ended": run.ended is not None,
        },
    )
