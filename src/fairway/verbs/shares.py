"""Shares: what a partner's tool reads of one agreement, from outside and by its own protocol.

Who asks is a token's recipient; what they may see is decided at each request, as for a query, and
is exactly what their one agreement grants.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fairway.nouns.access import AccessRequest, Effect, Grant
from fairway.nouns.agreements import Agreement
from fairway.nouns.errors import BadInput, FairwayError, NotFound, Refused
from fairway.nouns.people import Actor, Via
from fairway.nouns.products import AccessClass, DataProduct
from fairway.nouns.relations import GovernedRelation
from fairway.nouns.shares import Recipient, SharedColumn
from fairway.rules.seals import opened, sealed
from fairway.rules.treatments import treated_type
from fairway.verbs.access import Situation, decided
from fairway.verbs.acting import event, looking, verb
from fairway.verbs.ports import Platform
from fairway.verbs.recipients import authenticated
from fairway.verbs.relations import relation

_LIST = "list"


@dataclass(frozen=True, slots=True)
class Shared:
    """What one recipient may see now. The share is named for the agreement.

    `policy` stands for the terms: it is another one when anything in them is another.
    """

    recipient: Recipient
    agreement: Agreement
    product: DataProduct
    relation: GovernedRelation
    columns: tuple[SharedColumn, ...]
    policy: str

    @property
    def name(self) -> str:
        """The name of the share."""
        return self.agreement.id

    @property
    def actor(self) -> Actor:
        """Whoever holds the agreement: what its tools read, they read."""
        return Actor(self.agreement.asker, Via.SHARING)


@dataclass(frozen=True, slots=True)
class TableName:
    """A table as the protocol names it; names compare without regard to case."""

    share: str
    schema: str
    table: str


# ------------------------------------------------------------------ who and what


def opened_share(platform: Platform, recipient: Recipient, name: str) -> Shared:
    """Ask for the permission of the verb that is named, and decide what a recipient may see now.

    Raises `Refused`, which is recorded.
    """
    found = platform.store.agreements.get(recipient.agreement)
    if found is None:  # the store lets no agreement go that has a recipient
        raise NotFound("share.no_agreement", "There is no such share.")
    try:
        with looking(platform, Actor(found.asker, Via.SHARING), name) as look:
            product = platform.store.products.get(found.product)
            situation = Situation(
                person=look.person,
                products={product.id: _restricted(product)} if product else {},
                agreements=(found,),
                today=look.today,
                appointments=look.appointments,
            )
        request = AccessRequest(
            person=found.asker,
            purpose=found.purpose,
            products=(found.product,),
            columns=((found.product, frozenset()),),
            pinned=(found.id,),
        )
        decision = decided(platform, request, situation)
        if decision.effect is Effect.DENY:
            first = decision.denials[0]
            raise Refused(first.code, first.reason, remedy=first.remedy)
    except FairwayError as error:
        record(platform, found, recipient, "share.refused", "denied", reason=error.message)
        if isinstance(error, Refused):
            platform.extracts.discard(found.id)
            raise Refused(error.code, error.message, remedy=error.remedy) from None
        raise
    return _shared(platform, recipient, found, decision.grants[0])


def _restricted(product: DataProduct) -> DataProduct:
    """Return a product as one that needs an agreement: a share never shows more than its own."""
    return replace(product, contract=replace(product.contract, access=AccessClass.RESTRICTED))


def _shared(platform: Platform, recipient: Recipient, agreement: Agreement, grant: Grant) -> Shared:
    governed = relation(platform, grant)
    described = {column.name: column.description for column in grant.product.columns}
    columns = tuple(
        SharedColumn(c.name, treated_type(c.type, c.treatment), described[c.name])
        for c in governed.columns
    )
    terms = repr((governed.columns, governed.scope, governed.scope_types))
    policy = hashlib.sha256(terms.encode()).hexdigest()[:16]
    return Shared(recipient, agreement, grant.product, governed, columns, policy)


def record(
    platform: Platform,
    agreement: Agreement,
    recipient: Recipient,
    action: str,
    outcome: str,
    *,
    reason: str = "",
    rows: int | None = None,
    columns: Sequence[str] = (),
    **details: Any,
) -> None:
    """Put on the record what a recipient did, or was refused."""
    platform.ledger.append(
        event(
            platform,
            Actor(agreement.asker, Via.SHARING),
            action,
            outcome,
            subject=agreement.id,
            products=(agreement.product,),
            agreements=(agreement.id,),
            purpose=agreement.purpose,
            columns=tuple(f"{agreement.product}.{column}" for column in columns),
            reason=reason,
            rows=rows,
            details={"recipient": recipient.id, **details},
        )
    )


@verb("share.look")
def look(platform: Platform, token: str, share: str = "", schema: str = "") -> Shared:
    """Return the one share that a token opens. Raises `NotSignedIn`, `Refused`.

    `share` and `schema` are names that have to be its own where they are given; else `NotFound`.
    """
    shared = opened_share(platform, authenticated(platform, token), "share.look")
    _check_names(platform, shared, [(share, shared.name), (schema, shared.product.domain)])
    return shared


def table(platform: Platform, token: str, name: TableName, verb_name: str) -> Shared:
    """Return the share of a token if it has this table; else `NotFound`, whoever else may have it.

    The token decides first, and no other agreement is ever looked at: what belongs to somebody
    else and what does not exist are the same, in the answer and in the time it takes.
    """
    shared = opened_share(platform, authenticated(platform, token), verb_name)
    product = shared.product
    own = [(name.share, shared.name), (name.schema, product.domain), (name.table, product.table)]
    _check_names(platform, shared, own)
    return shared


def _check_names(platform: Platform, shared: Shared, pairs: Sequence[tuple[str, str]]) -> None:
    if all(not given or given.casefold() == own.casefold() for given, own in pairs):
        return
    reason = "There is no such share, schema or table."
    record(platform, shared.agreement, shared.recipient, "share.refused", "denied", reason=reason)
    raise NotFound("share.no_such_table", reason, remedy="List what the profile opens.")


def paged(
    platform: Platform, shared: Shared, what: str, count: int, most: int | None, token: str
) -> tuple[int, int, str]:
    """Return from where to where a page of a list goes, and the token of the next one, or none.

    A token is bound to its recipient and list. Raises `BadInput` for any other.
    """
    key, of = platform.keys.seal_key(), f"{shared.recipient.id}/{what}"
    start = 0
    if token:
        fields = opened(key, _LIST, token)
        if fields is None or fields["of"] != of:
            raise BadInput(
                "share.bad_page",
                "This page token is not of this list.",
                remedy="Begin again without it.",
                field="pageToken",
            )
        start = int(fields["from"])
    stop = count if most is None else min(count, start + most)
    return start, stop, sealed(key, _LIST, {"of": of, "from": stop}) if stop < count else ""
