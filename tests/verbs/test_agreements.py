"""From draft to end: who may, what is refused, and that each step is on the record."""

from datetime import date

import pytest
from tests.scene import REGIONS

from fairway.nouns.agreements import Move, State
from fairway.nouns.errors import BadInput, Conflict, NotFound, Refused
from fairway.nouns.people import Role
from fairway.verbs import agreements, people
from fairway.verbs.acting import SYSTEM
from fairway.verbs.asking import Asking, Granting


@pytest.fixture(autouse=True)
def published(scene):
    scene.publish()
    scene.publish(REGIONS)


def test_a_request_from_draft_to_active(scene):
    draft = scene.draft(scope="region = 'Wales'")
    assert draft.state is State.DRAFT
    asked = agreements.submit(scene.platform, scene.analyst, draft.id)
    assert asked.state is State.SUBMITTED
    questioned = scene.move(scene.owner, asked.id, Move.QUESTION, "Why Wales?")
    assert questioned.state is State.IN_QUESTION
    answered = scene.move(scene.analyst, asked.id, Move.ANSWER, "It is devolved.")
    assert answered.state is State.SUBMITTED
    approved = scene.move(scene.owner, asked.id, Move.APPROVE)
    assert approved.state is State.ACTIVE
    assert approved.granted == approved.asked
    assert [s.move for s in approved.history] == [
        Move.SUBMIT,
        Move.QUESTION,
        Move.ANSWER,
        Move.APPROVE,
        Move.ACTIVATE,
    ]
    assert [s.note for s in approved.history if s.note] == ["Why Wales?", "It is devolved."]
    assert scene.actions()[-6:] == [
        "agreement.draft",
        "agreement.submit",
        "agreement.question",
        "agreement.answer",
        "agreement.approve",
        "agreement.activate",
    ]


def test_a_draft_can_be_filled_step_by_step_by_its_asker_alone(scene):
    draft = agreements.draft(scene.platform, scene.analyst, Asking("dwp.claims"))
    with pytest.raises(BadInput) as caught:
        agreements.submit(scene.platform, scene.analyst, draft.id)
    assert (caught.value.code, caught.value.field) == ("agreement.incomplete", "columns")
    fuller = Asking("dwp.claims", (("weeks", ""),), purpose="research", starts=date(2026, 4, 1))
    again = agreements.draft(scene.platform, scene.analyst, fuller, draft.id)
    assert again.id == draft.id
    assert again.created == draft.created
    for actor in (scene.owner, scene.manager):
        with pytest.raises(NotFound):
            agreements.show(scene.platform, actor, draft.id)
    assert agreements.inbox(scene.platform, scene.owner) == []
    people.appoint(
        scene.platform, scene.manager, "dfe-stranger", Role.ANALYST, "dfe", since=date(2026, 1, 1)
    )
    with pytest.raises(NotFound):
        agreements.draft(scene.platform, scene.stranger, fuller, draft.id)
    submitted = scene.submit()
    with pytest.raises(Conflict) as conflict:
        agreements.draft(scene.platform, scene.analyst, fuller, submitted.id)
    assert conflict.value.code == "agreement.not_a_draft"
    with pytest.raises(Conflict):
        agreements.submit(scene.platform, scene.analyst, submitted.id)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"product": "dwp.nothing"}, "product.not_found"),
        ({"product": "dwp.regions"}, "agreement.not_needed"),
        ({"columns": (("nothing", "keep"),)}, "agreement.no_such_column"),
        ({"columns": (("weeks", "keep"), ("WEEKS", "keep"))}, "agreement.column_twice"),
        ({"columns": (("weeks", "year"),)}, "agreement.treatment_does_not_apply"),
        ({"purpose": "idle-curiosity"}, "agreement.unknown_purpose"),
        ({"legal_basis": "none"}, "agreement.unknown_legal_basis"),
        ({"necessity": "x" * 5000}, "agreement.text_too_long"),
        ({"scope": "nothing = 1"}, "scope.unknown_column"),
    ],
)
def test_a_draft_that_cannot_be(scene, changes, code):
    with pytest.raises((BadInput, NotFound, Conflict)) as caught:
        scene.draft(**changes)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"columns": ()}, "columns"),
        ({"purpose": ""}, "purpose"),
        ({"legal_basis": ""}, "legal_basis"),
        ({"necessity": "  "}, "necessity"),
        ({"ends": None}, "ends"),
        ({"starts": date(2026, 6, 1), "ends": date(2026, 5, 1)}, "ends"),
    ],
)
def test_what_is_missing_is_named_at_submission(scene, changes, field):
    draft = scene.draft(**changes)
    with pytest.raises(BadInput) as caught:
        agreements.submit(scene.platform, scene.analyst, draft.id)
    assert caught.value.field == field


def test_without_an_owner_nothing_can_be_submitted(scene):
    draft = scene.draft()
    people.end_appointment(
        scene.platform, scene.manager, "dwp-owner", Role.DATA_OWNER, "dwp", date(2026, 2, 1)
    )
    with pytest.raises(Refused) as caught:
        agreements.submit(scene.platform, scene.analyst, draft.id)
    assert caught.value.code == "agreement.no_owner"


def test_an_owner_may_grant_less(scene):
    granted = scene.approve(
        Granting((("weeks", "band:10"),), "weeks < 50", date(2026, 3, 1), date(2026, 6, 30)),
        scope="region = 'Wales'",
    ).granted
    assert [str(c.treatment) for c in granted.columns] == ["band:10"]
    assert granted.ends == date(2026, 6, 30)
    assert len(granted.scope.parts) == 2


@pytest.mark.parametrize(
    ("granting", "code"),
    [
        (Granting((("health", "keep"),)), "agreement.more_than_asked"),
        (Granting(()), "agreement.no_columns"),
        (Granting(ends=date(2030, 1, 1)), "agreement.longer_time"),
    ],
)
def test_an_owner_may_not_grant_more(scene, granting, code):
    asked = scene.submit()
    with pytest.raises(BadInput) as caught:
        scene.move(scene.owner, asked.id, Move.APPROVE, granting=granting)
    assert caught.value.code == code
    assert agreements.show(scene.platform, scene.owner, asked.id).state is State.SUBMITTED


def test_time_that_has_passed_cannot_be_granted(scene):
    asked = scene.submit()
    scene.clock.forward(days=400)
    with pytest.raises(BadInput) as caught:
        scene.move(scene.owner, asked.id, Move.APPROVE)
    assert caught.value.code == "agreement.over"


def test_a_guardrail_stands_above_the_owner(scene):
    asked = scene.submit(columns=(("health", "keep"),))
    page = agreements.show(scene.platform, scene.owner, asked.id)
    assert "Article 9" in page.objections[0]
    with pytest.raises(Refused) as caught:
        scene.move(scene.owner, asked.id, Move.APPROVE)
    assert caught.value.code == "agreement.guardrail"
    nulled = Granting((("health", "null"),))
    assert scene.move(scene.owner, asked.id, Move.APPROVE, granting=nulled).state is State.ACTIVE


def test_a_purpose_taken_off_the_list_objects_to_nothing_but_permits_nothing(scene):
    draft = agreements.draft(scene.platform, scene.analyst, Asking("dwp.claims"))
    assert agreements.show(scene.platform, scene.analyst, draft.id).objections == ()


def test_nobody_decides_on_their_own_request(scene):
    people.appoint(
        scene.platform, scene.manager, "dfe-analyst", Role.DATA_OWNER, "dwp", since=date(2026, 1, 1)
    )
    asked = scene.submit()
    for move in (Move.APPROVE, Move.REFUSE, Move.QUESTION):
        with pytest.raises(Refused) as caught:
            scene.move(scene.analyst, asked.id, move, "because")
        assert caught.value.code == "agreement.not_your_move"
        assert "their own request" in caught.value.message


def test_others_see_nothing_and_the_auditor_sees_but_may_not_move(scene):
    asked = scene.submit()
    with pytest.raises(NotFound):
        agreements.show(scene.platform, scene.stranger, asked.id)
    with pytest.raises(NotFound):
        scene.move(scene.stranger, asked.id, Move.WITHDRAW)
    assert agreements.show(scene.platform, scene.auditor, asked.id).moves == ()
    with pytest.raises(Refused):
        scene.move(scene.auditor, asked.id, Move.REFUSE, "because")
    with pytest.raises(NotFound):
        agreements.show(scene.platform, scene.analyst, "AG-nothing")


@pytest.mark.parametrize("move", [Move.SUSPEND, Move.ACTIVATE, Move.SUBMIT])
def test_moves_that_the_state_does_not_know(scene, move):
    asked = scene.submit()
    with pytest.raises(Conflict) as caught:
        scene.move(scene.owner, asked.id, move, "because")
    assert caught.value.code == "agreement.wrong_state"


def test_the_calendars_moves_are_nobodys_to_make(scene):
    later = scene.approve(starts=date(2026, 6, 1))
    assert later.state is State.APPROVED
    with pytest.raises(Refused):
        scene.move(scene.owner, later.id, Move.ACTIVATE)


def test_reasons_are_needed_in_words(scene):
    asked = scene.submit()
    with pytest.raises(BadInput) as caught:
        scene.move(scene.owner, asked.id, Move.REFUSE, "  ")
    assert caught.value.code == "agreement.note_missing"
    refused = scene.move(scene.owner, asked.id, Move.REFUSE, "Not needed for this.")
    assert refused.history[-1].note == "Not needed for this."


def test_suspended_resumed_terminated(scene):
    active = scene.approve()
    assert scene.move(scene.manager, active.id, Move.SUSPEND, "Check").state is State.SUSPENDED
    assert scene.move(scene.owner, active.id, Move.RESUME).state is State.ACTIVE
    assert scene.move(scene.analyst, active.id, Move.TERMINATE, "Done").state is State.TERMINATED
    assert agreements.show(scene.platform, scene.owner, active.id).moves == ()


def test_an_agreement_expires_by_the_calendar_and_that_is_written(scene):
    active = scene.approve(ends=date(2026, 4, 30))
    later = scene.approve(starts=date(2026, 4, 1), ends=date(2026, 4, 15))
    lasting = scene.approve(ends=date(2026, 12, 31))
    scene.clock.forward(days=70)
    assert agreements.show(scene.platform, scene.owner, active.id).state is State.EXPIRED
    with pytest.raises(Conflict):
        scene.move(scene.owner, active.id, Move.SUSPEND, "Too late")
    assert agreements.settle_all(scene.platform, SYSTEM) == 2
    assert agreements.settle_all(scene.platform, SYSTEM) == 0
    assert scene.platform.store.agreements.get(lasting.id) == lasting
    for ended in (active, later):
        stored = scene.platform.store.agreements.get(ended.id)
        assert (stored.state, stored.history[-1].person) == (State.EXPIRED, "calendar")


def test_what_the_calendar_did_is_recorded_as_the_systems_with_who_touched_it(scene):
    active = scene.approve(ends=date(2026, 4, 30))
    scene.clock.forward(days=70)
    with pytest.raises(Conflict):
        scene.move(scene.owner, active.id, Move.SUSPEND, "Too late")
    agreements.settle_all(scene.platform, SYSTEM)
    expired = [event for event in scene.events() if event.action == "agreement.expire"]
    assert {event.actor for event in expired} == {"system"}
    assert expired[-1].details["touched_by"] in {"system", scene.owner.person}


def test_lists_are_for_asker_and_owner(scene):
    first, second = scene.submit(), scene.approve()
    mine = agreements.list_mine(scene.platform, scene.analyst)
    assert {p.agreement.id for p in mine} == {first.id, second.id}
    inbox = agreements.inbox(scene.platform, scene.owner)
    assert [p.agreement.id for p in inbox] == [first.id, second.id]
    assert inbox[0].moves == (Move.QUESTION, Move.APPROVE, Move.REFUSE)
    assert agreements.list_mine(scene.platform, scene.stranger) == []
    with pytest.raises(Refused):
        agreements.inbox(scene.platform, scene.analyst)
    officer = ("dfe-stranger", Role.DATA_PROTECTION_OFFICER, None)
    people.appoint(scene.platform, scene.manager, *officer, since=date(2025, 1, 1))
    seen = agreements.inbox(scene.platform, scene.stranger)
    assert {p.agreement.id for p in seen} == {first.id, second.id}
