"""The owner's page and the hub's, use as a signal, and what is used together."""

import json
from dataclasses import replace

import pytest
from tests.scene import CLAIMS, REGIONS

from fairway.nouns.errors import Refused
from fairway.nouns.people import Actor, Person, Role, Via
from fairway.verbs import entries, estates, feedback, harvests, people, products
from fairway.verbs.acting import SYSTEM


@pytest.fixture
def full(scene):
    for text in (CLAIMS, REGIONS, REGIONS.replace("regions", "areas").replace("Regions", "Areas")):
        products.publish(
            scene.platform,
            scene.steward,
            text.replace("areas.parquet", "regions.parquet"),
            "c.yaml",
        )
    return scene


def use(scene, count, product="dwp.regions"):
    for number in range(count):
        name = f"reader-{number}"
        if scene.platform.store.people.get(name) is None:
            people.add_person(scene.platform, SYSTEM, Person(name, name, "dfe"), None)
        scene.query(f"SELECT region FROM {product}", Actor(name, Via.API))


def test_use_is_told_in_numbers_and_names_to_nobody_here(full):
    def signal(actor):
        return entries.show(full.platform, actor, "dwp.regions").signal

    assert signal(full.stranger).people == 0
    use(full, 2)
    assert signal(full.stranger).people is None
    assert signal(full.owner).people == 2
    use(full, 3)
    told = signal(full.stranger)
    assert (told.people, told.purposes) == (3, ("policy-analysis",))
    assert told.since == full.clock.time.date()
    assert "reader" not in repr(told)


def test_what_is_used_together_is_told_from_three_people_on_and_never_if_hidden(full):
    use(full, 3)
    use(full, 2, "dwp.areas")

    def together():
        return entries.show(full.platform, full.stranger, "dwp.regions").together

    assert together() == ()
    use(full, 3, "dwp.areas")
    assert [(one.id, one.people) for one in together()] == [("dwp.areas", 3)]
    hidden = REGIONS.replace("regions", "areas").replace("areas.parquet", "regions.parquet")
    hidden = hidden.replace("1.0.0", "1.0.1").replace(
        "value: open}]", "value: open}, {property: visibility, value: domain}]"
    )
    products.publish(full.platform, full.steward, hidden, "c.yaml")
    assert together() == ()
    similar = entries.show(full.platform, full.stranger, "dwp.regions").similar
    assert "dwp.areas" not in [one.id for one in similar]


def test_similar_entries_share_words(full):
    text = {"title": "Regions of the harbour", "identifier": "1", "publisher": {"name": "Office"}}
    harvests.harvest(full.platform, full.manager, "there", json.dumps({"dataset": [text]}))
    similar = entries.show(full.platform, full.stranger, "dwp.regions").similar
    assert similar[0].title == "Regions of the harbour"
    assert "dwp.regions" not in [one.id for one in similar]


def test_an_owner_sees_what_is_missing_who_asked_and_what_is_used(full):
    asked = full.submit()
    full.approve(purpose="research")
    use(full, 1)
    feedback.give(full.platform, full.stranger, "dwp.claims", "Old.")
    by_id = {one.entry.id: one for one in estates.owned(full.platform, full.owner)}
    assert set(by_id) == {"dwp.claims", "dwp.regions", "dwp.areas"}
    claims = by_id["dwp.claims"]
    assert [a.id for a in claims.asked] == [asked.id]
    assert (claims.active, claims.feedback) == (1, 1)
    assert any(line.startswith("no licence") for line in claims.advice)
    assert by_id["dwp.regions"].signal.people == 1
    assert {one.entry.id for one in estates.owned(full.platform, full.steward)} == set(by_id)
    with pytest.raises(Refused):
        estates.owned(full.platform, full.analyst)


def test_the_hub_sees_coverage_what_is_stale_and_what_nobody_owns(full):
    records = [
        {"title": "Old", "identifier": "1", "modified": "2001-01-01"},
        {
            "title": "New",
            "identifier": "2",
            "modified": "2026-02-01",
            "contactPoint": {"fn": "Desk", "hasEmail": "mailto:desk@example.gov.uk"},
        },
    ]
    harvests.harvest(full.platform, full.manager, "there", json.dumps({"dataset": records}))
    seen = estates.hub(full.platform, full.auditor)
    domains = {d.domain: d for d in seen.domains}
    assert (domains["dwp"].products, domains["dfe"].products) == (3, 0)
    assert domains["dfe"].score is None
    assert domains["dwp"].licensed == 0
    assert (seen.stale, [s.entry.title for s in seen.stalest]) == (1, ["Old"])
    assert (seen.unowned, [s.entry.title for s in seen.without_owner]) == (1, ["Old"])
    full.clock.forward(days=800)
    people.end_appointment(
        full.platform,
        full.manager,
        "dwp-owner",
        Role.DATA_OWNER,
        "dwp",
        full.clock.time.date().replace(year=2027),
    )
    later = estates.hub(replace(full.platform), full.auditor)
    assert (later.stale, later.unowned) == (5, 4)
    with pytest.raises(Refused):
        estates.hub(full.platform, full.owner)
