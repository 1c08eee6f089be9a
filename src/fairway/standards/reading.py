"""What every reader of catalogue records shares: entries and problems, and the taking of fields.

A reader takes text and the name of its source, and gives the entries that it holds and a problem
for each record that cannot be used. It never raises, and never lets one record stop the rest.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

from fairway.nouns.entries import CatalogueEntry, Provenance

LONGEST_TEXT = 200_000_000
"""Characters in a catalogue. The largest known (a national portal's data.json) has 150 million."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?![\d-])")
_DAY_FIRST = re.compile(r"(\d{2})/(\d{2})/(\d{4})(?!\d)")
_MALFORMED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_BLOCKS = frozenset({"br", "div", "p", "li", "tr", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset({"script", "style", "template"})
_CODE_POINTS = str.maketrans(dict.fromkeys([0, *range(0xD800, 0xE000)]))
"""Code points that no database keeps and no file can hold."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a record cannot be used: the source, the record's place in it from 0, and the field."""

    source: str
    index: int | None
    field: str
    reason: str

    def __str__(self) -> str:
        """Return place and reason in one line."""
        place = self.source if self.index is None else f"{self.source}, record {self.index}"
        return ": ".join(p for p in (place, self.field, self.reason) if p)


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: the entries, and a problem for each record that could not be used."""

    entries: tuple[CatalogueEntry, ...] = ()
    problems: tuple[Problem, ...] = ()


class Unusable(Exception):
    """A record cannot be used, for this reason, in this field."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def read_each(
    records: Iterable[Any], source: str, entry: Callable[[Mapping[str, Any]], CatalogueEntry]
) -> Read:
    """Read record by record; what one of them cannot give is a problem, and the next is read."""
    entries: list[CatalogueEntry] = []
    problems: list[Problem] = []
    for index, record in enumerate(records):
        try:
            if not isinstance(record, Mapping):
                raise Unusable("", f"This is {_kind_of(record)}, not a record with fields.")
            entries.append(entry(record))
        except Unusable as error:
            problems.append(Problem(source, index, error.field, error.reason))
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            RecursionError,
            TypeError,
            ValueError,
        ):
            problems.append(Problem(source, index, "", "This record is not built as its kind is."))
    return Read(tuple(entries), tuple(problems))


def refused(source: str, reason: str, field: str = "") -> Read:
    """Return the reading of a text of which nothing can be used."""
    return Read(problems=(Problem(source, None, field, reason),))


def parsed(text: str) -> Any:
    """Parse JSON. Raises `Unusable` with the reason when it is none, or too long."""
    if len(text) > LONGEST_TEXT:
        raise Unusable("", f"This has {len(text):,} characters; {LONGEST_TEXT:,} are the most.")
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise Unusable("", "This is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise Unusable("", f"This is not JSON: {error.msg}, line {error.lineno}.") from None
    except ValueError:  # a number of more digits than Python reads
        raise Unusable("", "This holds a number that is too long.") from None


def named(source: str, identifier: str) -> str:
    """Return the id of an entry, made from its source and its name there; always the same."""
    digest = hashlib.sha256(f"{source}\0{identifier}".encode()).hexdigest()[:10]
    readable = _NOT_IN_NAMES.sub("-", identifier.rpartition("://")[2].casefold())[-48:].strip("-")
    place = _NOT_IN_NAMES.sub("-", source.rpartition("://")[2].casefold())[:32].strip("-")
    return "-".join(p for p in (place, readable, digest) if p)


def found_at(source: str, identifier: str, url: str = "") -> tuple[Provenance, ...]:
    """Return where a record was found, for its `sources`."""
    return (Provenance(source, identifier, url),)


def plain_text(value: object) -> str:
    """Return a scalar as text without spaces at its ends; nothing for lists and mappings."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).translate(_CODE_POINTS).strip()


def is_uri(value: str) -> bool:
    """Tell whether a text is a complete URI: a scheme, and no spaces (RFC 3986, section 3)."""
    return _SCHEME.fullmatch(value) is not None


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, _: Sequence[tuple[str, str | None]]) -> None:
        self.unseen += tag in _UNSEEN
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in _UNSEEN and self.unseen > 0
        if tag in _BLOCKS and tag != "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.parts.append(data)


def without_markup(text: str) -> str:
    """Return what a reader of HTML would see, in lines; text without markup comes out the same."""
    if not re.search(r"<[a-zA-Z/!]|&[a-zA-Z#]", text):
        return text
    words = _Words()
    words.feed(text)
    words.close()
    lines = (" ".join(line.split()) for line in "".join(words.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def day(value: object) -> date | None:
    """Return the day of an ISO date or time, `dd/mm/yyyy`, or milliseconds since 1970; or None.

    A year or a month alone is None: no day is made up.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC).date()
        text = plain_text(value)
        if match := _ISO.match(text):
            return date(*(int(part) for part in match.groups()))
        if match := _DAY_FIRST.match(text):
            return date(*(int(part) for part in reversed(match.groups())))
    except (ArithmeticError, OSError, ValueError):
        pass
    return None


class Fields:
    """One record's fields, to be taken one by one; what is not taken, or not understood, is left.

    So nothing of the original is lost: what is left becomes the entry's `extra`.
    """

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._left = {str(name): value for name, value in record.items()}

    def take(self, name: str) -> Any:
        """Take a field as it is; None where it is absent."""
        return self._left.pop(name, None)

    def look(self, name: str) -> Any:
        """Look at a field and leave it."""
        return self._left.get(name)

    def text(self, *names: str) -> str:
        """Take the first of these fields that holds text, as text."""
        for name in names:
            if found := plain_text(self._left.get(name)):
                del self._left[name]
                return found
        return ""

    def words(self, *names: str) -> str:
        """Take the first of these fields that holds text, without markup."""
        return without_markup(self.text(*names))

    def texts(self, name: str, *, separator: str = "") -> tuple[str, ...]:
        """Take a list of texts, without repetitions; a single text is a list of one."""
        value = self._left.get(name)
        if isinstance(value, str):
            value = value.split(separator) if separator else [value]
        if not isinstance(value, list | tuple) or any(isinstance(v, dict | list) for v in value):
            return ()
        del self._left[name]
        return distinct(plain_text(v) for v in value)

    def day(self, *names: str) -> date | None:
        """Take the first of these fields that holds a day."""
        for name in names:
            if found := day(self._left.get(name)):
                del self._left[name]
                return found
        return None

    def mapping(self, name: str) -> Mapping[str, Any]:
        """Take a field that holds fields; no fields where it holds something else."""
        if isinstance(self._left.get(name), Mapping):
            taken: Mapping[str, Any] = self._left.pop(name)
            return taken
        return {}

    def records(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """Take a list of records; left alone where any of them is none."""
        value = self._left.get(name)
        if isinstance(value, list) and all(isinstance(v, Mapping) for v in value):
            del self._left[name]
            return tuple(value)
        return ()

    def title(self, *names: str) -> str:
        """Take the title, without which a record is no entry."""
        if found := " ".join(self.words(*names).split()):
            return found
        raise Unusable(names[0], "This record has no title.")

    def rest(self, standard: str) -> dict[str, Any]:
        """Return what is left, under the standard's name, for an entry's `extra`."""
        left = {n: v for n, v in self._left.items() if v not in (None, "", [], {})}
        return {standard: left} if left else {}


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts in their order, each once, none empty."""
    return tuple(dict.fromkeys(t for t in texts if t))


def _kind_of(value: object) -> str:
    names = {list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return "empty" if value is None else names.get(type(value), "something else")
