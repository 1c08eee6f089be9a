"""The controlled lists that a new node begins with, from `store/seed`."""

from fairway.store import seed
from pages.tables import table


def page() -> str:
    purposes = (
        [f"`{p.code}`", p.name, "yes" if p.statistical else "", p.description]
        for p in seed.purposes()
    )
    bases = (
        [f"`{b.code}`", b.name, f"[{b.citation}]({b.url})", "yes" if b.article_9 else ""]
        for b in seed.legal_bases()
    )
    return f"""
# Purposes and legal bases

The hub keeps both lists. A new node begins with these; a request names one of each by its code.

## Purposes

A statistical purpose needs no names: [a guardrail](guardrails.md) forbids identifiers for it.

{table(["code", "purpose", "statistical", "meaning"], purposes)}

## Legal bases

The last column marks those that also meet a condition of UK GDPR Article 9, which special category
data needs. That an entry is on this list says that the provision exists, not that it covers a
particular use: that judgement is the asker's and the data owner's.

{table(["code", "legal basis", "law", "special category"], bases)}
"""
