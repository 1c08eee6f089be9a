"""Parts: what other nodes work out of a query, fetched when it is granted and on the record.

Each part is asked of the node where its data lies, for the same person, purpose and agreements, and
under the query's own name, so that the records of both nodes name the same use. What comes back is
held in memory until the query has ended, and nowhere else.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from fairway.nouns.access import Grant
from fairway.nouns.errors import FairwayError, Refused, Unavailable
from fairway.nouns.peers import Part, Split
from fairway.nouns.people import Actor
from fairway.nouns.queries import Limits
from fairway.nouns.relations import GovernedRelation
from fairway.verbs import peers, seals
from fairway.verbs.cancelling import Attach, Cancellation
from fairway.verbs.ports import Platform

LARGEST_PART = 64 * 1024 * 1024
"""Bytes that one part may bring; a node that asks for more is told to ask for less."""

_AT_ONCE = 8
_SPARE_SECONDS = 5.0
"""What a request may take besides the query itself."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The use that a query's parts belong to."""

    query: str
    actor: Actor
    purpose: str
    hashes: Mapping[str, str]


def owners(grants: Sequence[Grant]) -> dict[str, str]:
    """Return the peer of each granted product that lies at one."""
    return {
        g.product.id: g.product.source.location for g in grants if peers.lies_elsewhere(g.product)
    }


def sealed(platform: Platform, grants: Sequence[Grant]) -> dict[str, str]:
    """Return the hash of each agreement with another node, having checked that both signed it.

    Raises `Refused` for one that is not signed, or not as it would be applied.
    """
    agreements = [a for grant in grants for a in grant.agreements]
    return {seal.agreement: seal.hash for seal in seals.check(platform, agreements)}


def agreements_of(part: Part, grants: Sequence[Grant], hashes: Mapping[str, str]) -> dict[str, str]:
    """Return the agreements that a part is asked under, with their hashes."""
    return {
        name: hashes[name]
        for grant in grants
        if grant.product.id in part.products
        for name in grant.under
        if name in hashes
    }


def fetched(
    platform: Platform,
    asked: Asked,
    split: Split,
    grants: Sequence[Grant],
    limits: Limits,
    attach: Attach,
) -> tuple[tuple[GovernedRelation, ...], list[int]]:
    """Return the relations of the rest with the answers in them, and the bytes of each part.

    The parts are asked side by side. The first that fails ends the query and names its node; the
    others end by themselves. `attach` is told how all of them are broken off; a node that was asked
    stops its part when its caller hangs up. Raises `Refused`, `Unavailable`.
    """
    requests = Cancellation()
    attach(requests.cancel)
    deadline = time.monotonic() + limits.seconds + _SPARE_SECONDS
    known = {part.peer: peers.get(platform, part.peer) for part in split.parts}

    def answer(number: int, part: Part) -> bytes:
        said: dict[str, Any] = {
            "query": asked.query,
            "part": number,
            "person": asked.actor.person,
            "purpose": asked.purpose,
            "sql": part.sql,
            "agreements": agreements_of(part, grants, asked.hashes),
            "seconds": limits.seconds,
        }
        return peers.ask(
            platform,
            known[part.peer],
            "use",
            said,
            seconds=max(0.1, deadline - time.monotonic()),
            largest=LARGEST_PART,
            content_type=peers.ARROW,
            attach=requests.attach,
        )

    with ThreadPoolExecutor(min(_AT_ONCE, len(split.parts)), "fairway-part") as pool:
        waiting = [pool.submit(answer, n, part) for n, part in enumerate(split.parts, start=1)]
        outcomes = [_outcome(one) for one in waiting]
    for part, outcome in zip(split.parts, outcomes, strict=True):
        if isinstance(outcome, Unavailable) and not requests.cancelled:
            peers.troubled(platform, known[part.peer], outcome.message)
    contents = {}
    for part, outcome in zip(split.parts, outcomes, strict=True):
        if isinstance(outcome, FairwayError):
            raise outcome
        contents[part.name] = outcome
    relations = tuple(
        replace(r, content=contents[f"{r.domain}.{r.table}"]) if r.origin else r
        for r in split.relations
    )
    return relations, [len(contents[part.name]) for part in split.parts]


def _outcome(waiting: Any) -> bytes | FairwayError:
    try:
        answer: bytes = waiting.result()
    except FairwayError as error:
        return error
    return answer


def check_hashes(granted: Mapping[str, str], told: Mapping[str, str]) -> None:
    """Raise `Refused` unless a peer means the very agreements that would be applied here."""
    if granted != told:
        raise Refused(
            "peer.agreement_differs",
            "The agreements that you name are not those that cover this here.",
            remedy="Compare the agreement and its hash at both nodes.",
        )
