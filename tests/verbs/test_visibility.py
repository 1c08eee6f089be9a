"""Who may know of a product: nowhere does one that is hidden from somebody show to them."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as running
from hypothesis import strategies as st
from tests.scene import CLAIMS, REGIONS

from fairway.nouns.errors import BadInput, NotFound, Refused
from fairway.nouns.people import Domain
from fairway.nouns.search import SearchQuery
from fairway.verbs import agreements, catalogue, entries, explanations, feedback, products, queries
from fairway.verbs.agreements import Asking

VISIBILITY = "customProperties: [{property: visibility, value: %s}]"


def publish(scene, text, visibility, version="1.0.0"):
    said = text.replace("version: 1.0.0", f"version: {version}")
    if "customProperties: [" in said:
        said = said.replace(
            "value: open}]", f"value: open}}, {{property: visibility, value: {visibility}}}]"
        )
    else:
        said += VISIBILITY % visibility
    return products.publish(scene.platform, scene.steward, said, "c.yaml").product


def shown(scene, actor):
    """Everything that the catalogue says to somebody, as one text."""
    platform = scene.platform
    page = catalogue.search(platform, actor, SearchQuery("claims regions person weeks"))
    parts = [
        page,
        catalogue.suggest(platform, actor, "clai"),
        catalogue.suggest(platform, actor, "reg"),
    ]
    parts += [products.find(platform, actor, "claims regions"), products.find(platform, actor, "")]
    parts.append(entries.entries(platform, actor, limit=100))
    parts.append(explanations.what_can_be_seen(platform, actor, actor.person))
    return repr(parts)


def questions(platform, actor):
    return (
        lambda: products.show(platform, actor, "dwp.claims"),
        lambda: products.contract_text(platform, actor, "dwp.claims"),
        lambda: entries.show(platform, actor, "dwp.claims"),
        lambda: feedback.give(platform, actor, "dwp.claims", "What is this?"),
        lambda: explanations.explain(platform, actor, actor.person, "dwp.claims", "research"),
    )


def test_a_hidden_product_is_there_for_its_domain_and_the_hub_alone(scene):
    publish(scene, CLAIMS, "domain")
    for actor in (scene.owner, scene.steward, scene.manager, scene.auditor):
        assert "dwp.claims" in shown(scene, actor)
        assert products.show(scene.platform, actor, "dwp.claims").product.id == "dwp.claims"
    for actor in (scene.analyst, scene.stranger):
        assert "laims" not in shown(scene, actor).replace("'clai", "")
        for ask in questions(scene.platform, actor):
            with pytest.raises(NotFound):
                ask()
        said = []
        for name in ("dwp.claims", "dwp.nothing"):
            with pytest.raises(NotFound) as caught:
                products.show(scene.platform, actor, name)
            said.append(str(caught.value).replace(name, "X"))
        assert said[0] == said[1]
    with pytest.raises(NotFound):
        agreements.draft(scene.platform, scene.analyst, Asking(product="dwp.claims"))


def test_a_hidden_product_cannot_be_queried_and_is_refused_as_one_that_is_not_there(scene):
    publish(scene, REGIONS, "domain")
    refused = []
    for name in ("dwp.regions", "dwp.nothing"):
        with pytest.raises(Refused) as caught:
            queries.run(
                scene.platform, scene.analyst, f"SELECT * FROM {name}", purpose="policy-analysis"
            )
        refused.append(str(caught.value).replace(name, "X"))
    assert refused[0] == refused[1]
    assert scene.query("SELECT region FROM dwp.regions", scene.owner)


def test_who_has_an_agreement_goes_on_knowing(scene):
    publish(scene, CLAIMS, "everyone")
    scene.approve()
    publish(scene, CLAIMS, "domain", "1.0.1")
    assert scene.query("SELECT region FROM dwp.claims")


def test_an_unknown_visibility_is_refused_with_the_words_that_there_are(scene):
    with pytest.raises(BadInput, match="domain, everyone or partners"):
        publish(scene, CLAIMS, "friends")


@running(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["domain", "everyone", "partners"]), min_size=1, max_size=3))
def test_only_the_latest_word_counts(scene, steps):
    for step in steps:
        test_only_the_latest_word_counts.version += 1
        publish(scene, REGIONS, step, f"1.0.{test_only_the_latest_word_counts.version}")
    assert ("dwp.regions" in shown(scene, scene.stranger)) is (steps[-1] != "domain")


test_only_the_latest_word_counts.version = 0


def test_a_withdrawn_product_is_nowhere_and_comes_back_with_a_new_version(scene):
    publish(scene, CLAIMS, "everyone")
    agreement = scene.approve()
    with pytest.raises(BadInput, match="needs a reason"):
        products.withdraw(scene.platform, scene.owner, "dwp.claims", " ")
    with pytest.raises(Refused):
        products.withdraw(scene.platform, scene.analyst, "dwp.claims", "Mine.")
    done = products.withdraw(scene.platform, scene.owner, "dwp.claims", "Replaced.")
    assert done.stopped == (agreement.id,)
    for actor in (scene.owner, scene.manager, scene.analyst):
        assert "dwp.claims" not in shown(scene, actor)
        with pytest.raises(NotFound, match="was withdrawn"):
            products.show(scene.platform, actor, "dwp.claims")
    with pytest.raises(NotFound):
        products.withdraw(scene.platform, scene.owner, "dwp.claims", "Again.")
    with pytest.raises(Refused, match="There is no data product"):
        scene.query("SELECT region FROM dwp.claims")
    assert agreements.show(scene.platform, scene.analyst, agreement.id).product.withdrawn
    assert explanations.who_can_see(scene.platform, scene.owner, "dwp.claims") == ()
    assert scene.events(action="product.withdraw")[-1].reason == "Replaced."
    publish(scene, CLAIMS, "everyone", "1.0.1")
    assert "dwp.claims" in shown(scene, scene.stranger)
    assert scene.query("SELECT region FROM dwp.claims")
    assert scene.intact()


def test_a_domain_that_is_not_there_hides_nothing_more(scene):
    assert scene.platform.store.people.domain("dwp") == Domain("dwp", "Work and Pensions", "dwp")
