"""The attacks between nodes that the tests try, counted by category."""

import importlib
import sys
from collections import Counter
from pathlib import Path

from pages.tables import table

ROOT = Path(__file__).parent.parent.parent


def page() -> str:
    sys.path.insert(0, str(ROOT))
    attacks = importlib.import_module("tests.trust.attacks")
    astray = importlib.import_module("tests.trust.astray")
    liar = importlib.import_module("tests.trust.liar")
    caught = Counter(category for category, *_ in attacks.TAMPERED)
    caught["a signature out of time"] = len(attacks.TIMES)
    signed = Counter(category for category, *_ in (*attacks.FORGED, *attacks.USES))
    signed["bodies that are no message"] = 2 * len(attacks.SHAPES)
    signed["grants of more than was asked or signed"] = len(attacks.FORGERIES)
    lies = Counter(category for category, *_ in liar.LIES)
    places = Counter(
        {
            "what is no address of a node": len(astray.UNUSABLE),
            "addresses of private networks": len(astray.ASTRAY),
        }
    )
    total = sum(c.total() for c in (caught, signed, lies, places))
    return f"""
# Attacks between nodes

`tests/trust` tries {total} attacks on nodes that are really served, on every run of the tests; what
is left to chance is seeded. None may be answered with data, change an agreement, or be believed.

## Caught and changed on the way: {caught.total()}

One honest request, of which one part is changed.

{_counted(caught)}

## Signed by a dishonest node: {signed.total()}

The attacker is a registered peer, and signs with its own key.

{_counted(signed)}

## Lies in answer to a query: {lies.total()}

A registered peer answers a query with something else than it should.

{_counted(lies)}

## Addresses that lead astray: {places.total()}

{_counted(places)}
"""


def _counted(found: Counter[str]) -> str:
    return table(["category", "attacks"], found.items())
