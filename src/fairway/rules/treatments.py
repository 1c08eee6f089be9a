"""What treatments mean: when they apply, what they give, and which of two shows less.

`apply` is the meaning; an engine that computes treatments in place has to give the same values.

Numbers are rounded and banded only where whole multiples are exact, below 2**52 in size; a larger
number, an infinity or NaN becomes null rather than pass through finer than agreed. Whole numbers
are exact over the full range of 64 bits, and a band or multiple that would lie outside of it is
cut at its end. So no treatment can fail, whatever the data holds.
"""

import hmac
import math
from datetime import UTC, date, datetime
from hashlib import sha256

from fairway.nouns.errors import BadInput
from fairway.nouns.products import LogicalType
from fairway.nouns.scopes import Value
from fairway.nouns.treatments import MEASURED, NULL, Kind, Treatment

LARGEST_AMOUNT = 1_000_000_000
"""The largest base, width or length. Bounded so that no engine's arithmetic overflows."""

EXACT_BELOW = 2.0**52
"""Numbers of this size or more are not rounded or banded but become null."""

INTEGER_MIN, INTEGER_MAX = -(2**63), 2**63 - 1
"""The range of whole numbers in every engine."""

PSEUDONYM_LENGTH = 32
"""Hexadecimal digits kept of the keyed hash: 128 bits, so that two values never meet."""

_BLOCK = 64  # bytes in a block of SHA-256, by which HMAC pads its key
_NUMERIC = frozenset({LogicalType.INTEGER, LogicalType.NUMBER})
_TYPES: dict[Kind, frozenset[LogicalType]] = {
    Kind.KEEP: frozenset(LogicalType),
    Kind.ROUND: _NUMERIC,
    Kind.YEAR: frozenset({LogicalType.DATE, LogicalType.TIMESTAMP}),
    Kind.BAND: _NUMERIC,
    Kind.PREFIX: frozenset({LogicalType.STRING}),
    Kind.PSEUDONYM: frozenset(LogicalType),
    Kind.NULL: frozenset(LogicalType),
    Kind.DROP: frozenset(LogicalType),
}


def parse(text: str, field: str = "") -> Treatment:
    """Read a treatment as it is written in agreements: `keep`, `band:5`, `prefix:4`, ...

    `field` names the place in a form or file and goes into the error.
    Raises `BadInput`: `treatment.unknown` for the kind, `treatment.amount` for the amount.
    """
    name, colon, amount = text.strip().lower().partition(":")
    try:
        kind = Kind(name.strip())
    except ValueError:
        raise BadInput(
            "treatment.unknown",
            f"There is no treatment called '{text.strip()[:40]}'.",
            remedy=f"Use one of: {', '.join(_forms())}.",
            field=field,
        ) from None
    if kind not in MEASURED:
        if colon:
            raise BadInput(
                "treatment.amount",
                f"The treatment '{kind}' takes no amount.",
                remedy=f"Write it as '{kind}'.",
                field=field,
            )
        return Treatment(kind)
    digits = amount.strip()
    # Ten digits at the most are read: int() refuses very long texts with an error of its own.
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 10 else 0
    if not 1 <= number <= LARGEST_AMOUNT:
        raise BadInput(
            "treatment.amount",
            f"The treatment '{kind}' needs a whole number from 1 to {LARGEST_AMOUNT:,}.",
            remedy=f"Write it as '{kind}:10', for example.",
            field=field,
        )
    return Treatment(kind, number)


def _forms() -> list[str]:
    return [f"{kind}:N" if kind in MEASURED else str(kind) for kind in Kind]


def applies(column_type: LogicalType, treatment: Treatment) -> bool:
    """Say whether a treatment makes sense on a column of a type and is well formed."""
    if treatment.kind in MEASURED:
        if treatment.amount is None or not 1 <= treatment.amount <= LARGEST_AMOUNT:
            return False
    elif treatment.amount is not None:
        return False
    return column_type in _TYPES[treatment.kind]


def treated_type(column_type: LogicalType, treatment: Treatment) -> LogicalType:
    """Return the type of a column after treatment: a year is an integer, a pseudonym a string."""
    if treatment.kind is Kind.YEAR:
        return LogicalType.INTEGER
    if treatment.kind is Kind.PSEUDONYM:
        return LogicalType.STRING
    return column_type


def apply(
    value: Value | None, treatment: Treatment, column_type: LogicalType, key: bytes | None
) -> Value | None:
    """Return what is seen of a value. Null stays null; a dropped column gives null.

    `key` is the agreement's pseudonym key; only `pseudonym` needs it, and raises `ValueError`
    without: a hash that anybody can compute is no pseudonym. Raises `ValueError` too when the
    treatment does not apply to the type.
    """
    if not applies(column_type, treatment):
        raise ValueError(f"{treatment} does not apply to {column_type}")
    if value is None:
        return None
    kind, amount = treatment.kind, treatment.amount or 1
    if kind is Kind.PSEUDONYM:
        if key is None:
            raise ValueError("a pseudonym needs a key")
        return pseudonym(canonical_text(value, column_type), key)
    if kind is Kind.YEAR and isinstance(value, date):
        return value.year
    if kind is Kind.PREFIX and isinstance(value, str):
        return value[:amount]
    if kind in {Kind.BAND, Kind.ROUND} and isinstance(value, int | float):
        if column_type is LogicalType.INTEGER:
            return _measured_integer(int(value), kind, amount)
        return _measured_number(float(value), kind, amount)
    return value if kind is Kind.KEEP else None


def _measured_integer(value: int, kind: Kind, amount: int) -> int:
    lower = value // amount * amount
    up = kind is Kind.ROUND and 2 * (value - lower) >= amount
    return max(INTEGER_MIN, min(INTEGER_MAX, lower + amount if up else lower))


def _measured_number(value: float, kind: Kind, amount: int) -> float | None:
    if not abs(value) < EXACT_BELOW:  # NaN too
        return None
    # fmod is exact, so the multiple is exact too; value // amount * amount is not.
    rest = math.fmod(value, amount)
    multiple = value - rest
    if kind is Kind.BAND:
        return multiple - amount if rest < 0 else multiple
    if 2 * rest >= amount:
        return multiple + amount
    return multiple - amount if 2 * rest < -amount else multiple


def canonical_text(value: Value, column_type: LogicalType) -> str:
    """Return the text of a value that pseudonyms are made of, one per value of a type.

    It is what a cast to text gives in DuckDB: `true`, `42`, `1.5`, `1e+22`, `2024-01-31`,
    `2024-01-31 09:30:00.5`. Timestamps are in UTC.
    """
    if column_type is LogicalType.BOOLEAN:
        return "true" if value else "false"
    if column_type is LogicalType.NUMBER and isinstance(value, int | float):
        # the engine shows the sign of a NaN, Python does not
        return "-nan" if math.isnan(value) and math.copysign(1, value) < 0 else repr(float(value))
    if column_type is LogicalType.TIMESTAMP and isinstance(value, datetime):
        moment = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
        text = moment.isoformat(sep=" ")
        return text.rstrip("0") if moment.microsecond else text
    return str(value)


def pseudonym(value_text: str, key: bytes) -> str:
    """Return the pseudonym of a text: the first 32 hexadecimal digits of its HMAC-SHA256."""
    return hmac.new(key, value_text.encode(), sha256).hexdigest()[:PSEUDONYM_LENGTH]


def hmac_blocks(key: bytes) -> tuple[bytes, bytes]:
    """Return what HMAC-SHA256 by its definition puts in front of the text, and of the inner hash.

    For engines that have SHA-256 and no HMAC. A key that is longer than a block is a mistake of
    ours: `ValueError`.
    """
    padded = key.ljust(_BLOCK, b"\0")
    if len(padded) != _BLOCK:
        raise ValueError(f"a pseudonym key has {_BLOCK} bytes at the most")
    return bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded)


def at_least_as_strong(a: Treatment, b: Treatment) -> bool:
    """Say whether `a` shows no more than `b`: whatever `a` gives can be worked out from `b`'s.

    A partial order. `keep` is weakest, then come the others, then `null`, and `drop` is strongest.
    `prefix:2` shows no more than `prefix:4`; `band:10` no more than `band:5`; `round:30` no more
    than `round:10`, but `round:20` and `round:10` are incomparable: the middle between two
    twenties is a ten, so the tens do not say which twenty it was.
    """
    if a == b or b.kind is Kind.KEEP or a.kind is Kind.DROP:
        return True
    if a.kind is Kind.NULL:
        return b.kind is not Kind.DROP
    if a.kind is not b.kind or a.amount is None or b.amount is None:
        return False
    if a.kind is Kind.PREFIX:
        return a.amount <= b.amount
    fits = a.amount % b.amount == 0
    return fits and (a.kind is Kind.BAND or a.amount // b.amount % 2 == 1)


def strongest(a: Treatment, b: Treatment) -> Treatment:
    """Return the least treatment that shows no more than either of two: their join.

    It is commutative, associative and idempotent, so the order in which obligations come together
    does not matter. Two bands join to the band of their least common multiple, two roundings too
    where there is one; `null` where nothing but that shows no more than both.
    """
    if at_least_as_strong(a, b):
        return a
    if at_least_as_strong(b, a):
        return b
    if a.kind is b.kind and a.kind in {Kind.BAND, Kind.ROUND}:
        amount = math.lcm(a.amount or 0, b.amount or 0)
        joined = Treatment(a.kind, amount)
        if 0 < amount <= LARGEST_AMOUNT and at_least_as_strong(joined, a):
            return joined if at_least_as_strong(joined, b) else NULL
    return NULL
