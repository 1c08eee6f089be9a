"""What one grant lets a query see: the step from a decision to governed relations."""

from fairway.nouns.access import Grant
from fairway.nouns.errors import Refused
from fairway.nouns.products import DataProduct, LogicalType, Source
from fairway.nouns.relations import GovernedColumn, GovernedRelation
from fairway.nouns.scopes import Scope
from fairway.nouns.treatments import Kind
from fairway.nouns.versions import AsOf
from fairway.rules.obligations import key_name
from fairway.rules.scopes import columns as scope_columns
from fairway.verbs.peers import lies_elsewhere
from fairway.verbs.ports import Platform


def relation(platform: Platform, grant: Grant, wanted: AsOf | None = None) -> GovernedRelation:
    """Compile a grant to what the engine may see. What is dropped is not in it.

    `wanted` is an earlier state of the source; its newest one is fixed otherwise. Raises `Refused`
    where the contract does not allow earlier states, `BadInput` where the source does not hold it.
    """
    if wanted is not None and not grant.product.contract.earlier_versions:
        raise Refused(
            "version.not_allowed",
            f"The contract of '{grant.product.id}' does not allow earlier versions of its data.",
            remedy="Leave the version out, or ask the product's owner.",
            field="as_of",
        )
    columns = tuple(
        GovernedColumn(column.name, column.type, granted.treatment)
        for granted in grant.terms.columns
        if granted.treatment.kind is not Kind.DROP
        and (column := grant.product.column(granted.name)) is not None
    )
    scope = grant.terms.scope
    needs_key = any(c.treatment.kind is Kind.PSEUDONYM for c in columns)
    return GovernedRelation(
        domain=grant.product.domain,
        table=grant.product.table,
        source=_state(platform, grant.product, wanted),
        columns=columns,
        scope=scope,
        scope_types=_scope_types(grant.product, scope) if scope else (),
        key=platform.keys.pseudonym_key(key_name(grant.under))
        if needs_key and grant.agreements
        else None,
    )


def _state(platform: Platform, product: DataProduct, wanted: AsOf | None) -> Source:
    """Return the source in the state that is read: an earlier one, or the newest."""
    if not lies_elsewhere(product):
        return platform.sources.pin(product.source, wanted)
    if wanted is not None:
        raise Refused(
            "version.elsewhere",
            f"{product.id} lies at the node {product.source.location}, which serves it as it is.",
            remedy="Leave the version out.",
            field="as_of",
        )
    return product.source


def _scope_types(product: DataProduct, scope: Scope) -> tuple[tuple[str, LogicalType], ...]:
    """Return the types of the columns a scope tests; `decide` has seen that they exist."""
    return tuple(
        (name, column.type)
        for name in sorted(scope_columns(scope))
        if (column := product.column(name)) is not None
    )
