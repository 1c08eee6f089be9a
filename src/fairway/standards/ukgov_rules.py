"""The rules of the UK Cross-Government Metadata Exchange Model, derived from the model itself.

The model is LinkML (https://w3id.org/linkml), and ships in `ukgov_model/` as it was published. Each
class becomes a list of fields; each field's slot says whether it is required, may hold several
values, and what a value is. A record may hold no other fields.
"""

import difflib
import gzip
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from fairway.standards.reading import is_uri

_FOLDER = files("fairway.standards").joinpath("ukgov_model")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

Check = Callable[[Any], str]
"""What is wrong with a value, as the end of a sentence; nothing when it is right."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A field: whether it must be there, may hold several values, and what a value has to be."""

    name: str
    required: bool
    several: bool
    check: Check
    holds: str = ""


def problems(record: Mapping[str, Any], kind: str, at: str = "") -> Iterator[tuple[str, str]]:
    """Give the field and the reason of everything that the model does not allow in a record."""
    rules = kinds()[kind]
    for name in record:
        if name not in rules:
            close = difflib.get_close_matches(str(name), rules, 1, 0.7)
            meant = f" Did you mean '{close[0]}'?" if close else ""
            yield f"{at}{name}", f"The model has no field of this name in {kind}.{meant}"
    for rule in rules.values():
        value = record.get(rule.name)
        if value is None:
            if rule.required:
                yield f"{at}{rule.name}", f"{kind} has to have this field."
        elif rule.several:
            yield from _each(rule, value, at)
        elif isinstance(value, list):
            yield f"{at}{rule.name}", "This holds several values; one is the most."
        elif rule.holds:
            yield from _inner(rule, value, at)
        elif wrong := rule.check(value):
            yield f"{at}{rule.name}", f"This {wrong}."


def _each(rule: Rule, value: Any, at: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list):
        yield f"{at}{rule.name}", "This has to be a list."
        return
    if rule.required and not value:
        yield f"{at}{rule.name}", "This list is empty."
    for position, item in enumerate(value):
        if wrong := rule.check(item):
            yield f"{at}{rule.name}[{position}]", f"This {wrong}."


def _inner(rule: Rule, value: Any, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        yield from problems(value, rule.holds, f"{at}{rule.name}.")
    else:
        yield f"{at}{rule.name}", f"This has to be a {rule.holds}, with fields."


@cache
def kinds() -> Mapping[str, Mapping[str, Rule]]:
    """Return the rules of every class of the model that a record can be of."""
    model = _model()
    return {
        name: {slot: _rule(slot, name) for slot in _slots(name)}
        for name, written in model["classes"].items()
        if not written.get("abstract")
    }


@cache
def type_names() -> Mapping[str, str]:
    """Return the class that each value of `type` stands for (LinkML `designates_type`)."""
    model = _model()
    names = {}
    for name, written in model["classes"].items():
        prefix, _, local = written["class_uri"].partition(":")
        names[written["class_uri"]] = name
        names[model["prefixes"][prefix] + local] = name
    return names


@cache
def organisations() -> Mapping[str, tuple[str, str]]:
    """Return the name and abbreviation of each organisation in the model, by its slug."""
    packed = _FOLDER.joinpath("organisations.yaml.gz").read_bytes()
    # The file is the package's own, so the fast parser, where there is one, is as safe.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    written = yaml.load(gzip.decompress(packed), Loader=loader)  # nosec B506 # noqa: S506 - a safe loader
    return {
        slug: (
            about["description"],
            next((e["value"] for e in about["extensions"] if e["tag"] == "abbreviation"), ""),
        )
        for slug, about in written["enums"]["OrganisationValues"]["permissible_values"].items()
    }


def organisation_slug(name: str) -> str:
    """Return an organisation's slug, found by slug, name or abbreviation; or nothing."""
    return _slugs().get(" ".join(name.casefold().split()), "")


@cache
def _slugs() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for slug, (name, abbreviation) in organisations().items():
        for words in (slug, name, abbreviation):
            if words:
                found.setdefault(words.casefold(), slug)
    return found


@cache
def values(enumeration: str) -> frozenset[str]:
    """Return the values that an enumeration of the model permits."""
    if enumeration == "OrganisationValues":
        return frozenset(organisations())
    return frozenset(_model()["enums"][enumeration]["permissible_values"])


@cache
def _model() -> Mapping[str, Any]:
    model: Mapping[str, Any] = yaml.safe_load(_FOLDER.joinpath("model.yaml").read_bytes())
    return model


def _ancestry(name: str) -> list[Mapping[str, Any]]:
    """Return a class and those it is of, the most general first (LinkML `is_a`)."""
    written = _model()["classes"][name]
    return [*(_ancestry(written["is_a"]) if "is_a" in written else []), written]


def _slots(name: str) -> list[str]:
    return [slot for written in _ancestry(name) for slot in written["slots"]]


def _rule(slot: str, name: str) -> Rule:
    """Return a class's rule for a slot: the slot's own, refined by each `slot_usage`."""
    about = dict(_model()["slots"][slot])
    for written in _ancestry(name):
        about |= (written.get("slot_usage") or {}).get(slot, {})
    holds = about.get("range") if about.get("range") in _model()["classes"] else ""
    return Rule(
        name=slot,
        required=bool(about.get("required")),
        several=bool(about.get("multivalued")),
        check=_is_type(name) if about.get("designates_type") else _check(about),
        holds=str(holds or ""),
    )


def _check(about: Mapping[str, Any]) -> Check:
    if "any_of" in about:
        return _any([_check(choice) for choice in about["any_of"]])
    kind = about.get("range", "string")
    if kind in _model()["enums"] or kind == "OrganisationValues":
        return _is_one_of(kind)
    if kind == "integer":
        return _is_integer(about.get("minimum_value"))
    simple: Mapping[str, Check] = {"date": _is_date, "uri": _is_complete, "uriorcurie": _is_name}
    return simple.get(kind) or _is_text(about.get("pattern"))


def _any(checks: list[Check]) -> Check:
    def check(value: Any) -> str:
        wrong = [check(value) for check in checks]
        return "" if "" in wrong else " or ".join(wrong)

    return check


def _is_one_of(enumeration: str) -> Check:
    def check(value: Any) -> str:
        allowed = values(enumeration)
        if isinstance(value, str) and value in allowed:
            return ""
        if len(allowed) <= 20:
            return f"is '{str(value)[:60]}', and has to be one of {', '.join(sorted(allowed))}"
        close = organisation_slug(str(value)) if enumeration == "OrganisationValues" else ""
        meant = f"; perhaps '{close}'" if close else ""
        return f"is '{str(value)[:60]}', which is none of the {len(allowed):,} known{meant}"

    return check


def _is_type(name: str) -> Check:
    def check(value: Any) -> str:
        if isinstance(value, str) and type_names().get(value) == name:
            return ""
        return f"is '{str(value)[:60]}', and has to be {_model()['classes'][name]['class_uri']}"

    return check


def _is_integer(least: int | None) -> Check:
    def check(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, int):
            return "has to be a whole number"
        return f"has to be {least} or more" if least is not None and value < least else ""

    return check


def _is_text(pattern: str | None) -> Check:
    form = re.compile(pattern) if pattern else None

    def check(value: Any) -> str:
        if not isinstance(value, str):
            return "has to be text; a number or a date needs quotation marks"
        if not value.strip():
            return "is empty"
        return f"has to have the form {pattern}" if form and not form.search(value) else ""

    return check


def _is_date(value: Any) -> str:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            date.fromisoformat(value)
        except ValueError:
            return "is no day of the calendar"
        return ""
    return "has to be a day, written as 2024-12-31, without a time"


def _is_complete(value: Any) -> str:
    return "" if isinstance(value, str) and is_uri(value) else "has to be a complete address"


def _is_name(value: Any) -> str:
    """Judge a `uriorcurie`. The model's own valid examples hold bare names, so they pass."""
    if isinstance(value, str) and value and not re.search(r"\s", value):
        return ""
    return "has to be an address or a name, without spaces"
