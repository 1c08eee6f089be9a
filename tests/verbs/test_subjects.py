"""A person's own view of the uses of their data."""

import pytest
from tests.verbs.test_logs import OFFICER, officer  # noqa: F401

from fairway.nouns.errors import BadInput, Refused
from fairway.verbs import subjects


@pytest.fixture
def used(scene, officer):  # noqa: F811
    """Two queries: one that names P1 by the pseudonym that analysts see, one in bulk."""
    scene.publish()
    scene.approve(columns=(("person", "pseudonym"), ("region", "keep"), ("weeks", "keep")))
    (agreement,) = scene.platform.store.agreements.find()
    key = scene.platform.keys.pseudonym_key(agreement.id)
    shown = subjects.pseudonym("P1", key)
    scene.query(f"SELECT region, weeks FROM dwp.claims WHERE person = '{shown}'")
    scene.query("SELECT region, sum(weeks) FROM dwp.claims GROUP BY region")
    return officer


def test_who_named_a_person_and_who_used_them_in_bulk(scene, used):
    found = subjects.view(scene.platform, used, "P1", "Request 17")
    (single,) = found.singled_out
    (bulk,) = found.in_bulk
    assert (single.product, single.organisation, single.roles) == (
        "dwp.claims",
        "dfe",
        ("analyst",),
    )
    assert (single.purpose, single.rows, single.singled_out) == ("policy-analysis", 1, True)
    assert bulk.sequence > single.sequence
    assert not found.more
    assert found.products == ("dwp.claims",)
    said = scene.events()[-1]
    assert (said.action, said.reason, said.subject) == ("audit.subject", "Request 17", found.mark)
    assert "P1" not in str(said)
    nobody = subjects.view(scene.platform, used, "P2", "Request 18", products=["dwp.claims"])
    assert nobody.singled_out == ()
    assert len(nobody.in_bulk) == 2


def test_the_view_is_for_the_officer_and_has_a_reason(scene, used):
    for actor in (scene.auditor, scene.manager, scene.administrator, scene.analyst, scene.owner):
        with pytest.raises(Refused):
            subjects.view(scene.platform, actor, "P1", "Curious")
    for identifier, reason, products in ((" ", "x", ()), ("P1", " ", ()), ("P1", "x", ("no.one",))):
        with pytest.raises(BadInput):
            subjects.view(scene.platform, used, identifier, reason, products=products)


def test_someone_who_left_without_a_trace_is_still_told_of(scene, used, monkeypatch):
    monkeypatch.setattr(type(scene.platform.store.people), "get", _nobody(used))
    (single,) = subjects.view(scene.platform, used, "P1", "Request 19").singled_out
    assert single.organisation == ""


def _nobody(officer):  # noqa: F811
    from fairway.nouns.people import Person

    def get(self, person):
        return Person(person, person, "dwp") if person == officer.person else None

    return get
