"""A product's files as they are stored, where an agreement grants all of them and changes nothing.

What has treatments, a row scope or columns left out is computed; what has none may leave as the
bytes it is. Each file gets a link that works for a while, for the one who asked. The link carries
who, under which agreement, which version and which bytes; following it decides anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from fairway.nouns.access import AccessRequest, Effect, Grant
from fairway.nouns.errors import Conflict, NotFound, Refused
from fairway.nouns.people import Actor, Via
from fairway.nouns.products import DataProduct
from fairway.nouns.treatments import Kind
from fairway.rules.seals import Fields, opened, sealed
from fairway.verbs.access import decided, situation
from fairway.verbs.acting import event, looking, verb
from fairway.verbs.ports import Platform
from fairway.verbs.rates import admit_under

_LINK = "stored-file"
_LONGEST_LINK = 15 * 60


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file: its name for the one who takes it, and the sealed text that opens it."""

    name: str
    link: str


@dataclass(frozen=True, slots=True)
class Offer:
    """The files of a product, under which agreements, and until when their links work."""

    product: str
    version: str
    agreements: tuple[str, ...]
    until: datetime
    files: Sequence[StoredFile]


@dataclass(frozen=True, slots=True)
class StoredRead:
    """A file that may be read: its name, a text that is another for other bytes, and the bytes."""

    name: str
    mark: str
    body: BinaryIO


@verb("file.offer")
def offer(
    platform: Platform, actor: Actor, product: str, purpose: str, *, agreement: str | None = None
) -> Offer:
    """Return links to the files of a product, on the record before they are given.

    Raises `Refused` for what is not granted, or granted with conditions that bytes cannot keep;
    `NotFound` for an unknown product.
    """
    with looking(platform, actor, "file.offer"):
        try:
            grant = _granted(platform, actor, product, purpose, agreement)
        except Refused as refusal:
            _record(platform, actor, "file.denied", "denied", product, purpose, reason=str(refusal))
            raise
        found, under = grant.product, grant.under
        admit_under(platform, actor, under)
        lives = timedelta(seconds=min(int(platform.settings["url_seconds"]), _LONGEST_LINK))
        until = (platform.clock.now() + lives).replace(microsecond=0)
        state = platform.sources.state(found.source)
        count = len(platform.sources.locate(found.source).files)
        fields: Fields = {
            "person": actor.person,
            "product": found.id,
            "version": found.contract.version,
            "published": found.published_at.isoformat(),
            "purpose": purpose,
            "under": " ".join(under),
            "pinned": agreement or "",
            "state": state,
            "until": int(until.timestamp()),
        }
        key = platform.keys.seal_key()
        files = tuple(
            StoredFile(_name(found, n, count), sealed(key, _LINK, {**fields, "file": n}))
            for n in range(count)
        )
        _record(
            platform, actor, "file.offered", "granted", found.id, purpose,
            under=under, columns=_columns(found), reason=f"Links to {count} files.",
        )  # fmt: skip
        return Offer(found.id, found.contract.version, under, until, files)


@verb("file.read")
def read(platform: Platform, link: str, part: str | None) -> StoredRead:
    """Follow a link. `part` says which bytes are wanted, for the record; None that none are.

    Decided anew: raises `Refused` for a link that is not ours, has expired, or whose agreement
    does not hold any more; `Conflict` when the product or its bytes are others by now.
    """
    fields = _fields(platform, link)
    actor = Actor(str(fields["person"]), Via.API)
    with looking(platform, actor, "file.read"):
        product, purpose = str(fields["product"]), str(fields["purpose"])
        try:
            grant = _granted(platform, actor, product, purpose, str(fields["pinned"]) or None)
            under = grant.under
            if under != _under(fields):
                raise Refused(
                    "file.other_agreement",
                    "What this link was made under is not what grants the file now.",
                    remedy="Ask for the files again.",
                )
        except Refused as refusal:
            _record(platform, actor, "file.denied", "denied", product, purpose, reason=str(refusal))
            raise
        found = grant.product
        same = (found.contract.version, found.published_at.isoformat()) == (
            fields["version"],
            fields["published"],
        )
        if not same or platform.sources.state(found.source) != fields["state"]:
            raise Conflict(
                "file.changed",
                "The product or its data has changed since this link was made.",
                remedy="Ask for the files again.",
            )
        number = int(fields["file"])
        if part is not None:
            admit_under(platform, actor, under)
            _record(
                platform, actor, "file.served", "granted", product, purpose,
                under=under, columns=_columns(found), reason=f"File {number + 1}, {part}.",
            )  # fmt: skip
        count = len(platform.sources.locate(found.source).files)
        body = platform.sources.open(found.source, number)
        return StoredRead(_name(found, number, count), f"{fields['state']}-{number}", body)


def broke_off(platform: Platform, link: str, sent: int, wanted: int) -> None:
    """Put on the record that a file did not go out whole, and how much of it did, at the most.

    Not a verb: `read` has decided and recorded the read; this says how it ended.
    """
    fields = opened(platform.keys.seal_key(), _LINK, link)
    if fields is not None:
        reason = f"The file broke off after at most {sent:,} of {wanted:,} bytes."
        _record(
            platform, Actor(str(fields["person"]), Via.API), "file.stopped", "failed",
            str(fields["product"]), str(fields["purpose"]), under=_under(fields), reason=reason,
        )  # fmt: skip


def still_open(platform: Platform, link: str) -> bool:
    """Say whether a file that is under way may go on. Not a verb: `read` has decided."""
    try:
        fields = _fields(platform, link)
        actor = Actor(str(fields["person"]), Via.API)
        person = platform.store.people.get(actor.person)
        pinned = str(fields["pinned"]) or None
        grant = _granted(platform, actor, str(fields["product"]), str(fields["purpose"]), pinned)
    except (Refused, NotFound):
        return False
    return person is not None and person.active and grant.under == _under(fields)


def _under(fields: Fields) -> tuple[str, ...]:
    """Return the agreements that a link was made under."""
    return tuple(str(fields["under"]).split())


def _fields(platform: Platform, link: str) -> Fields:
    fields = opened(platform.keys.seal_key(), _LINK, link)
    if fields is None or int(fields["until"]) <= platform.clock.now().timestamp():
        raise Refused(
            "file.link_not_valid",
            "This link is not one of this node's, or has expired.",
            remedy="Ask for the files again.",
        )
    return fields


def _granted(
    platform: Platform, actor: Actor, name: str, purpose: str, agreement: str | None
) -> Grant:
    """Decide on the whole product, and on whether its bytes may leave as they are."""
    product = platform.store.products.get(name)
    if product is None:
        raise NotFound("product.not_found", f"There is no product '{name[:60]}'.")
    request = AccessRequest(
        person=actor.person,
        purpose=purpose,
        products=(product.id,),
        columns=((product.id, frozenset(c.name.casefold() for c in product.columns)),),
        pinned=(agreement,) if agreement else (),
        managed_device=actor.managed_device,
    )
    today = platform.clock.now().astimezone(UTC).date()
    rests_on = situation(platform, actor.person, {product.id: product}, today)
    decision = decided(platform, request, rests_on)
    if decision.effect is Effect.DENY:
        first = decision.denials[0]
        raise Refused(first.code, first.reason, remedy=first.remedy)
    grant = decision.grants[0]
    kept = {c.name.casefold() for c in grant.terms.columns if c.treatment.kind is Kind.KEEP}
    stored = (product.source.kind, product.source.format) == ("local", "parquet")
    if not stored or grant.terms.scope is not None or not _all_columns(platform, product) <= kept:
        raise Refused(
            "file.has_conditions",
            f"The files of {product.id} cannot leave as they are stored.",
            remedy="They can where every column of Parquet files is granted as it is, and every"
            " row. Otherwise use the product with a query.",
        )
    apart = _columns_in_paths(platform, product)
    if apart:
        raise Refused(
            "file.partitioned",
            f"The files of {product.id} do not hold {', '.join(apart)}: the names of their"
            " directories do, so that the files alone would lose it.",
            remedy="Use the product with a query, which gives every column.",
        )
    return grant


def _columns_in_paths(platform: Platform, product: DataProduct) -> list[str]:
    """Return the columns of a product whose values stand in its directories' names alone."""
    parts = platform.sources.locate(product.source).parts
    return sorted({name for part in parts for name, _ in part.constants})


def _all_columns(platform: Platform, product: DataProduct) -> frozenset[str]:
    """Return the columns of contract and files: a file may hold more than the contract says."""
    found = platform.sources.describe(product.source, "")
    names = [*(c.name for c in product.columns), *(f.name for f in found)]
    return frozenset(name.casefold() for name in names)


def _columns(product: DataProduct) -> list[str]:
    return [f"{product.id}.{column.name}" for column in product.columns]


def _name(product: DataProduct, number: int, count: int) -> str:
    return f"{product.id}.parquet" if count == 1 else f"{product.id}-{number + 1:04d}.parquet"


def _record(
    platform: Platform,
    actor: Actor,
    action: str,
    outcome: str,
    product: str,
    purpose: str,
    *,
    under: tuple[str, ...] = (),
    columns: Sequence[str] = (),
    reason: str = "",
) -> None:
    said = event(
        platform,
        actor,
        action,
        outcome,
        subject=product,
        purpose=purpose,
        products=(product,),
        agreements=under,
        columns=tuple(columns),
        reason=reason,
    )
    platform.ledger.append(said)
