"""Events to put on record."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from fairway.nouns.events import AuditEvent

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def an_event(number: int = 0, **changes: Any) -> AuditEvent:
    """An event; a completed query unless something else is wanted."""
    given: dict[str, Any] = {
        "at": NOON + timedelta(seconds=number),
        "actor": "analyst",
        "via": "python",
        "action": "query.completed",
        "outcome": "done",
        "subject": f"q-{number}",
        "products": ("labour.claims",),
        "agreements": ("agr-1",),
        "purpose": "policy-analysis",
        "columns": ("labour.claims.region",),
        "query": "SELECT region FROM labour.claims",
        "query_id": f"q-{number}",
        "rows": 12,
    }
    return AuditEvent(**given | changes)


texts = st.text(max_size=12)
names = st.lists(texts, max_size=3).map(tuple)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | texts
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
events = st.builds(
    AuditEvent,
    at=st.datetimes(timezones=st.just(UTC)),
    actor=texts,
    via=texts,
    action=st.sampled_from(["query.completed", "product.publish", "agreement.approve"]) | texts,
    outcome=st.sampled_from(["done", "denied", "failed"]) | texts,
    subject=texts,
    products=names,
    agreements=names,
    purpose=texts,
    columns=names,
    query=texts,
    query_id=texts,
    rows=st.none() | st.integers(0, 2**63 - 1),
    reason=texts,
    details=st.dictionaries(texts, json_values, max_size=3),
)
