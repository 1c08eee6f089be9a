"""Reading forms, and saying what is wrong with them by field, in the order of the page."""

from calendar import month_abbr, month_name
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.http import QueryDict

from fairway.nouns.errors import FairwayError
from fairway.web.errors.remedies import remedy

WRONG = 422
"""The status of a page that shows a form again with what is wrong."""


@dataclass
class Problems:
    """What is wrong, by field. Keys are the ids of the fields that the summary links to.

    `codes` are those of the errors of verbs among them.
    """

    found: dict[str, str] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)

    def add(self, name: str, message: str) -> None:
        """Note what is wrong with a field; the first thing said about it stays."""
        self.found.setdefault(name, message)

    def add_error(self, error: FairwayError, default: str, known: Sequence[str] = ()) -> None:
        """Note an error of a verb at the field it names, if the page has it, else at `default`."""
        self.codes.add(error.code)
        name = error.field.replace(".", "-")
        message = " ".join(part for part in (error.message, remedy(error)) if part)
        self.add(name if name in known else default, message)

    def of(self, name: str) -> dict[str, str] | None:
        """Return a field's message as GOV.UK's macros take it, None when there is none."""
        return {"text": self.found[name]} if name in self.found else None

    def summary(self, anchors: Mapping[str, str] | None = None) -> list[dict[str, str]]:
        """Return the lines of the error summary, each with a link to its field."""
        ids = anchors or {}
        return [
            {"text": text, "href": f"#{ids.get(name, name)}"} for name, text in self.found.items()
        ]

    def __bool__(self) -> bool:
        return bool(self.found)

    def __iter__(self) -> Iterator[str]:
        return iter(self.found)


_MONTHS = {
    name.casefold(): number
    for names in (month_name, month_abbr)
    for number, name in enumerate(names)
    if name
}


def typed_date(data: QueryDict, name: str) -> dict[str, str]:
    """Return the three parts of a date as typed, to show them again."""
    return {part: data.get(f"{name}-{part}", "").strip() for part in ("day", "month", "year")}


def shown_date(value: date | None) -> dict[str, str]:
    """Return the three parts of a date to show."""
    if value is None:
        return {"day": "", "month": "", "year": ""}
    return {"day": str(value.day), "month": str(value.month), "year": str(value.year)}


def read_date(
    data: QueryDict, name: str, label: str, problems: Problems, *, required: bool = True
) -> date | None:
    """Read a date of three boxes; a month may be a number or a name.

    Messages follow the date input component. `label` is what the date is called in them.
    """
    parts = typed_date(data, name)
    missing = [part for part, text in parts.items() if not text]
    if len(missing) == 3:
        if required:
            problems.add(name, f"Enter the {label}")
        return None
    if missing:
        problems.add(name, f"The {label} must include a {' and a '.join(missing)}")
        return None
    month = _MONTHS.get(parts["month"].casefold()) or _whole(parts["month"])
    year = _whole(parts["year"])
    try:
        if not 1900 <= year <= 9999:
            raise ValueError
        return date(year, month, _whole(parts["day"]))
    except ValueError:
        problems.add(name, f"The {label} must be a real date, for example 31 3 2027")
        return None


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0
