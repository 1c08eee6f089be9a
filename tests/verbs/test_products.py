"""Publish, find, show, export, and who uses it."""

import pytest
from tests.scene import CLAIMS, REGIONS

from fairway.nouns.errors import BadInput, Conflict, FairwayError, NotFound, Refused, Unavailable
from fairway.nouns.people import Actor, Role, Via
from fairway.verbs import people, products
from fairway.verbs.products import Unpublishable


def test_a_published_product_is_found_shown_and_on_the_record(scene):
    published = scene.publish()
    assert (published.product.id, published.previous, published.breaks) == ("dwp.claims", None, "")
    hits = products.find(scene.platform, scene.analyst, "claims")
    assert [h.product for h in hits.hits] == ["dwp.claims"]
    page = products.show(scene.platform, scene.analyst, "DWP.Claims")
    assert page.owner_current
    assert page.owner.id == "dwp-owner"
    assert page.domain.name == "Work and Pensions"
    assert page.versions == ("1.0.0",)
    last = scene.events(action="product.publish")[-1]
    assert (last.actor, last.products) == ("dwp-steward", ("dwp.claims",))


def test_who_uses_it_is_for_its_keepers(scene):
    scene.publish()
    scene.approve()
    scene.query("SELECT region FROM dwp.claims")
    assert products.show(scene.platform, scene.analyst, "dwp.claims").usage is None
    (usage,) = products.show(scene.platform, scene.owner, "dwp.claims").usage
    assert (usage.person, usage.purpose, usage.queries, usage.rows) == (
        "dfe-analyst",
        "policy-analysis",
        1,
        4,
    )
    assert tuple(products.usage(scene.platform, scene.auditor, "dwp.claims")) == (usage,)
    with pytest.raises(Refused):
        products.usage(scene.platform, scene.analyst, "dwp.claims")


def test_publishing_is_for_the_domains_owner_or_steward(scene):
    with pytest.raises(Refused):
        products.publish(scene.platform, scene.analyst, CLAIMS, "c.yaml")
    assert scene.events()[-1].action == "product.publish.refused"
    assert products.find(scene.platform, scene.analyst, "claims").total == 0


@pytest.mark.parametrize(
    ("changes", "kind", "code", "field"),
    [
        ({"domain: dwp": "domain: nowhere"}, BadInput, "contract.unknown_domain", "domain"),
        (
            {"dwp-owner": "dwp-steward"},
            BadInput,
            "contract.owner_not_appointed",
            "team.members",
        ),
        ({"dwp-owner": "no-one"}, BadInput, "contract.owner_not_appointed", "team.members"),
        ({"1.0.0": "one"}, Unpublishable, "contract.version_malformed", "version"),
        (
            {"name: weeks": "name: months"},
            Unpublishable,
            "contract.column_missing",
            "schema[0].properties[4].name",
        ),
        (
            {"logicalType: integer": "logicalType: date"},
            Unpublishable,
            "contract.wrong_type",
            "schema[0].properties[4].logicalType",
        ),
        ({"claims.parquet": "nothing.parquet"}, Unavailable, "source.unreachable", None),
        ({"claims.parquet": "../fairway.toml"}, FairwayError, "source.outside_roots", None),
    ],
)
def test_what_disagrees_is_named_and_nothing_is_half_published(scene, changes, kind, code, field):
    with pytest.raises(kind) as caught:
        scene.publish(**changes)
    assert caught.value.code == code
    assert caught.value.file == "c.yaml"
    assert field in (None, caught.value.field)
    assert products.find(scene.platform, scene.analyst, "").total == 0
    assert scene.events(action="product.publish") == []
    with pytest.raises(NotFound):
        products.show(scene.platform, scene.analyst, "dwp.claims")


def test_several_problems_are_all_named(scene):
    with pytest.raises(Unpublishable) as caught:
        scene.publish(**{"name: weeks": "name: months", "name: region": "name: area"})
    assert len(caught.value.problems) == 2
    assert len(str(caught.value).splitlines()) == 2


def test_an_id_belongs_to_one_product_and_a_name_to_one_contract(scene):
    scene.publish()
    with pytest.raises(Conflict) as caught:
        scene.publish(REGIONS, **{"regions-1": "claims-1"})
    assert caught.value.code == "contract.duplicate_id"
    with pytest.raises(Conflict) as caught:
        scene.publish(**{"claims-1": "claims-2", "1.0.0": "1.1.0"})
    assert caught.value.code == "contract.duplicate_name"


def test_a_new_version_is_published_and_a_breaking_one_says_whom_it_breaks(scene):
    scene.publish()
    agreement = scene.approve()
    scene.publish(**{"1.0.0": "1.1.0", "Claims by person": "Claims of people"})
    less = {"      - {name: weeks, logicalType: integer, classification: none}\n": ""}
    with pytest.raises(Unpublishable) as caught:
        scene.publish(**{"1.0.0": "1.2.0", **less})
    assert caught.value.code == "contract.breaking_change"
    assert agreement.id in caught.value.message
    published = scene.publish(**{"1.0.0": "2.0.0", **less})
    assert published.previous == "1.1.0"
    assert agreement.id in published.breaks
    page = products.show(scene.platform, scene.analyst, "dwp.claims")
    assert page.versions == ("2.0.0", "1.1.0", "1.0.0")
    with pytest.raises(Refused) as refused:
        scene.query("SELECT region FROM dwp.claims")
    assert refused.value.code == "access.terms_do_not_apply"


def test_the_contract_comes_out_as_it_went_in(scene):
    scene.publish(CLAIMS + "ourOwnField: {kept: [1, two, null]}\n")
    text = products.contract_text(scene.platform, scene.analyst, "dwp.claims")
    again = scene.platform.contracts.read(text, "again.yaml")
    assert again.document["ourOwnField"] == {"kept": [1, "two", None]}
    assert again == scene.platform.store.products.get("dwp.claims").contract


def test_an_owner_who_leaves_is_shown_as_gone(scene):
    scene.publish()
    people.end_appointment(
        scene.platform, scene.manager, "dwp-owner", Role.DATA_OWNER, "dwp", scene.clock.now().date()
    )
    scene.clock.forward(days=1)
    assert not products.show(scene.platform, scene.analyst, "dwp.claims").owner_current


def test_nobody_signed_in_finds_nothing(scene):
    with pytest.raises(FairwayError):
        products.find(scene.platform, Actor("", Via.WEB), "claims")
