"""Purposes and legal bases: the hub's controlled lists."""

from collections.abc import Sequence

from fairway.nouns.people import Actor
from fairway.nouns.purposes import LegalBasis, Purpose
from fairway.verbs.acting import looking, verb
from fairway.verbs.ports import Platform


@verb("purpose.list")
def list_all(platform: Platform, actor: Actor) -> tuple[Sequence[Purpose], Sequence[LegalBasis]]:
    """Return the purposes and the legal bases that a request can name."""
    with looking(platform, actor, "purpose.list"):
        return platform.store.purposes.all(), platform.store.purposes.legal_bases()
