"""The search index made anew from what the node keeps."""

import json
from dataclasses import replace

import pytest
from tests.verbs.other_node import CROSSINGS, OtherNode

from fairway.nouns.errors import Refused
from fairway.nouns.search import Indexed, SearchQuery
from fairway.verbs import catalogue, following, harvests, indexing

ASKED = ("", "claims", "title", "owner:owner", "tilte")


def packages(*names):
    told = [
        {"id": n, "name": n, "title": f"Title {n}", "notes": f"About {n}", "resources": []}
        for n in names
    ]
    return json.dumps({"success": True, "result": {"results": told}})


def pages(scene):
    return [
        catalogue.search(scene.platform, scene.manager, SearchQuery(text, limit=50))
        for text in ASKED
    ]


def test_what_was_lost_is_found_again_as_before(scene, monkeypatch):
    monkeypatch.setattr(indexing, "BATCH", 2)
    scene.publish()
    for source in ("one", "two"):  # shown as one, since title and publisher are the same
        harvests.harvest(
            scene.platform, scene.manager, source, packages("a", "b", "c"), organisation="Office"
        )
    before = pages(scene)
    assert before[0].total == 4
    with scene.platform.store.transaction():
        scene.platform.index.clear()
    assert [page.total for page in pages(scene)] == [0] * len(ASKED)
    done = indexing.reindex(scene.platform, scene.administrator)
    assert (done.products, done.entries) == (1, 3)
    assert pages(scene) == before
    event = scene.events(action="catalogue.reindex")[-1]
    assert event.details == {"products": 1, "entries": 3}


def test_what_the_node_does_not_keep_is_found_no_more(scene):
    harvests.harvest(scene.platform, scene.manager, "one", packages("a"))
    gone = catalogue.search(scene.platform, scene.manager, SearchQuery("title")).hits[0]
    stray = scene.platform.store.entries.get(gone.id)
    with scene.platform.store.transaction():
        scene.platform.index.put_entries([Indexed(stray), Indexed(replace(stray, id="stray"))])
    assert pages(scene)[2].total == 2
    indexing.reindex(scene.platform, scene.administrator)
    assert [hit.id for hit in pages(scene)[2].hits] == [gone.id]


def test_the_owner_is_found_by_name_though_the_account_is_gone(scene, monkeypatch):
    product = scene.publish().product.id
    people = type(scene.platform.store.people)
    known = people.get
    monkeypatch.setattr(people, "get", lambda s, p: None if p == "dwp-owner" else known(s, p))
    indexing.reindex(scene.platform, scene.administrator)
    found = scene.platform.index.search(SearchQuery("owner:dwp-owner"), None)
    assert [hit.product for hit in found.hits] == [product]


def test_only_an_administrator_may(scene):
    for actor in (scene.manager, scene.analyst):
        with pytest.raises(Refused):
            indexing.reindex(scene.platform, actor)


@pytest.mark.parametrize("known", [True, False])
def test_a_product_of_another_node_names_that_node(scene, monkeypatch, known):
    """Also where the other node is registered here no more."""
    other = OtherNode(scene)
    other.register()
    other.said["catalogue"] = {"contracts": [CROSSINGS]}
    following.follow(scene.platform, scene.manager, "ferries")
    if not known:
        monkeypatch.setattr(type(scene.platform.store.peers), "get", lambda *_: None)
    indexing.reindex(scene.platform, scene.administrator)
    found = scene.platform.index.search(SearchQuery("owner:ferries"), None)
    assert [hit.product for hit in found.hits] == ["ferries.crossings"]
