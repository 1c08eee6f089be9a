"""Extracts: what a share shows, made by the governed engine and kept as files.

An extract is made once for an agreement, its terms and a state of its product. Where the product
keeps no states, a version follows another only where the rows that the recipient may see are
others: a change that is hidden from them makes no version. Where it keeps them, as a Delta Lake
table does, the versions are the product's own; what changed between two of them is worked out from
what the recipient sees of each, so that the change of a hidden row or column is no change.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from fairway.nouns.errors import BadInput, FairwayError, Unavailable
from fairway.nouns.products import Source
from fairway.nouns.queries import Chunk, Limits
from fairway.nouns.relations import GovernedRelation
from fairway.nouns.shares import Extract, ShareVersion
from fairway.nouns.versions import AsOf, Moment, Version
from fairway.verbs.acting import acting
from fairway.verbs.ports import Platform
from fairway.verbs.shares import Shared, record

MAKING_SECONDS = 900.0
"""How long the engine may work on one extract."""

_TRIES = 3
_NO_BOUND = 2**53


class Part(StrEnum):
    """What of a version an extract holds: all of its rows, or those that came or went with it."""

    ALL = "all"
    ADDED = "added"
    REMOVED = "removed"


_SQL = {
    Part.ALL: 'SELECT * FROM "shared"."now"',
    Part.ADDED: 'SELECT * FROM (SELECT * FROM "shared"."now" EXCEPT ALL'
    ' SELECT * FROM "shared"."before") AS came ORDER BY ALL',
    Part.REMOVED: 'SELECT * FROM (SELECT * FROM "shared"."before" EXCEPT ALL'
    ' SELECT * FROM "shared"."now") AS went ORDER BY ALL',
}


def version_of(
    platform: Platform, shared: Shared, verb: str, wanted: AsOf | None = None
) -> tuple[ShareVersion, Extract]:
    """Return a version of a share, the newest unless one is wanted, and its extract.

    It is made now where it has to be. Raises `BadInput` for a version that is not shared,
    `BoundExceeded` for more than the node keeps, `Unavailable` when the source or the engine does
    not answer.
    """
    for _ in range(_TRIES):
        source = _pinned(platform, shared, wanted)
        state = platform.sources.state(source)
        extract = _made(platform, shared, state, [replace(shared.relation, source=source)])
        if platform.sources.state(source) == state:  # it did not change while it was read
            version = _numbered(platform, shared, verb, state, source, extract)
            if not source.version:
                _check_newest(version, wanted)
            return version, extract
    raise Unavailable(
        "share.in_motion", "The data is being changed.", remedy="Try again in a minute."
    )


def keeps_history(platform: Platform, shared: Shared) -> bool:
    """Say whether earlier versions of the product may be read: it keeps them, and its contract
    shares them."""
    newest = platform.sources.pin(shared.relation.source, None)
    return bool(newest.version) and shared.product.contract.earlier_versions


def history(platform: Platform, shared: Shared) -> Sequence[tuple[int, datetime]]:
    """Return the versions that may be read, with when they were written, oldest first."""
    if not keeps_history(platform, shared):
        raise _no_history("startingVersion")
    return platform.sources.history(shared.relation.source)


def changed(platform: Platform, shared: Shared, number: int, part: Part) -> Extract:
    """Return the rows that came or went with a version, as the recipient sees them.

    The whole of the first version came with it.
    """
    now = _pinned(platform, shared, Version(number))
    relations = [replace(shared.relation, source=now)]
    states = [platform.sources.state(now)]
    if number:
        before = _pinned(platform, shared, Version(number - 1))
        relations.append(replace(shared.relation, source=before))
        states.append(platform.sources.state(before))
    else:  # what came with it is all of it, and nothing went
        part = Part.ALL
    return _made(platform, shared, "\n".join([*states, part]), relations, part)


def kept(platform: Platform, shared: Shared, number: int, part: Part) -> Extract | None:
    """Return what a link leads to, made again where it is not kept; None where it cannot be."""
    if part is not Part.ALL:
        return changed(platform, shared, number, part)
    versions = platform.store.shares.versions(shared.name)
    version = next((v for v in versions if v.number == number), None)
    if version is None:
        return None
    found = platform.extracts.get(shared.name, version.extract)
    source = platform.sources.pin(shared.relation.source, None)
    if source.version and found is None:
        source = platform.sources.pin(shared.relation.source, Version(number))
    if found is None and platform.sources.state(source) == version.state:
        relations = [replace(shared.relation, source=source)]
        found = _made(platform, shared, version.state, relations)
    return found


def key_of(shared: Shared, state: str) -> str:
    """Return the name of an extract: of its agreement, its terms and its state."""
    named = "\n".join([shared.name, shared.policy, state])
    return hashlib.sha256(named.encode()).hexdigest()[:40]


def _pinned(platform: Platform, shared: Shared, wanted: AsOf | None) -> Source:
    """Return the product's source as of a version. Raises `BadInput` for one that is not shared."""
    newest = platform.sources.pin(shared.relation.source, None)
    if wanted is None or not newest.version:
        return newest
    if _is_newest(platform, newest, wanted):
        return newest
    if not shared.product.contract.earlier_versions:
        raise _no_history("version" if isinstance(wanted, Version) else "timestamp")
    return platform.sources.pin(shared.relation.source, wanted)


def _is_newest(platform: Platform, newest: Source, wanted: AsOf) -> bool:
    if isinstance(wanted, Version):
        return str(wanted.number) == newest.version
    written = dict(platform.sources.history(newest))
    return wanted.at >= written.get(int(newest.version), wanted.at)


def _check_newest(version: ShareVersion, wanted: AsOf | None) -> None:
    """Only the newest version can be read of a product that keeps no states."""
    if isinstance(wanted, Version) and wanted.number != version.number:
        raise _no_history("version")
    if isinstance(wanted, Moment) and wanted.at < version.at:
        raise _no_history("timestamp")


def _no_history(field: str) -> BadInput:
    return BadInput(
        "share.no_history",
        "This table is shared in its newest version alone.",
        remedy="Leave the version out.",
        field=field,
    )


def _made(
    platform: Platform,
    shared: Shared,
    state: str,
    relations: Sequence[GovernedRelation],
    part: Part = Part.ALL,
) -> Extract:
    """Return the extract of a state of the product, made by the engine where it is not kept."""
    key = key_of(shared, state)
    found = platform.extracts.get(shared.name, key)
    return found or platform.extracts.make(
        shared.name, key, lambda: _rows(platform, shared, relations, part)
    )


def _rows(
    platform: Platform, shared: Shared, relations: Sequence[GovernedRelation], part: Part
) -> Iterable[Chunk]:
    """Have the engine read the governed rows; on the record before it begins."""
    columns = [column.name for column in shared.columns]
    agreement, recipient = shared.agreement, shared.recipient
    source = relations[0].source.version
    record(
        platform,
        agreement,
        recipient,
        "share.extract",
        "granted",
        columns=columns,
        part=part.value,
        state=source,
    )
    named = [
        replace(relation, domain="shared", table=table)
        for relation, table in zip(relations, ("now", "before"), strict=False)
    ]
    limits = Limits(_NO_BOUND, _NO_BOUND, platform.limits.memory, MAKING_SECONDS)
    try:
        stream = platform.engine.run(platform.gate.parse(_SQL[part]), named, limits)
        try:
            yield from stream
        finally:
            stream.close()
    except FairwayError as error:
        record(platform, agreement, recipient, "share.stopped", "failed", reason=error.message)
        raise


def _numbered(
    platform: Platform, shared: Shared, verb: str, state: str, source: Source, extract: Extract
) -> ShareVersion:
    """Return the version that an extract is: a new one where what it shows is new."""
    versions = platform.store.shares.versions(shared.name)
    for known in versions if source.version else versions[:1]:
        if (known.policy, known.state) == (shared.policy, state):
            return known
    with acting(platform, shared.actor, verb, subject=shared.name) as act:
        if source.version:
            version = _own_number(platform, shared, state, source, extract)
        else:
            version = _next_number(platform, shared, state, extract)
        platform.store.shares.put_version(version)
        act.record(
            "share.version",
            subject=shared.name,
            products=(shared.product.id,),
            agreements=(shared.name,),
            purpose=shared.agreement.purpose,
            rows=extract.rows,
            details={"version": version.number, "digest": extract.digest},
        )
    return version


def _own_number(
    platform: Platform, shared: Shared, state: str, source: Source, extract: Extract
) -> ShareVersion:
    """Return the version with the product's own number and time."""
    number = int(source.version)
    written = dict(platform.sources.history(shared.relation.source))
    at = written.get(number, platform.clock.now())
    return ShareVersion(shared.name, number, shared.policy, state, extract.key, extract.digest, at)


def _next_number(platform: Platform, shared: Shared, state: str, extract: Extract) -> ShareVersion:
    """Return the next version, or the newest one as it is where it shows the same."""
    latest = next(iter(platform.store.shares.versions(shared.name)), None)
    if latest and (latest.policy, latest.digest) == (shared.policy, extract.digest):
        return replace(latest, state=state, extract=extract.key)
    number = latest.number + 1 if latest else 0
    now = platform.clock.now()
    return ShareVersion(shared.name, number, shared.policy, state, extract.key, extract.digest, now)
