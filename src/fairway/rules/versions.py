"""How a state of a source is written: its number, or a time in ISO 8601.

`12`, `2024-01-31` (its first moment), `2024-01-31T09:30:00Z`. A time without a zone is in UTC.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from fairway.nouns.errors import BadInput
from fairway.nouns.versions import AsOf, Moment, Version

_MOST_DIGITS = 19
"""Numbers of versions fit 64 bits."""

EVERY = "*"
"""Stands for every product of a query in `chosen`."""


def parse(text: str, field: str = "") -> AsOf:
    """Read a state. Raises `BadInput` `version.unreadable`."""
    written = text.strip()
    if written.isascii() and written.isdigit() and len(written) <= _MOST_DIGITS:
        return Version(int(written))
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise BadInput(
            "version.unreadable",
            f"'{written[:40]}' names no version: it is neither a number nor a time.",
            remedy="Write a version number, or a time such as 2024-01-31T09:30:00Z.",
            field=field,
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return Moment(moment.astimezone(UTC))


def to_text(state: AsOf) -> str:
    """Write a state so that `parse` reads it."""
    return str(state.number) if isinstance(state, Version) else state.at.isoformat()


def chosen(
    wanted: Mapping[str, str], products: tuple[str, ...], field: str = "as_of"
) -> dict[str, AsOf]:
    """Return the state asked for, by product. `wanted` maps products, or `*`, to states.

    Raises `BadInput`: `version.unreadable`, or `version.other_product` for a product that the
    query does not name.
    """
    known = {product.casefold(): product for product in products}
    found: dict[str, AsOf] = {}
    for name, text in sorted(wanted.items(), key=lambda item: item[0] != EVERY):
        state = parse(text, field)
        if name == EVERY:
            found.update(dict.fromkeys(products, state))
        elif name.casefold() in known:
            found[known[name.casefold()]] = state
        else:
            raise BadInput(
                "version.other_product",
                f"The query does not name '{name[:80]}', for which a version is given.",
                remedy=f"Name one of its products: {', '.join(products)}."
                if products
                else "Leave the version out.",
                field=field,
            )
    return found
