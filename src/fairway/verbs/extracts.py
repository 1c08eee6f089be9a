"""Extracts: what a share shows, made by the governed engine and kept as files.

An extract is made once for an agreement, its terms and a state of its product. What the recipient
sees changes its number only where the rows that they may see are others: a change that is hidden
from them makes no version.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from fairway.nouns.errors import FairwayError, Unavailable
from fairway.nouns.products import Source
from fairway.nouns.queries import Limits
from fairway.nouns.relations import GovernedRelation
from fairway.nouns.shares import Extract, ShareVersion
from fairway.verbs.acting import acting
from fairway.verbs.ports import Platform
from fairway.verbs.shares import Shared, record

MAKING_SECONDS = 900.0
"""How long the engine may work on one extract."""

_TRIES = 3
_NO_BOUND = 2**53


def policy_of(shared: Shared) -> str:
    """Return a text that stands for the terms: another one when anything in them is another."""
    governed = shared.relation
    terms = (governed.columns, governed.scope, governed.scope_types)
    return hashlib.sha256(repr(terms).encode()).hexdigest()[:16]


def current(platform: Platform, shared: Shared, verb: str) -> tuple[ShareVersion, Extract]:
    """Return the newest version of a share and its extract, made now where it has to be.

    Raises `BoundExceeded` for more than the node keeps, `Unavailable` when the source or the
    engine does not answer.
    """
    for _ in range(_TRIES):
        source = platform.sources.pin(shared.relation.source, None)
        state = platform.sources.state(source)
        extract = made(platform, shared, state, source)
        if platform.sources.state(source) == state:  # it did not change while it was read
            return _numbered(platform, shared, verb, state, extract), extract
    raise Unavailable(
        "share.in_motion", "The data is being changed.", remedy="Try again in a minute."
    )


def kept(platform: Platform, shared: Shared, version: ShareVersion) -> Extract | None:
    """Return a version's extract if it is kept, or can be made again from the product as it is."""
    found = platform.extracts.get(shared.name, version.extract)
    source = platform.sources.pin(shared.relation.source, None)
    if found is None and platform.sources.state(source) == version.state:
        found = made(platform, shared, version.state, source)
    return found


def made(platform: Platform, shared: Shared, state: str, source: Source) -> Extract:
    """Return the extract of a state of the product, made by the engine where it is not kept."""
    key = key_of(shared, state)
    found = platform.extracts.get(shared.name, key)
    return found or platform.extracts.make(
        shared.name, key, lambda: _rows(platform, shared, replace(shared.relation, source=source))
    )


def key_of(shared: Shared, state: str) -> str:
    """Return the name of an extract: of its agreement, its terms and its state."""
    named = "\n".join([shared.name, policy_of(shared), state])
    return hashlib.sha256(named.encode()).hexdigest()[:40]


def _rows(platform: Platform, shared: Shared, governed: GovernedRelation) -> Iterable[bytes]:
    """Have the engine read the governed rows; on the record before it begins."""
    columns = [column.name for column in shared.columns]
    agreement, recipient = shared.agreement, shared.recipient
    record(platform, agreement, recipient, "share.extract", "granted", columns=columns)
    # Both are names of a published product, and the gate reads them.
    sql = f'SELECT * FROM "{governed.domain}"."{governed.table}"'  # noqa: S608
    parsed = platform.gate.parse(sql)
    limits = Limits(_NO_BOUND, _NO_BOUND, platform.limits.memory, MAKING_SECONDS)
    try:
        stream = platform.engine.run(parsed, [governed], limits)
        try:
            yield from stream
        finally:
            stream.close()
    except FairwayError as error:
        record(platform, agreement, recipient, "share.stopped", "failed", reason=error.message)
        raise


def _numbered(
    platform: Platform, shared: Shared, verb: str, state: str, extract: Extract
) -> ShareVersion:
    """Return the version that an extract is: a new one where what it shows is new."""
    policy = policy_of(shared)
    latest = next(iter(platform.store.shares.versions(shared.name)), None)
    if latest and (latest.policy, latest.state) == (policy, state):
        return latest
    with acting(platform, shared.actor, verb, subject=shared.name) as act:
        latest = next(iter(platform.store.shares.versions(shared.name)), None)
        same = latest is not None and (latest.policy, latest.digest) == (policy, extract.digest)
        version = ShareVersion(
            agreement=shared.name,
            number=latest.number + (0 if same else 1) if latest else 0,
            policy=policy,
            state=state,
            extract=extract.key,
            digest=extract.digest,
            at=latest.at if latest and same else platform.clock.now(),
        )
        platform.store.shares.put_version(version)
        act.record(
            "share.version",
            subject=shared.name,
            products=(shared.product.id,),
            agreements=(shared.name,),
            purpose=shared.agreement.purpose,
            rows=extract.rows,
            details={"version": version.number, "new": not same, "digest": extract.digest},
        )
    return version
