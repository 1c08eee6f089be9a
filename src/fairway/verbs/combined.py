"""Which agreements were used together: noted once, so that a person's own view can find them.

Pseudonyms under several agreements have a key of their own (`rules.obligations.key_name`). Whoever
answers a person about the uses of their data has to know which keys there were.
"""

from collections.abc import Iterator

from fairway.nouns.events import EventFilter
from fairway.verbs.acting import event
from fairway.verbs.ports import Platform
from fairway.verbs.using import Prepared, Use

ACTION = "agreement.combined"
SUBJECT = "agreements kept together"
"""What all of these events are about, by which the record finds them among many millions."""


def note(use: Use, ready: Prepared) -> None:
    """Put on the record which agreements a use keeps together, where none has done so before."""
    several = [grant for grant in ready.decision.grants if len(grant.under) > 1]
    known = set(all_of(use.platform)) if several else set()
    for grant in several:
        if grant.under in known:
            continue
        use.platform.ledger.append(
            event(
                use.platform,
                use.actor,
                ACTION,
                "done",
                subject=SUBJECT,
                products=(grant.product.id,),
                agreements=grant.under,
                purpose=use.purpose,
            )
        )


def all_of(platform: Platform) -> Iterator[tuple[str, ...]]:
    """Yield the sets of agreements that were ever used together."""
    before = None
    while True:
        wanted = EventFilter(subject=SUBJECT, before=before, limit=500)
        found = platform.ledger.find(wanted)
        yield from (entry.event.agreements for entry in found)
        if len(found) < wanted.limit:
            return
        before = found[-1].sequence
