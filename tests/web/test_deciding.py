"""The owner's side, and every other move in an agreement's life."""

import re
from datetime import timedelta

import pytest
from tests.web.reading import errors, heading, text

from fairway.nouns.agreements import Move
from fairway.nouns.people import Role
from fairway.verbs import agreements
from fairway.web.agreements import choices
from fairway.web.agreements.moves import MOVES


def shown(department, ids, name):
    return agreements.show(department.platform, department.actor("dwp-owner"), ids[name])


def less(department, **changes):
    last = department.today + timedelta(days=30)
    return {
        "columns": ["region", "weeks"],
        "treatment-region": "keep",
        "treatment-weeks": "band:10",
        "scope": "region <> 'London'",
        **{f"starts-{part}": str(getattr(department.today, part)) for part in PARTS},
        **{f"ends-{part}": str(getattr(last, part)) for part in PARTS},
        "note": "Bands are enough.",
    } | changes


PARTS = ("day", "month", "year")


def test_the_inbox_shows_what_waits_first(signed_in, ids):
    page = signed_in("dwp-owner").get("/agreements/to-decide")
    said = text(page)
    assert "3 requests wait" in said
    assert "Decided or ended" in said
    body = page.content.decode()
    assert body.index(ids["submitted"]) < body.index(ids["suspended"])
    assert ids["draft"] not in body


def test_the_owner_sees_the_whole_request_and_its_objections(signed_in, ids):
    said = text(signed_in("dwp-owner").get(f"/agreements/{ids['objected']}"))
    assert "Guardrails of the hub stand against this request" in said
    assert "health Special category Show as it is" in said
    assert "To compare regions." in said
    assert "UK GDPR" in said


def test_a_decision_has_to_be_chosen(signed_in, ids):
    owner = signed_in("dwp-owner")
    answer = owner.get(f"/agreements/{ids['submitted']}/decision")
    assert answer.status_code == 422
    assert errors(answer) == {"decision": "Select your decision"}
    for choice, page in {
        "approve": "approve",
        "less": "approve-less",
        "question": "question",
        "refuse": "refuse",
    }.items():
        answer = owner.get(f"/agreements/{ids['submitted']}/decision?decision={choice}")
        assert answer["Location"] == f"/agreements/{ids['submitted']}/{page}"


def test_approving_as_asked(signed_in, ids, department):
    owner = signed_in("dwp-owner")
    address = f"/agreements/{ids['submitted']}"
    assert "2 columns from" in text(owner.get(f"{address}/approve"))
    assert owner.post(f"{address}/approve", {"note": "Good."})["Location"] == address
    said = text(owner.get(address))
    assert f"You approved {ids['submitted']}." in said
    assert "Active" in said
    assert "Good." in said


def test_a_guardrail_stops_an_approval_and_keeps_the_note(signed_in, ids):
    answer = signed_in("dwp-owner").post(
        f"/agreements/{ids['objected']}/approve", {"note": "All the same."}
    )
    assert answer.status_code == 422
    assert "cannot be overridden" in errors(answer)["note"]
    assert "All the same." in answer.content.decode()


def test_approving_with_less(signed_in, ids, department):
    owner = signed_in("dwp-owner")
    address = f"/agreements/{ids['submitted']}"
    assert owner.get(f"{address}/approve-less").status_code == 200
    answer = owner.post(f"{address}/approve-less", less(department, columns=["weeks"]))
    assert answer["Location"] == address
    granted = shown(department, ids, "submitted").agreement.granted
    assert [str(c.treatment) for c in granted.columns] == ["band:10"]
    assert granted.ends == department.today + timedelta(days=30)
    said = text(signed_in("dfe-analyst").get(address))
    assert "1 of 2" in said
    assert "region Not about a person Show as it is Not granted" in said
    assert "weeks Not about a person Show as it is Show in bands of 10" in said
    assert "region <> 'London'" in said
    assert "Bands are enough." in said


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"columns": []}, "columns", "Select at least one column"),
        ({"scope": "area = 1"}, "scope", "There is no column 'area'"),
        ({"ends-year": "2099"}, "ends", "not within the days asked for"),
        ({"ends-day": ""}, "ends", "must include a day"),
        ({"treatment-weeks": "prefix:2"}, "columns", "does not apply"),
    ],
)
def test_less_that_cannot_be_keeps_what_was_typed(
    signed_in, ids, department, changes, field, message
):
    answer = signed_in("dwp-owner").post(
        f"/agreements/{ids['submitted']}/approve-less", less(department, **changes)
    )
    assert answer.status_code == 422
    assert message in errors(answer)[field]
    body = answer.content.decode()
    assert "Bands are enough." in body
    if "treatment-weeks" not in changes:
        assert re.search(r'value="band:10" selected', body)
    assert shown(department, ids, "submitted").agreement.granted is None


def test_question_and_answer(signed_in, ids):
    owner, analyst = signed_in("dwp-owner"), signed_in("dfe-analyst")
    address = f"/agreements/{ids['submitted']}"
    owner.post(f"{address}/question", {"note": "Which years?"})
    assert "Question Which years?" in text(analyst.get(address))
    assert "Which years?" in text(analyst.get(f"{address}/answer"))
    assert "Answer a question about Claims by person" in text(analyst.get("/"))
    analyst.post(f"{address}/answer", {"note": "All of them."})
    said = text(owner.get(address))
    assert "All of them." in said
    assert "Your decision" in said


@pytest.mark.parametrize("move", [m for m, page in MOVES.items() if page.missing])
def test_a_move_that_needs_words_asks_for_them(signed_in, ids, move):
    name = {Move.SUSPEND: "active", Move.TERMINATE: "active", Move.ANSWER: "questioned"}
    person = "dfe-analyst" if move is Move.ANSWER else "dwp-owner"
    address = f"/agreements/{ids[name.get(move, 'submitted')]}/{move.value}"
    answer = signed_in(person).post(address, {"note": " "})
    assert answer.status_code == 422
    assert errors(answer) == {"note": MOVES[move].missing}


def test_suspend_resume_and_end(signed_in, ids):
    owner = signed_in("dwp-owner")
    address = f"/agreements/{ids['active']}"
    said = text(owner.get(address))
    assert "Suspend the agreement" in said
    assert "End the agreement" in said
    owner.post(f"{address}/suspend", {"note": "An incident."})
    assert "The agreement is suspended." in text(owner.get(address))
    assert "Reason An incident." in text(signed_in("dfe-analyst").get(address))
    owner.post(f"{address}/resume")
    assert "The agreement is active again." in text(owner.get(address))
    owner.post(f"{address}/terminate", {"note": "The project is over."})
    assert "Ended" in text(owner.get(address))


def test_a_data_protection_officer_signs_off_and_revokes_nothing(signed_in, ids, newcomer):
    officer = signed_in(newcomer(Role.DATA_PROTECTION_OFFICER))
    waiting = officer.get("/agreements/to-decide").content.decode()
    for name in ("submitted", "questioned", "suspended", "objected", "active"):
        assert f'href="/agreements/{ids[name]}"' in waiting
        assert officer.get(f"/agreements/{ids[name]}").status_code == 200
    address = f"/agreements/{ids['objected']}"
    signed_in("dfe-analyst").post(f"/agreements/{ids['active']}/profile", {"kind": "bearer"})
    active = text(officer.get(f"/agreements/{ids['active']}"))
    assert "A profile was made" in active
    assert "Revoke" not in active
    officer.post(f"{address}/sign-off", {"note": "The assessment covers it."})
    assert "The assessment covers it." in text(officer.get(address))
    assert "Sign off" not in text(officer.get(address))


def test_a_deputy_opens_what_waits_and_decides(signed_in, ids, newcomer):
    deputy = signed_in(newcomer(Role.DEPUTY, "dwp"))
    address = f"/agreements/{ids['submitted']}"
    assert ids["submitted"] in deputy.get("/agreements/to-decide").content.decode()
    assert "Your decision" in text(deputy.get(address))


def test_a_colleague_whom_an_agreement_covers_reads_it(signed_in, department, newcomer):
    newcomer(Role.ANALYST, "dfe")
    covered = department.approve(team="analyst")
    assert signed_in("new-analyst").get(f"/agreements/{covered.id}").status_code == 200
    assert signed_in("dfe-stranger").get(f"/agreements/{covered.id}").status_code == 404


def test_the_asker_withdraws(signed_in, ids):
    analyst = signed_in("dfe-analyst")
    address = f"/agreements/{ids['submitted']}"
    assert heading(analyst.get(f"{address}/withdraw")) == "Withdraw the request"
    analyst.post(f"{address}/withdraw")
    assert "Withdrawn" in text(analyst.get(address))
    again = analyst.post(f"{address}/withdraw")
    assert again.status_code == 409 or "Withdrawn" in text(analyst.get(address))


def test_a_move_that_is_none(signed_in, ids):
    assert signed_in("dwp-owner").get(f"/agreements/{ids['active']}/explode").status_code == 404


def test_the_asker_lists_their_own(signed_in, ids):
    page = signed_in("dfe-analyst").get("/agreements").content.decode()
    assert [name for name, one in ids.items() if one not in page] == []
    assert "You have not asked for access" in text(signed_in("dfe-stranger").get("/agreements"))


def test_treatments_offered_show_less_than_asked(department, ids):
    from fairway.rules import treatments

    product = shown(department, ids, "active").product
    for column in product.columns:
        asked = [treatments.parse(one["value"]) for one in choices.offered(column)]
        assert all(treatments.applies(column.type, one) for one in asked)
        for one in asked:
            fewer = [treatments.parse(o["value"]) for o in choices.offered(column, one)]
            assert fewer[0] == one
            assert all(treatments.at_least_as_strong(other, one) for other in fewer)


def test_examples_of_conditions_can_be_typed_as_they_stand(department, ids):
    from fairway.nouns.products import Column, LogicalType
    from fairway.rules import scopes

    for kind in LogicalType:
        column = Column("c", kind)
        assert scopes.parse(choices.example(column), {"c": kind})
