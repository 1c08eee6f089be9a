"""Who may do what, from `rules.permissions.PERMISSIONS`."""

import importlib
import pkgutil

import fairway.verbs
from fairway.rules.permissions import PERMISSIONS, Reach
from fairway.rules.rights import MADE_WITH, MEANINGS, RIGHTS
from fairway.verbs.acting import VERBS
from pages.tables import table


def page() -> str:
    for module in pkgutil.iter_modules(fairway.verbs.__path__):
        importlib.import_module(f"fairway.verbs.{module.name}")
    rows = (
        [f"`{name}`", permission, _right(name), _says(name)]
        for name, permission in PERMISSIONS.items()
    )
    return f"""
# Permissions

Everything that can be done on a node is a verb. Each verb asks one table, `rules.permissions`, who
may do it; a verb that has no line there may be done by nobody. A refusal goes on the record.

{table(["verb", "who may", "right", "what it does"], rows)}

How far a permission reaches:

{table(["reach", "meaning"], ([r.name.lower().replace("_", " "), r.value] for r in Reach))}

A token can be [limited to some rights](../how-to/limit-a-token.md) of those that its person has:

{table(["right", "what it lets a token do"], MEANINGS.items())}

A role at the hub counts in every domain. What a party may do to an agreement is decided by
[the agreement's own table](agreements.md); what a person may see of a product is decided by
agreements and [guardrails](guardrails.md), not here.
"""


def _right(name: str) -> str:
    """Return what a limited token needs; what is open to anybody and what peers do needs none."""
    needed = (
        [RIGHTS[name], *([MADE_WITH[name]] if name in MADE_WITH else [])] if name in RIGHTS else []
    )
    return " and ".join(needed)


def _says(name: str) -> str:
    words = (VERBS[name].__doc__ or "").strip() if name in VERBS else ""
    first = words.split("\n\n")[0].split(". ")[0]
    return " ".join(first.split()).rstrip(".") + "." if first else ""
