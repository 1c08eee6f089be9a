"""The life of an agreement, and that what is granted is never more than what was asked."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import COLUMNS, TODAY, a_product, an_agreement, some_terms

from fairway.nouns.agreements import Move, Party, State
from fairway.nouns.products import Column, LogicalType
from fairway.nouns.treatments import DROP, KEEP, PSEUDONYM, YEAR, Kind, Treatment
from fairway.rules import agreements as rules
from fairway.rules import scopes

DAY = timedelta(days=1)
TYPES = {c.name: c.type for c in COLUMNS}


def scope(text):
    return scopes.parse(text, TYPES)


def codes(denials):
    return [d.code for d in denials]


def test_nothing_leads_out_of_an_end():
    ends = {s for s in State if not any(s is start for start, _ in rules.TRANSITIONS)}
    assert ends == rules.ENDED


def test_every_state_can_be_reached_from_a_draft():
    reached = {State.DRAFT}
    for _ in State:
        reached |= {to for (start, _), (to, _) in rules.TRANSITIONS.items() if start in reached}
    assert reached == set(State)


def test_only_the_owner_approves_and_only_the_calendar_activates():
    for (_, move), (_, parties) in rules.TRANSITIONS.items():
        if move in (Move.APPROVE, Move.REFUSE, Move.QUESTION):
            assert parties == {Party.OWNER}
        if move in (Move.ACTIVATE, Move.EXPIRE):
            assert parties == {Party.CALENDAR}


def test_moves_are_those_of_the_state_and_the_party():
    assert rules.moves(State.DRAFT, [Party.ASKER]) == (Move.SUBMIT, Move.WITHDRAW)
    assert rules.moves(State.DRAFT, [Party.OWNER]) == ()
    assert rules.moves(State.ACTIVE, [Party.HUB]) == (Move.SUSPEND, Move.TERMINATE)
    assert rules.next_state(State.ACTIVE, Move.SUSPEND) is State.SUSPENDED
    assert rules.next_state(State.REFUSED, Move.APPROVE) is None


@pytest.mark.parametrize(
    ("state", "today", "move", "effective"),
    [
        (State.APPROVED, date(2025, 12, 31), None, State.APPROVED),
        (State.APPROVED, date(2026, 1, 1), Move.ACTIVATE, State.ACTIVE),
        (State.ACTIVE, date(2026, 12, 31), None, State.ACTIVE),
        (State.ACTIVE, date(2027, 1, 1), Move.EXPIRE, State.EXPIRED),
        (State.SUSPENDED, date(2027, 1, 1), Move.EXPIRE, State.EXPIRED),
        (State.APPROVED, date(2027, 1, 1), Move.EXPIRE, State.EXPIRED),
        (State.SUBMITTED, date(2027, 1, 1), None, State.SUBMITTED),
        (State.REFUSED, date(2027, 1, 1), None, State.REFUSED),
    ],
)
def test_the_calendar_activates_and_expires(state, today, move, effective):
    agreement = an_agreement(state=state)
    assert rules.due(agreement, today) is move
    assert rules.effective_state(agreement, today) is effective


def test_without_a_grant_the_calendar_has_nothing_to_do():
    assert rules.due(an_agreement(granted=None), date(2027, 1, 1)) is None


def test_what_was_asked_may_be_granted():
    agreement = an_agreement(state=State.SUBMITTED)
    assert rules.approvable(agreement, agreement.asked, a_product()) == ()


def test_less_may_be_granted():
    asked = some_terms("born", "region", "weeks", scope=scope("region = 'Wales'"))
    less = some_terms(
        ("born", YEAR),
        ("weeks", Treatment(Kind.BAND, 10)),
        scope=scope("region = 'Wales' AND weeks > 4"),
        starts=TODAY,
        ends=TODAY + DAY,
    )
    assert rules.approvable(an_agreement(asked=asked), less, a_product()) == ()


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (some_terms(), "agreement.no_columns"),
        (some_terms("health"), "agreement.more_than_asked"),
        (some_terms(("region", KEEP)), "agreement.weaker_treatment"),
        (some_terms("weeks", starts=date(2025, 1, 1)), "agreement.longer_time"),
        (some_terms("weeks", ends=date(2028, 1, 1)), "agreement.longer_time"),
        (
            some_terms("weeks", starts=date(2026, 5, 1), ends=date(2026, 4, 1)),
            "agreement.longer_time",
        ),
        (some_terms(("weeks", YEAR)), "agreement.treatment_does_not_apply"),
    ],
)
def test_more_or_impossible_is_not_granted(terms, code):
    asked = some_terms(("region", Treatment(Kind.PREFIX, 2)), "weeks")
    assert code in codes(rules.approvable(an_agreement(asked=asked), terms, a_product()))


def test_rows_only_narrow_by_adding_conditions():
    asked = some_terms("weeks", scope=scope("weeks > 4"))
    assert not rules.narrower(some_terms("weeks"), asked)
    assert not rules.narrower(some_terms("weeks", scope=scope("weeks > 3")), asked)
    assert rules.narrower(some_terms("weeks", scope=scope("weeks > 4 AND weeks < 9")), asked)
    assert rules.narrower(some_terms("weeks", scope=scope("weeks > 4")), some_terms("weeks"))
    wider = some_terms("weeks", scope=scope("weeks > 4 OR region = 'Wales'"))
    denials = rules.approvable(an_agreement(asked=asked), wider, a_product())
    assert codes(denials) == ["agreement.wider_rows"]


def test_terms_that_the_product_no_longer_fits_are_named():
    changed = a_product(columns=(Column("weeks", LogicalType.STRING), COLUMNS[1]))
    terms = some_terms(("weeks", Treatment(Kind.BAND, 5)), "region", scope=scope("weeks > 4"))
    assert codes(rules.inapplicable(terms, changed)) == [
        "agreement.treatment_does_not_apply",
        "agreement.column_gone",
        "agreement.scope_does_not_apply",
    ]


TREATMENTS = st.sampled_from(
    [KEEP, PSEUDONYM, DROP, Treatment(Kind.PREFIX, 1), Treatment(Kind.PREFIX, 3)]
)


@given(st.lists(st.sampled_from(["person", "health", "region"]), unique=True), st.data())
def test_granting_what_was_granted_of_a_grant_is_transitive(names, data):
    """Whatever may be granted of a grant might have been granted of the request."""
    asked, granted, again = (
        some_terms(*((n, data.draw(TREATMENTS)) for n in names[: data.draw(st.integers(1, 3))]))
        for _ in range(3)
    )
    product = a_product()
    first = rules.approvable(an_agreement(asked=asked), granted, product)
    second = rules.approvable(an_agreement(asked=granted), again, product)
    if not first and not second:
        assert rules.approvable(an_agreement(asked=asked), again, product) == ()
