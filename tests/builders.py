"""Small nouns to test with. Names are roles, not people."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from fairway.nouns.agreements import Agreement, GrantedColumn, State, Terms
from fairway.nouns.people import Appointment, Role
from fairway.nouns.products import (
    AccessClass,
    Classification,
    Column,
    Contract,
    DataProduct,
    LogicalType,
    Source,
)
from fairway.nouns.purposes import LegalBasis, Purpose
from fairway.nouns.treatments import KEEP, Treatment

TODAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

COLUMNS = (
    Column("person", LogicalType.STRING, "Number of the person", Classification.IDENTIFIER),
    Column("born", LogicalType.DATE, "Date of birth", Classification.PERSONAL),
    Column("health", LogicalType.STRING, "Condition", Classification.SPECIAL_CATEGORY),
    Column("region", LogicalType.STRING, "Region"),
    Column("weeks", LogicalType.INTEGER, "Weeks on benefit"),
)


def a_contract(**changes: Any) -> Contract:
    contract = Contract(
        id="c-1",
        version="1.0.0",
        domain="dwp",
        table="claims",
        title="Claims",
        description="Claims by person.",
        owner="dwp-owner",
        access=AccessClass.RESTRICTED,
        columns=COLUMNS,
        source=Source("local", "parquet", "claims.parquet"),
    )
    return replace(contract, **changes)


def a_product(**changes: Any) -> DataProduct:
    contract = a_contract(**changes)
    return DataProduct(
        f"{contract.domain}.{contract.table}", contract, contract.source, "dwp-steward", NOW
    )


def some_terms(*columns: str | tuple[str, Treatment], **changes: Any) -> Terms:
    granted = tuple(
        GrantedColumn(c, KEEP) if isinstance(c, str) else GrantedColumn(*c) for c in columns
    )
    return replace(Terms(granted, None, date(2026, 1, 1), date(2026, 12, 31)), **changes)


def an_agreement(**changes: Any) -> Agreement:
    terms = some_terms("region", "weeks")
    agreement = Agreement(
        id="AG-1",
        product="dwp.claims",
        asker="dfe-analyst",
        purpose="policy-analysis",
        legal_basis="gdpr-6-1-e",
        necessity="To compare regions.",
        asked=terms,
        granted=terms,
        state=State.ACTIVE,
        created=NOW,
    )
    return replace(agreement, **changes)


def an_appointment(role: Role, domain: str | None = None, **changes: Any) -> Appointment:
    appointment = Appointment(
        "somebody", role, domain, date(2026, 1, 1), None, "administrator", "Letter"
    )
    return replace(appointment, **changes)


POLICY = Purpose("policy-analysis", "Policy analysis", "To see what a policy does.")
STATISTICS = Purpose("official-statistics", "Statistics", "To publish.", statistical=True)
TASK = LegalBasis("gdpr-6-1-e", "Public task", "UK GDPR Article 6(1)(e)", "https://x.test")
