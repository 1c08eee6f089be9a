"""A question of access and its answer (after NIST SP 800-162 and XACML obligations)."""

from dataclasses import dataclass
from enum import StrEnum

from fairway.nouns.agreements import Agreement, Terms
from fairway.nouns.guardrails import Guardrail
from fairway.nouns.products import DataProduct


class Effect(StrEnum):
    """The answer."""

    PERMIT = "permit"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """Who asks to use which products, for which purpose, naming which columns.

    `columns` holds, per product id, the names the query mentions that are columns of the product,
    lower case. `pinned` are agreements that alone are to count on their products, none for all that
    cover the request. `managed_device` is what is known of the device.
    """

    person: str
    purpose: str
    products: tuple[str, ...]
    columns: tuple[tuple[str, frozenset[str]], ...]
    pinned: tuple[str, ...] = ()
    managed_device: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """What a permit lets be seen of one product.

    `agreements` are all that it stands on, none for an open product. Where they are several, the
    terms keep those of each of them.
    """

    product: DataProduct
    terms: Terms
    agreements: tuple[Agreement, ...] = ()

    @property
    def agreement(self) -> Agreement | None:
        """The one agreement that it stands on, None for an open product.

        Raises `ValueError` where they are several: what asks has to look at `each`.
        """
        if not self.agreements:
            return None
        (only,) = self.agreements
        return only

    @property
    def under(self) -> tuple[str, ...]:
        """The ids of its agreements."""
        return tuple(a.id for a in self.agreements)

    def each(self) -> "tuple[Grant, ...]":
        """Return the grant as it stands on each of its agreements, always on its own terms."""
        if len(self.agreements) < 2:
            return (self,)
        return tuple(Grant(self.product, self.terms, (a,)) for a in self.agreements)


@dataclass(frozen=True, slots=True)
class Denial:
    """Why not, as a stable code and a sentence, and what would have to be true instead.

    `guardrail` is the one that forbids, where one does.
    """

    code: str
    reason: str
    remedy: str
    guardrail: Guardrail | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Permit with grants, or deny with denials; always with reasons in plain English."""

    effect: Effect
    reasons: tuple[str, ...]
    grants: tuple[Grant, ...] = ()
    denials: tuple[Denial, ...] = ()


@dataclass(frozen=True, slots=True)
class GuardrailFacts:
    """What the hub's guardrails are told about one product in one request.

    `classifications` are those of columns that stay readable one by one: kept, rounded, banded,
    shortened or pseudonymised. `kept_identifiers` is true when an identifier is served as it is.
    `leaves_in` is the number of days to the person's last one, None while none is known. `onward`
    is true where the data is meant to be passed on.
    """

    person: str
    person_domain: str
    roles: frozenset[str]
    leaves_in: int | None
    product: str
    domain: str
    access: str
    marking: str
    purpose: str
    statistical: bool
    legal_basis: str
    article_9: bool
    classifications: frozenset[str]
    kept_identifiers: bool
    owner_current: bool
    managed_device: bool
    dpo_sign_off: bool
    onward: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guardrails say: no objection, or the sentences of those that forbid.

    `guardrails` are the ones that forbid. `alarm` says what is wrong with the guardrails
    themselves, empty where nothing is; then nothing is permitted.
    """

    permitted: bool
    reasons: tuple[str, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    alarm: str = ""
