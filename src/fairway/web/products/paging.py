"""Pages of a list, as GOV.UK's pagination shows them: 1 … 4 5 6 … 20."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

FURTHEST = 1000
"""Nobody leafs further; a search that needs to should be another search."""


def page_number(text: str) -> int:
    """Read a page number; whatever is none is the first page."""
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        return 1
    return min(max(int(text), 1), FURTHEST)


def numbered(
    number: int, total: int, per_page: int, query: Mapping[str, str | list[str]]
) -> dict[str, Any]:
    """Return the pagination of a list, empty when all fits on one page."""
    last = -(-total // per_page)
    if last <= 1:
        return {}

    def href(wanted: int) -> str:
        return "?" + urlencode({**query, "page": str(wanted)}, doseq=True)

    shown = [n for n in range(1, last + 1) if n in {1, last} or abs(n - number) <= 1]
    items: list[dict[str, Any]] = []
    for before, one in zip([0, *shown], shown, strict=False):
        if one - before > 1:
            items.append({"ellipsis": True})
        items.append({"number": one, "href": href(one), "current": one == number})
    paging: dict[str, Any] = {"items": items}
    if number > 1:
        paging["previous"] = {"href": href(number - 1)}
    if number < last:
        paging["next"] = {"href": href(number + 1)}
    return paging
