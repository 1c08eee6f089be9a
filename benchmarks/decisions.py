"""Decisions per second: rules and guardrails together, against Cedar alone."""

from collections.abc import Iterator
from datetime import date

import cedarpy
from harness import Figure, interleaved, median, wall
from tests.builders import NOW, POLICY, TASK, TODAY, a_product, some_terms

from fairway.guardrails import cedar
from fairway.nouns.access import AccessRequest, Decision, Effect, GuardrailFacts
from fairway.nouns.agreements import Agreement, State, Terms
from fairway.nouns.people import Person
from fairway.nouns.products import AccessClass, Column, DataProduct, LogicalType, Source
from fairway.nouns.scopes import AllOf, Among, Comparison, Operator
from fairway.nouns.treatments import KEEP, Kind, Treatment
from fairway.rules.access import decide, guardrail_facts

AGREEMENTS = 20
COLUMNS = 40


def measure(quick: bool) -> Iterator[Figure]:
    together = 100 if quick else 1000
    guardrails = cedar.CedarJudge(cedar.packaged("hub.cedar"))
    product, agreements = _product(), [_agreement(n) for n in range(AGREEMENTS)]
    person = Person("dfe-analyst", "Analyst", "dfe")
    request = AccessRequest(
        "dfe-analyst",
        POLICY.code,
        (product.id,),
        ((product.id, frozenset(f"column_{n}" for n in range(0, COLUMNS, 4))),),
    )

    def told(decision: Decision) -> GuardrailFacts:
        return guardrail_facts(
            decision.grants[0],
            person=person,
            purpose=POLICY,
            basis=TASK,
            owner_current=True,
            today=TODAY,
        )

    def decided() -> Decision:
        decision = decide(
            request,
            person=person,
            purpose=POLICY,
            products={product.id: product},
            agreements=agreements,
            today=TODAY,
        )
        facts = guardrail_facts(
            decision.grants[0],
            person=person,
            purpose=POLICY,
            basis=TASK,
            owner_current=True,
            today=TODAY,
        )
        if not guardrails(facts).permitted:
            raise AssertionError("the guardrails forbid what this benchmark asks")
        return decision

    assert decided().effect is Effect.PERMIT
    facts = guardrail_facts(
        decided().grants[0],
        person=person,
        purpose=POLICY,
        basis=TASK,
        owner_current=True,
        today=TODAY,
    )
    policies, schema = guardrails._handles
    asked, entities = cedar.request(facts), cedar.entities(facts)

    def plain() -> object:
        return cedarpy.is_authorized(asked, policies, entities, schema)

    ours, theirs = interleaved(
        lambda: wall(lambda: [decided() for _ in range(together)]),
        lambda: wall(lambda: [plain() for _ in range(together)]),
        3 if quick else 11,
    )
    yield Figure(
        "decisions",
        together / median(ours),
        "/s",
        yardstick="the time of cedarpy.is_authorized alone, on parsed handles",
        ratio=median(ours) / median(theirs),
        note=f"{AGREEMENTS} agreements of {COLUMNS} columns;"
        f" Cedar alone {together / median(theirs):,.0f}/s",
    )


def _product() -> DataProduct:
    columns = tuple(Column(f"column_{n}", LogicalType.STRING, "") for n in range(COLUMNS))
    return a_product(
        columns=columns, access=AccessClass.RESTRICTED, source=Source("local", "parquet", "x")
    )


def _agreement(number: int) -> Agreement:
    """The last of the person's agreements is the one that fits; the others are looked at first."""
    last = number == AGREEMENTS - 1
    terms: Terms = some_terms(
        *((f"column_{n}", KEEP if n % 3 else Treatment(Kind.PREFIX, 4)) for n in range(COLUMNS)),
        scope=AllOf(
            (
                Among("column_1", ("Wales", "Scotland", "London")),
                Comparison("column_2", Operator.GREATER, "2025"),
            )
        ),
        ends=date(2026, 12, 31),
    )
    return Agreement(
        id=f"AG-{number}",
        product="dwp.claims",
        asker="dfe-analyst",
        purpose=POLICY.code if last else "another",
        legal_basis=TASK.code,
        necessity="To measure.",
        asked=terms,
        granted=terms,
        state=State.ACTIVE,
        created=NOW,
    )
