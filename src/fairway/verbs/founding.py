"""The first account of a node: somebody has to be there before anyone can be appointed."""

from fairway.nouns.errors import Conflict
from fairway.nouns.people import Domain, Organisation, Person, Role
from fairway.verbs import people
from fairway.verbs.acting import SYSTEM
from fairway.verbs.ports import Platform

HUB = "hub"
"""The domain in which those work who keep the node and belong to no spoke."""


def found(
    platform: Platform,
    node: str,
    administrator: str,
    name: str,
    password: str,
    *,
    initial: bool = False,
) -> None:
    """Add the hub and its administrator, once, to a node that has no account yet.

    Not a verb: no person does it, the node does, and each of its three steps is a verb on the
    record as the node's own. `node` is what the node is called, `initial` as in `add_person`.
    Raises `Conflict` when somebody is there already, so that this opens no second way in.
    """
    if platform.store.people.all():
        raise Conflict("node.founded", "This node has its accounts already.")
    people.add_domain(platform, SYSTEM, Domain(HUB, "Hub", HUB), Organisation(HUB, node))
    people.add_person(platform, SYSTEM, Person(administrator, name, HUB), password, initial=initial)
    people.appoint(
        platform,
        SYSTEM,
        administrator,
        Role.ADMINISTRATOR,
        None,
        since=platform.clock.now().date(),
        evidence="Founding of the node.",
    )
