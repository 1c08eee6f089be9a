"""Following: the catalogue of another node, taken over so that its products are found here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fairway.nouns.errors import BadInput, FairwayError
from fairway.nouns.peers import Peer
from fairway.nouns.people import Actor
from fairway.nouns.products import DataProduct, Source, Visibility
from fairway.rules import peers as rules
from fairway.rules.entries import is_for_partners
from fairway.verbs.acting import acting, looking, verb
from fairway.verbs.indexing import make_findable, take_out
from fairway.verbs.peers import ask_json, bad_answer, get, lies_elsewhere
from fairway.verbs.ports import Platform

MOST_PRODUCTS = 2_000
"""Products that one node may offer to another."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What following a peer's catalogue brought, by product id; and what could not be taken."""

    peer: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    refused: tuple[str, ...]
    withdrawn: tuple[str, ...] = ()


@verb("peer.catalogue")
def catalogue(platform: Platform, actor: Actor) -> Mapping[str, Any]:
    """Tell a peer which products this node offers to others, each as its contract.

    They lie here, and their contracts say `visibility: partners`.
    """
    with looking(platform, actor, "peer.catalogue"):
        every = platform.store.products.all()
        own = [p for p in every if not lies_elsewhere(p) and is_for_partners(p)]
        return {"contracts": [platform.contracts.write(p.contract) for p in own[:MOST_PRODUCTS]]}


@verb("peer.follow")
def follow(platform: Platform, actor: Actor, peer: str) -> Followed:
    """Take over a peer's catalogue: its products can be found and asked for here.

    What is outside the domains that the peer speaks for is refused, and said. What it offered and
    offers no more is withdrawn here, unless a contract could not be read: it may be that one.
    Nothing of the data comes along.
    """
    with looking(platform, actor, "peer.follow"):
        found = get(platform, peer)
    told = ask_json(platform, found, "catalogue", {}).get("contracts")
    if not isinstance(told, list) or len(told) > MOST_PRODUCTS:
        raise bad_answer(found, "peer.bad_answer", "is not a catalogue")
    offered, refused, whole = _offered(platform, found, told)
    with acting(platform, actor, "peer.follow", subject=peer) as act:
        outcome: dict[str, list[str]] = {"added": [], "changed": [], "unchanged": []}
        for product in offered:
            outcome[_take(platform, product)].append(product.id)
        outcome["withdrawn"] = _withdrawn(platform, found, offered) if whole else []
        act.record(
            "peer.follow",
            subject=peer,
            products=(*outcome["added"], *outcome["changed"], *outcome["withdrawn"]),
            details={**outcome, "refused": refused},
        )
    return Followed(
        peer,
        tuple(outcome["added"]),
        tuple(outcome["changed"]),
        tuple(outcome["unchanged"]),
        tuple(refused),
        tuple(outcome["withdrawn"]),
    )


def _offered(
    platform: Platform, peer: Peer, told: Sequence[Any]
) -> tuple[list[DataProduct], list[str], bool]:
    """Return the products that a peer may offer, why others are refused, and if these are all."""
    offered: dict[str, DataProduct] = {}
    refused = []
    whole = len(told) < MOST_PRODUCTS
    for number, text in enumerate(told, start=1):
        try:
            if not isinstance(text, str):
                raise BadInput("peer.bad_contract", "This is not a contract.")
            contract = platform.contracts.read(text, f"{peer.id} {number}")
        except FairwayError as error:
            refused.append(f"Contract {number}: {error.message}")
            whole = False
            continue
        name = f"{contract.domain}.{contract.table}"
        if contract.domain not in peer.domains:
            refused.append(f"{name}: {peer.id} does not speak for the domain {contract.domain}.")
            continue
        source = Source(rules.KIND, "product", peer.id)
        contract = replace(contract, visibility=Visibility.EVERYONE)  # here; not passed on
        offered[name] = DataProduct(
            name, contract, source, rules.person_at("", peer.id), platform.clock.now()
        )
    return list(offered.values()), refused, whole


def _withdrawn(platform: Platform, peer: Peer, offered: Sequence[DataProduct]) -> list[str]:
    """Withdraw what a peer offered and offers no more; return which products these are."""
    there = {product.id for product in offered}
    gone = [
        product
        for domain in peer.domains
        for product in platform.store.products.all(domain=domain)
        if lies_elsewhere(product) and product.id not in there
    ]
    return [take_out(platform, product).id for product in gone]


def _take(platform: Platform, product: DataProduct) -> str:
    before = platform.store.products.get(product.id)
    if before is not None and before.contract == product.contract and not before.withdrawn:
        return "unchanged"
    platform.store.products.add(product)
    make_findable(platform, product)
    return "changed" if before is not None else "added"
