"""What tests of partners begin with: another node that is registered, and what it agrees to."""

from datetime import date

from fairway.rules import peers as rules
from fairway.verbs import agreements
from fairway.verbs.asking import Asking

SUMS = "SELECT port, sum(cars) AS cars FROM ferries.crossings GROUP BY port"


def peer(scene):
    return scene.platform.store.peers.get("ferries")


def asked(scene, other, **changed):
    """The analyst's request for a product of the other node, which has arrived there."""
    given = {
        "product": "ferries.crossings",
        "columns": (("port", "keep"), ("cars", "keep")),
        "purpose": "policy-analysis",
        "legal_basis": "gdpr-6-1-e",
        "necessity": "To compare ports.",
        "ends": date(2026, 12, 31),
    } | changed
    draft = agreements.draft(scene.platform, scene.analyst, Asking(**given))
    return agreements.submit(scene.platform, scene.analyst, draft.id)


def grant(scene, other, found, **changed):
    """What the other node tells when its owner approves, signed over the text of it."""
    terms = found.asked
    said = {
        "agreement": found.id,
        "move": "approve",
        "columns": [[c.name, str(c.treatment)] for c in terms.columns],
        "rows": "",
        "starts": terms.starts.isoformat(),
        "ends": terms.ends.isoformat(),
    }
    text = rules.agreement_text(found, terms, other.fingerprint, other.ours)
    signed = {
        "hash": rules.agreement_hash(text),
        "signature": other.identity.sign(rules.to_sign(text)).hex(),
    }
    return other.tell(**said | signed | changed)


def ask_us(scene, other, **changed):
    said = {
        "kind": "ask",
        "agreement": "AG-000000000000",
        "person": "ferries-analyst",
        "product": "dwp.claims",
        "purpose": "policy-analysis",
        "legal_basis": "gdpr-6-1-e",
        "necessity": "To test.",
        "columns": [["region", "keep"], ["weeks", "keep"]],
        "rows": "weeks > 4",
        "starts": "2026-03-01",
        "ends": "2026-12-31",
    } | changed
    return other.tell(**said)
