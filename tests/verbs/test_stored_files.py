"""Stored files: handed out as they are, where that is what was agreed, and on the record first."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.scene import REGIONS
from tests.verbs.test_plans import put, stays

from fairway.nouns.agreements import Move
from fairway.nouns.errors import Busy, Conflict, NotFound, NotSignedIn, Refused
from fairway.nouns.rates import Rates
from fairway.rules.seals import sealed
from fairway.store.rates import ProcessRates
from fairway.verbs import people, stored_files
from fairway.verbs.acting import SYSTEM

PRODUCT, PURPOSE = "dwp.regions", "policy-analysis"
ALL = (("region", "keep"), ("households", "keep"))


@pytest.fixture(autouse=True)
def published(scene):
    scene.publish(REGIONS.replace("accessClass, value: open", "accessClass, value: restricted"))


def path_of(scene):
    return scene.platform.store.products.get(PRODUCT).source.location


def agreed(scene, **changes):
    return scene.approve(product=PRODUCT, **{"columns": ALL, "scope": "", **changes})


def offered(scene, **more):
    return stored_files.offer(scene.platform, scene.analyst, PRODUCT, PURPOSE, **more)


def taken(scene, link, part="whole"):
    found = stored_files.read(scene.platform, link, part)
    with found.body:
        return found.body.read()


def refused(scene, work, *given):
    with pytest.raises(Refused) as caught:
        work(scene, *given)
    return caught.value.code


def test_the_bytes_are_those_that_are_stored_and_the_record_says_so_first(scene):
    agreement = agreed(scene)
    offer = offered(scene)
    assert (offer.product, offer.version, offer.agreements) == (PRODUCT, "1.0.0", (agreement.id,))
    (file,) = offer.files
    assert file.name == "dwp.regions.parquet"
    assert taken(scene, file.link) == Path(path_of(scene)).read_bytes()
    assert str(scene.platform.settings["workspace"]) not in file.link
    said = scene.events(subject=PRODUCT)[-2:]
    assert [(e.action, e.outcome) for e in said] == [
        ("file.offered", "granted"),
        ("file.served", "granted"),
    ]
    for event in said:
        assert event.actor == scene.analyst.person
        assert event.agreements == (agreement.id,)
        assert event.columns == ("dwp.regions.region", "dwp.regions.households")
        assert event.purpose == PURPOSE


def test_files_are_read_no_faster_than_the_agreement_allows(scene):
    agreed(scene)
    hurried = replace(scene.platform, rates=Rates(1_000, 2), counts=ProcessRates(lambda: 0.0))
    offer = stored_files.offer(hurried, scene.analyst, PRODUCT, PURPOSE)
    stored_files.read(hurried, offer.files[0].link, "whole").body.close()
    for again in (
        lambda: stored_files.read(hurried, offer.files[0].link, "whole"),
        lambda: stored_files.offer(hurried, scene.analyst, PRODUCT, PURPOSE),
    ):
        with pytest.raises(Busy, match="under the agreement"):
            again()
    stored_files.read(hurried, offer.files[0].link, None).body.close()  # its head alone


def test_a_file_that_did_not_go_out_whole_is_on_the_record(scene):
    agreement = agreed(scene)
    link = offered(scene).files[0].link
    stored_files.broke_off(scene.platform, link, 7, 1_234)
    said = scene.events(subject=PRODUCT)[-1]
    assert (said.action, said.outcome, said.agreements) == (
        "file.stopped",
        "failed",
        (agreement.id,),
    )
    assert said.reason == "The file broke off after at most 7 of 1,234 bytes."
    stored_files.broke_off(scene.platform, "no link of ours", 7, 1_234)
    assert scene.events(subject=PRODUCT)[-1] == said


def test_nothing_is_served_that_cannot_be_recorded(scene):
    agreed(scene)
    link = offered(scene).files[0].link

    class Broken:
        def append(self, event):
            raise OSError("the record is full")

    scene.platform = replace(scene.platform, ledger=Broken())
    with pytest.raises(OSError, match="full"):
        stored_files.read(scene.platform, link, "whole")
    stored_files.read(scene.platform, link, None).body.close()  # no bytes: a HEAD


@pytest.mark.parametrize(
    "changes",
    [
        {"columns": (("region", "keep"), ("households", "round:10"))},
        {"columns": (("region", "keep"),)},
        {"scope": "region = 'Wales'"},
    ],
)
def test_what_has_conditions_is_computed_and_never_handed_out(scene, changes):
    agreed(scene, **changes)
    assert refused(scene, offered) in {"file.has_conditions", "access.column_not_granted"}
    assert scene.events(action="file.denied")[-1].outcome == "denied"


def test_a_file_with_more_in_it_than_the_contract_says_stays(scene):
    agreed(scene)
    table = pq.read_table(path_of(scene))
    pq.write_table(table.append_column("secret", pa.array(["x"] * table.num_rows)), path_of(scene))
    assert refused(scene, offered) == "file.has_conditions"


def test_files_without_the_columns_of_their_directories_stay(scene, tmp_path):
    put(scene, tmp_path, [(2023, "Wales", [1]), (2024, "Wales", [2])])
    stays(scene)
    with pytest.raises(Refused) as caught:
        stored_files.offer(scene.platform, scene.analyst, "dwp.stays", PURPOSE)
    assert caught.value.code == "file.partitioned"
    assert "do not hold region, year" in str(caught.value)
    assert scene.events(action="file.denied")[-1].outcome == "denied"


def test_without_an_agreement_there_is_no_link(scene):
    assert refused(scene, offered) == "access.no_agreement"
    with pytest.raises(NotFound):
        stored_files.offer(scene.platform, scene.analyst, "dwp.nothing", PURPOSE)


def test_a_link_ends_with_its_agreement_at_once(scene):
    agreement = agreed(scene)
    link = offered(scene).files[0].link
    assert stored_files.still_open(scene.platform, link)
    scene.move(scene.owner, agreement.id, Move.SUSPEND, "A check.")
    assert not stored_files.still_open(scene.platform, link)
    assert refused(scene, taken, link) == "access.agreement_not_active"
    scene.move(scene.owner, agreement.id, Move.RESUME, "Done.")
    assert taken(scene, link)


def test_a_link_works_for_a_while_and_for_a_person_who_may_still_sign_in(scene):
    agreed(scene)
    link = offered(scene).files[0].link
    scene.clock.forward(seconds=15 * 60 + 1)
    assert refused(scene, taken, link) == "file.link_not_valid"
    assert not stored_files.still_open(scene.platform, link)
    link = offered(scene).files[0].link
    people.deactivate(scene.platform, SYSTEM, scene.analyst.person)
    assert not stored_files.still_open(scene.platform, link)
    with pytest.raises(NotSignedIn):
        taken(scene, link)


def test_a_link_opens_nothing_but_what_it_was_made_for(scene):
    agreement = agreed(scene)
    link = offered(scene).files[0].link
    packed, _, seal = link.partition(".")
    for forged in (packed, f"{packed}.", f"{packed[:-2]}AA.{seal}", f"{packed}.{seal[::-1]}", ""):
        assert refused(scene, taken, forged) == "file.link_not_valid"
    other = sealed(scene.platform.keys.seal_key(), "another use", {"person": "dfe-analyst"})
    assert refused(scene, taken, other) == "file.link_not_valid"
    # A new agreement in place of the one that the link names does not open it.
    scene.move(scene.owner, agreement.id, Move.SUSPEND, "A check.")
    agreed(scene)
    assert refused(scene, taken, link) == "file.other_agreement"
    assert not stored_files.still_open(scene.platform, link)


def test_a_link_does_not_follow_the_data_to_other_bytes(scene):
    agreed(scene)
    link = offered(scene).files[0].link
    pq.write_table(pq.read_table(path_of(scene)).slice(1), path_of(scene))
    with pytest.raises(Conflict) as caught:
        taken(scene, link)
    assert caught.value.code == "file.changed"
