"""The record as a log: proofs, erasure, feeds, and what is for whom."""

import base64

import pytest
from tests.scene import Actor

from fairway import verify
from fairway.nouns.errors import BadInput, NotFound, Refused
from fairway.nouns.events import EventFilter
from fairway.nouns.people import Role, Via
from fairway.rules.merkle import included, leaf_hash
from fairway.rules.notes import read_head, read_note
from fairway.verbs import logs, people
from fairway.verbs.acting import SYSTEM

OFFICER = Actor("dfe-stranger", Via.API, proved=True)


@pytest.fixture
def officer(scene):
    """Somebody who is appointed data protection officer."""
    since = scene.clock.now().date()
    people.appoint(
        scene.platform, SYSTEM, OFFICER.person, Role.DATA_PROTECTION_OFFICER, None,
        since=since, evidence="Letter",
    )  # fmt: skip
    return OFFICER


def test_anyone_may_read_the_head_and_the_leaves(scene):
    note = read_note(logs.checkpoint(scene.platform))
    size = read_head(note.text).size
    assert logs.witnessed_checkpoint(scene.platform) == logs.checkpoint(scene.platform)
    bundle = logs.tile(scene.platform, f"entries/000.p/{size}")
    assert len(bundle) == size * 43
    log, witness = logs.keys(scene.platform)
    assert verify.read_key(log).name == read_head(note.text).origin
    assert verify.read_key(witness).type == 4
    for path in ("entries/001", "x", "0/000.p/256", f"0/000.p/{size + 1}"):
        with pytest.raises(NotFound):
            logs.tile(scene.platform, path)


def test_an_entry_is_proved_and_shown_to_whom_it_concerns(scene):
    scene.publish()
    last = scene.events()[-1]
    (entry,) = scene.platform.ledger.find(EventFilter(limit=1))
    for actor, shown in ((scene.auditor, True), (scene.steward, True), (scene.analyst, False)):
        proved = logs.prove(scene.platform, actor, entry.sequence)
        head = read_head(read_note(proved.inclusion.checkpoint).text)
        leaf = leaf_hash(proved.inclusion.leaf)
        assert included(leaf, entry.index, head.size, proved.inclusion.proof, head.root)
        assert (proved.entry is not None) is shown
    assert last.actor == scene.steward.person
    with pytest.raises(NotFound):
        logs.prove(scene.platform, scene.auditor, 10_000)
    assert scene.platform.ledger.prove(1, 3).checkpoint == ""


def test_an_owner_has_a_feed_of_their_products_uses(scene):
    scene.publish()
    note, found = logs.feed(scene.platform, scene.owner, "dwp.claims")
    head = read_head(read_note(note).text)
    assert [p.entry.event.action for p in found] == ["product.publish"]
    (proved,) = found
    assert proved.inclusion.checkpoint == note
    leaf = leaf_hash(proved.inclusion.leaf)
    assert included(leaf, proved.inclusion.index, head.size, proved.inclusion.proof, head.root)
    with pytest.raises(Refused):
        logs.feed(scene.platform, scene.analyst, "dwp.claims")
    with pytest.raises(Refused):
        logs.feed(scene.platform, scene.owner, "no.product")
    with pytest.raises(NotFound):
        logs.feed(scene.platform, SYSTEM, "no.product")


def test_erased_is_erased_and_the_record_verifies(scene, officer):
    scene.publish()
    ledger = scene.platform.ledger
    (entry,) = ledger.find(EventFilter(action="product.publish"))
    assert logs.erase(scene.platform, officer, [entry.sequence], " Right to erasure ") == 1
    outcome = ledger.verify()
    assert (outcome.intact, outcome.erased) == (True, 1), outcome
    assert ledger.find(EventFilter(action="product.publish")) == ()
    gone = ledger.entry(entry.sequence)
    assert (gone.body, gone.salt, gone.leaf, gone.event.action) == (b"", b"", entry.leaf, "erased")
    assert logs.prove(scene.platform, scene.auditor, entry.sequence).entry is not None
    said = scene.events()[-1]
    assert (said.action, said.reason) == ("audit.erase", "Right to erasure")
    assert said.details["sequences"] == [entry.sequence]
    (erasure,) = ledger.find(EventFilter(action="audit.erase"))
    with pytest.raises(BadInput, match="stays"):
        logs.erase(scene.platform, officer, [erasure.sequence], "To hide it")
    assert logs.erase(scene.platform, officer, [entry.sequence], "Again") == 0
    assert ledger.verify().intact


def test_an_erasure_has_a_reason_and_is_the_officers(scene, officer):
    for sequences, reason in (([1], " "), ([], "Why"), (range(2, 2000), "Why")):
        with pytest.raises(BadInput):
            logs.erase(scene.platform, officer, list(sequences), reason)
    with pytest.raises(NotFound):
        logs.erase(scene.platform, officer, [5000], "Why")
    for actor in (scene.auditor, scene.manager, scene.administrator, scene.owner):
        with pytest.raises(Refused):
            logs.erase(scene.platform, actor, [1], "Why")


def test_bodies_are_for_those_who_watch(scene):
    size = read_head(read_note(logs.checkpoint(scene.platform)).text).size
    run = logs.bodies(scene.platform, scene.auditor, 0, size)
    assert len(verify.bodies_of(run, 0)) == size
    assert scene.events()[-1].action == "audit.bodies"
    with pytest.raises(Refused):
        logs.bodies(scene.platform, scene.analyst, 0, size)
    with pytest.raises(NotFound):
        logs.bodies(scene.platform, scene.auditor, 9, size)


def test_the_state_says_how_the_record_stands(scene):
    found = logs.state(scene.platform, scene.administrator)
    assert found.pace.size == scene.platform.ledger.verify().entries
    assert found.pace.lag == 0
    assert found.pace.recent == found.pace.size  # the clock of this scene stands
    assert found.pace.bytes > 10_000
    assert (found.witnesses, found.watched, found.alarms) == ((), (), ())
    assert base64.b64encode(scene.platform.ledger.root_at(found.pace.size)).decode() in (
        found.pace.checkpoint
    )
    with pytest.raises(Refused):
        logs.state(scene.platform, scene.analyst)


def test_a_lost_head_file_is_written_anew_and_that_is_recorded(scene, monkeypatch):
    assert logs.renew_mirror(scene.platform, scene.administrator).intact
    assert scene.events()[-1].action == "audit.renew_mirror"
    bad = scene.platform.ledger.verify().__class__(3, False, "", 2, "changed")
    monkeypatch.setattr(type(scene.platform.ledger), "renew_mirror", lambda self: bad)
    assert not logs.renew_mirror(scene.platform, scene.administrator).intact
    assert len([e for e in scene.events() if e.action == "audit.renew_mirror"]) == 1
    with pytest.raises(Refused):
        logs.renew_mirror(scene.platform, scene.analyst)


def test_only_months_that_are_over_by_whom_may(scene):
    for month in ("2026", "2026-13", "January", "2026-1", "2026-01-01"):
        with pytest.raises(BadInput) as caught:
            logs.archive(scene.platform, scene.administrator, month)
        assert caught.value.code == "audit.bad_month"
    with pytest.raises(BadInput) as caught:
        logs.archive(scene.platform, scene.administrator, "9999-01")
    assert caught.value.code == "audit.month_not_over"
    with pytest.raises(Refused):
        logs.archive(scene.platform, scene.auditor, "2020-01")
    assert logs.archive(scene.platform, scene.administrator, "2020-01") == ()
