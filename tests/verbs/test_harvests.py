"""Harvests: incremental, resumable, with provenance; withdrawals, duplicates, permission."""

import json
from dataclasses import replace

import pytest

from fairway.nouns.entries import EntryKind, GetAt
from fairway.nouns.errors import BadInput, Conflict, NotFound, Refused
from fairway.nouns.harvests import Catalogue
from fairway.nouns.search import SearchQuery
from fairway.rules.entries import where
from fairway.verbs import catalogue as catalogue_verbs
from fairway.verbs import entries, harvests


def package(name, /, **changes):
    about = {"id": name, "name": name, "title": f"Title {name}", "resources": []}
    return about | {"organization": {"title": "Office"}, "notes": f"About {name}"} | changes


def catalogue(*packages):
    return json.dumps({"success": True, "result": {"results": list(packages)}})


@pytest.fixture
def harvest(scene):
    def harvested(*packages, source="one", **more):
        return harvests.harvest(scene.platform, scene.manager, source, catalogue(*packages), **more)

    return harvested


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(harvests, "BATCH", 2)


def listed(scene, **wanted):
    total, found = entries.entries(scene.platform, scene.analyst, limit=100, **wanted)
    assert total == len(found)
    return {shown.entry.title: shown.entry for shown in found}


def test_records_are_kept_with_where_they_are_from(scene, harvest):
    report = harvest(package("a"), package("b"), organisation="Nobody", licence="Terms")
    run = report.harvest
    assert (run.format, run.total, run.added, run.position) == ("ckan", 2, 2, 2)
    assert run.ended == scene.clock.time
    assert report.faults == ()
    found = listed(scene)["Title a"]
    assert (found.organisation, found.licence) == ("Office", "Terms")
    assert found.get_at is GetAt.ELSEWHERE
    (source,) = found.sources
    assert (source.source, source.identifier, source.harvested) == ("one", "a", scene.clock.time)
    assert entries.show(scene.platform, scene.analyst, found.id).entry == found


def test_the_record_tells_of_a_harvest_with_its_counts(scene, harvest):
    report = harvest(package("a"))
    *_, first, last = scene.events(action="catalogue.harvest")
    assert first.actor == last.actor == "governance-manager"
    assert last.subject == report.harvest.id
    assert last.details["added"] == 1
    assert (first.details["ended"], last.details["ended"]) == (False, True)
    assert scene.intact()


def test_what_did_not_change_is_passed_over(scene, harvest):
    harvest(package("a"), package("b"))
    scene.clock.forward(days=1)
    run = harvest(package("a"), package("b", notes="Other"), package("c")).harvest
    assert (run.added, run.changed, run.unchanged, run.withdrawn) == (1, 1, 1, 0)
    found = listed(scene)
    assert found["Title b"].description == "Other"
    assert found["Title a"].sources[0].harvested < found["Title b"].sources[0].harvested


def test_what_is_gone_is_withdrawn_and_may_come_back(scene, harvest, small):
    harvest(*(package(name) for name in "abcdef"))
    gone = listed(scene)["Title d"]
    run = harvest(package("a")).harvest
    assert run.withdrawn == 5
    assert set(listed(scene)) == {"Title a"}
    assert entries.show(scene.platform, scene.analyst, gone.id).entry.withdrawn
    assert harvest(package("a")).harvest.withdrawn == 0
    run = harvest(package("a"), package("d")).harvest
    assert (run.changed, run.unchanged) == (1, 1)
    assert set(listed(scene)) == {"Title a", "Title d"}


def test_a_part_withdraws_nothing(scene, harvest):
    harvest(package("a"), package("b"))
    run = harvest(package("c"), complete=False).harvest
    assert not run.withdraws
    assert set(listed(scene)) == {"Title a", "Title b", "Title c"}


def test_a_bad_record_is_told_and_stops_nothing(scene, harvest):
    report = harvest(package("a"), {"id": "b"}, package("c"), package("a"), "text")
    assert [f.index for f in report.faults] == [1, 4, None]
    assert "same name" in report.faults[2].reason
    assert (report.harvest.total, report.harvest.faults) == (2, 3)


def test_what_can_suddenly_not_be_read_is_not_withdrawn(scene, harvest):
    harvest(package("a"), package("b"))
    run = harvest(package("a"), package("b", title="", name="")).harvest
    assert (run.faults, run.withdrawn, run.withdraws) == (1, 0, False)
    assert "Title b" in listed(scene)
    assert harvest(package("a"), {"id": "b"}).harvest.withdrawn == 1  # and so it stays


def test_a_value_that_cannot_be_kept_is_told(scene, harvest):
    class Odd:
        def read(self, text, source, *_):
            read = scene.platform.catalogues.read(text, source)
            first, second = read.entries
            return Catalogue("ckan", (replace(first, extra={"x": object()}), second))

    platform = replace(scene.platform, catalogues=Odd())
    text = catalogue(package("a"), package("b"))
    report = harvests.harvest(platform, scene.manager, "one", text)
    assert "cannot be kept" in report.faults[0].reason
    assert report.harvest.added == 1


@pytest.mark.parametrize(
    ("text", "form", "code"),
    [
        ("", "", "harvest.unknown_format"),
        ("{}", "no-such", "harvest.unknown_format"),
        ("{", "ckan", "harvest.nothing_usable"),
        ('{"success": true, "result": {"results": []}}', "", "harvest.nothing_usable"),
    ],
)
def test_a_text_of_no_use_changes_nothing(scene, harvest, text, form, code):
    harvest(package("a"))
    with pytest.raises(BadInput) as refused:
        harvests.harvest(scene.platform, scene.manager, "one", text, format=form)
    assert refused.value.code == code
    assert set(listed(scene)) == {"Title a"}


@pytest.mark.parametrize("source", ["", "  ", "a" * 101, "a\nb"])
def test_a_source_needs_a_name(harvest, source):
    with pytest.raises(BadInput, match="name"):
        harvest(package("a"), source=source)


def test_only_the_hub_may_harvest(scene):
    for actor in (scene.analyst, scene.steward, scene.owner, scene.auditor):
        with pytest.raises(Refused):
            harvests.harvest(scene.platform, actor, "one", catalogue(package("a")))
    done = harvests.harvest(scene.platform, scene.administrator, "one", catalogue(package("a")))
    assert done.harvest.by == "administrator"


# ------------------------------------------------------------------ stopped and overtaken


class Stopped(Exception):
    pass


def stop_after(batches):
    heard = []

    def progress(done, total):
        heard.append((done, total))
        if len(heard) == batches:
            raise Stopped

    return progress, heard


@pytest.mark.parametrize("batches", [1, 2, 3])
def test_a_stopped_harvest_goes_on(scene, harvest, small, batches):
    harvest(*(package(name) for name in "xyz"))
    given = [package(name) for name in "abcde"]
    progress, heard = stop_after(batches)
    with pytest.raises(Stopped):
        harvest(*given, progress=progress)
    done = min(2 * batches, 5)
    assert heard[-1] == (done, 5)
    assert {"Title x", "Title a"} <= set(listed(scene))
    report = harvest(*given)
    assert report.resumed == done
    assert (report.harvest.added, report.harvest.unchanged) == (5, 0)
    assert report.harvest.withdrawn == 3
    assert set(listed(scene)) == {f"Title {name}" for name in "abcde"}


def test_a_stopped_harvest_of_another_text_begins_anew(scene, harvest, small):
    progress, _ = stop_after(1)
    with pytest.raises(Stopped):
        harvest(*(package(name) for name in "abcde"), progress=progress)
    report = harvest(package("b"), package("c"), package("z"))
    assert report.resumed == 0
    assert (report.harvest.added, report.harvest.unchanged, report.harvest.withdrawn) == (2, 1, 1)
    assert set(listed(scene)) == {"Title b", "Title c", "Title z"}


def test_a_harvest_that_is_overtaken_ends(scene, harvest, small):
    def overtake(done, total):
        harvest(package("z"))

    with pytest.raises(Conflict):
        harvest(*(package(name) for name in "abcde"), progress=overtake)
    assert set(listed(scene)) == {"Title z"}


# ------------------------------------------------------------------ found


def found(scene, words):
    page = catalogue_verbs.search(scene.platform, scene.analyst, SearchQuery(words))
    return ["".join(piece.text for piece in hit.title) for hit in page.hits]


def test_what_is_harvested_is_found_and_what_is_gone_is_not(scene, harvest):
    harvest(package("a", title="Lighthouses"), package("b", title="Ferries"))
    assert found(scene, "lighthouses") == ["Lighthouses"]
    harvest(package("a", title="Beacons"))
    assert found(scene, "lighthouses") == found(scene, "ferries") == []
    assert found(scene, "beacons") == ["Beacons"]


def test_one_record_of_two_sources_is_found_once(scene, harvest):
    harvest(package("a", title="Lighthouses"))
    harvest(package("a", title="Lighthouses"), source="two")
    assert found(scene, "lighthouses") == ["Lighthouses"]
    harvest(package("b"))
    assert found(scene, "lighthouses") == ["Lighthouses"]
    harvest(package("b"), source="two")
    assert found(scene, "lighthouses") == []


# ------------------------------------------------------------------ duplicates, and products


def test_one_record_of_two_sources_is_one_entry(scene, harvest):
    harvest(package("a"))
    harvest(package("a", notes=""), package("b"), source="two")
    found = listed(scene)
    assert set(found) == {"Title a", "Title b"}
    assert [s.source for s in found["Title a"].sources] == ["one", "two"]
    assert found["Title a"].description == "About a"
    assert set(listed(scene, source="two")) == {"Title a", "Title b"}
    harvest(package("z"))  # the first source withdraws it
    assert not listed(scene)["Title a"].withdrawn
    harvest(package("b"), source="two")
    assert set(listed(scene)) == {"Title b", "Title z"}


def test_governed_products_come_first(scene, harvest):
    scene.publish()
    harvest(package("a"), package("A"))
    found = listed(scene)
    assert list(found) == ["Claims by person", "Title A", "Title a"]
    product = found["Claims by person"]
    assert (product.id, product.get_at) == ("dwp.claims", GetAt.REQUEST_HERE)
    assert product.organisation == "Work and Pensions"
    assert product.owner == "dwp owner"
    assert "requested here" in where(product)
    page = entries.show(scene.platform, scene.analyst, "DWP.claims")
    assert page.entry == product
    assert page.where == where(product)
    assert page.quality.score > 0


def test_pages_go_across_products_and_records(scene, harvest):
    scene.publish()
    harvest(package("a"), package("b"))
    titles = []
    for offset in range(4):
        total, found = entries.entries(scene.platform, scene.analyst, limit=1, offset=offset)
        assert total == 3
        titles += [shown.entry.title for shown in found]
    assert titles == ["Claims by person", "Title a", "Title b"]


def test_lists_by_kind_lack_and_quality(scene, harvest):
    scene.publish()
    harvest(package("a"), package("b", notes=""))
    assert listed(scene, kind=EntryKind.API) == {}
    assert len(listed(scene, kind=EntryKind.DATASET)) == 3
    assert set(listed(scene, missing="description")) == {"Title b"}
    assert set(listed(scene, missing="licence")) == {"Claims by person", "Title a", "Title b"}
    assert list(listed(scene, order="best"))[1:] == ["Title a", "Title b"]
    assert list(listed(scene, order="worst"))[1:] == ["Title b", "Title a"]
    for wrong in ({"missing": "x"}, {"order": ""}):
        with pytest.raises(BadInput) as refused:
            listed(scene, **wrong)
        assert refused.value.code == "entry.bad_list"


def test_what_is_not_there_is_told(scene):
    with pytest.raises(NotFound) as refused:
        entries.show(scene.platform, scene.analyst, "none")
    assert refused.value.code == "entry.not_found"


def test_coverage_by_domain_and_source(scene, harvest):
    scene.publish()
    harvest(package("a"), package("b", notes=""))
    found = entries.coverage(scene.platform, scene.auditor)
    here, there = found.coverage
    assert (here.domain, here.source, here.entries, here.without_owner) == ("dwp", "", 1, 0)
    assert (there.domain, there.source, there.without_description) == ("", "one", 1)
    assert there.without_licence == there.without_owner == 2
    assert [h.source for h in found.harvests] == ["one"]
    with pytest.raises(Refused):
        entries.coverage(scene.platform, scene.analyst)


def test_a_product_of_a_domain_that_is_gone_is_an_entry_still(scene, monkeypatch):
    scene.publish()
    monkeypatch.setattr(scene.platform.store.people, "domain", lambda _: None)
    monkeypatch.setattr(scene.platform.store.people, "get", _only(scene.analyst.person, scene))
    entry = entries.show(scene.platform, scene.analyst, "dwp.claims").entry
    assert (entry.organisation, entry.owner) == ("", "")


def _only(person, scene):
    found = scene.platform.store.people.get(person)
    return lambda name: found if name == person else None
