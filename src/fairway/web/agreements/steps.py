"""The pages of a request, one thing each: how an answer is read, and how a kept one is shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from fairway.nouns.agreements import Agreement
from fairway.verbs.agreements import AgreementPage
from fairway.verbs.asking import Asking
from fairway.web import words
from fairway.web.agreements import choices
from fairway.web.forms import Problems, read_date, shown_date, typed_date

Answer = dict[str, Any]
"""The parts of an `Asking` that one page answers."""


@dataclass(frozen=True, slots=True)
class Step:
    """A page: its title, how its form is read, and what the form shows of a draft or of typing."""

    name: str
    title: str
    read: Callable[[QueryDict, AgreementPage, Problems], Answer]
    kept: Callable[[AgreementPage], Answer]
    typed: Callable[[QueryDict, AgreementPage], Answer]


def asking_of(agreement: Agreement) -> Asking:
    """Return a draft as it was asked, to change a part of it."""
    asked = agreement.asked
    dated = has_dates(agreement)
    return Asking(
        product=agreement.product,
        columns=tuple((c.name, str(c.treatment)) for c in asked.columns),
        scope=words.scope(asked.scope),
        purpose=agreement.purpose,
        legal_basis=agreement.legal_basis,
        necessity=agreement.necessity,
        starts=asked.starts if dated else None,
        ends=asked.ends if dated else None,
    )


def has_dates(agreement: Agreement) -> bool:
    """Say whether the days were answered yet: a draft without them begins and ends today."""
    return agreement.asked.ends > agreement.asked.starts


def _chosen(data: QueryDict) -> list[tuple[str, str]]:
    return [(name, data.get(f"treatment-{name}", "")) for name in data.getlist("columns")]


def _read_columns(
    data: QueryDict,
    shown: AgreementPage,  # noqa: ARG001 - Django calls it so
    problems: Problems,
) -> Answer:
    if not data.getlist("columns"):
        problems.add("columns", "Select the columns you need")
    return {"columns": tuple(_chosen(data))}


def _kept_columns(shown: AgreementPage) -> Answer:
    kept = {c.name: str(c.treatment) for c in shown.agreement.asked.columns}
    return {"chosen": _columns(shown, kept, kept)}


def _typed_columns(data: QueryDict, shown: AgreementPage) -> Answer:
    treatments = {c.name: data.get(f"treatment-{c.name}", "") for c in shown.product.columns}
    return {"chosen": _columns(shown, dict(_chosen(data)), treatments)}


def _columns(
    shown: AgreementPage, chosen: Mapping[str, str], treatments: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "column": column,
            "checked": column.name in chosen,
            "treatment": treatments.get(column.name) or str(choices.usual(column)),
            "offered": choices.offered(column),
        }
        for column in shown.product.columns
    ]


def _read_rows(data: QueryDict, shown: AgreementPage, problems: Problems) -> Answer:  # noqa: ARG001 - Django calls it so
    which, scope = data.get("which", ""), data.get("scope", "").strip()
    if which not in {"all", "some"}:
        problems.add("which", "Select whether you need every row or some rows")
    elif which == "some" and not scope:
        problems.add("scope", "Enter a condition that says which rows you need")
    elif which == "all" and scope:
        problems.add("which", "Select ‘Only rows that meet a condition’, or clear the condition")
    return {"scope": scope if which == "some" else ""}


def _kept_rows(shown: AgreementPage) -> Answer:
    scope = words.scope(shown.agreement.asked.scope)
    answered = bool(shown.agreement.asked.columns and shown.agreement.purpose)
    return {"which": "some" if scope else "all" if answered else "", "scope": scope}


def _typed_rows(data: QueryDict, shown: AgreementPage) -> Answer:  # noqa: ARG001 - Django calls it so
    return {"which": data.get("which", ""), "scope": data.get("scope", "")}


def _one(name: str, missing: str) -> tuple[Callable[..., Answer], ...]:
    """Return how a page with a single field is read, kept and typed."""

    def read(data: QueryDict, shown: AgreementPage, problems: Problems) -> Answer:  # noqa: ARG001 - Django calls it so
        answer = data.get(name, "").strip()
        if not answer:
            problems.add(name, missing)
        return {name: answer}

    def kept(shown: AgreementPage) -> Answer:
        return {name: getattr(shown.agreement, name)}

    def typed(data: QueryDict, shown: AgreementPage) -> Answer:  # noqa: ARG001 - Django calls it so
        return {name: data.get(name, "")}

    return read, kept, typed


def _read_dates(data: QueryDict, shown: AgreementPage, problems: Problems) -> Answer:  # noqa: ARG001 - Django calls it so
    starts = read_date(data, "starts", "first day", problems)
    ends = read_date(data, "ends", "last day", problems)
    if starts and ends and ends <= starts:
        problems.add("ends", "The last day must be after the first day")
    return {"starts": starts, "ends": ends}


def _kept_dates(shown: AgreementPage) -> Answer:
    dated = has_dates(shown.agreement)
    asked = shown.agreement.asked
    return {
        "starts": shown_date(asked.starts),
        "ends": shown_date(asked.ends if dated else None),
    }


def _typed_dates(data: QueryDict, shown: AgreementPage) -> Answer:  # noqa: ARG001 - Django calls it so
    return {"starts": typed_date(data, "starts"), "ends": typed_date(data, "ends")}


STEPS: Mapping[str, Step] = {
    step.name: step
    for step in (
        Step("columns", "Which columns do you need?", _read_columns, _kept_columns, _typed_columns),
        Step("rows", "Which rows do you need?", _read_rows, _kept_rows, _typed_rows),
        Step("purpose", "What will you use the data for?", *_one("purpose", "Select a purpose")),
        Step(
            "legal_basis",
            "Which law allows this use?",
            *_one("legal_basis", "Select a legal basis"),
        ),
        Step(
            "necessity",
            "Why is this data necessary?",
            *_one("necessity", "Enter why the data is necessary for the purpose"),
        ),
        Step("dates", "When do you need the data?", _read_dates, _kept_dates, _typed_dates),
    )
}
"""The pages of a request, in their order."""


def after(name: str) -> str | None:
    """Return the page that follows a page, None after the last."""
    names = list(STEPS)
    following = names[names.index(name) + 1 :]
    return following[0] if following else None


def before(name: str) -> str | None:
    """Return the page before a page, None before the first."""
    names = list(STEPS)
    return names[names.index(name) - 1] if name != names[0] else None
