"""The record is listed for those who may, and says whether it was touched."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.builders import NOW

from fairway.nouns.errors import Refused, Unavailable
from fairway.nouns.events import EventFilter, Verification
from fairway.verbs import audit, purposes


def test_the_record_is_filtered_and_the_looking_is_recorded(scene):
    scene.publish()
    wanted = EventFilter(action="product.publish", since=NOW - timedelta(days=1), limit=100_000)
    (entry,) = audit.read(scene.platform, scene.auditor, wanted)
    assert entry.event.products == ("dwp.claims",)
    last = scene.events()[-1]
    assert last.action == "audit.read"
    assert last.details["filter"]["action"] == "product.publish"


def test_pages_go_back_in_time(scene):
    scene.publish()
    first = audit.read(scene.platform, scene.auditor, EventFilter(limit=0))
    assert len(first) == 1
    older = audit.read(
        scene.platform, scene.auditor, EventFilter(before=first[0].sequence, limit=3)
    )
    assert [e.sequence for e in older] == [first[0].sequence - n for n in (1, 2, 3)]


def test_the_record_is_not_for_everyone(scene):
    for actor in (scene.analyst, scene.owner):
        with pytest.raises(Refused):
            audit.read(scene.platform, actor, EventFilter())
        with pytest.raises(Refused):
            audit.verify(scene.platform, actor)


def test_verifying_says_how_it_came_out_and_is_recorded(scene, monkeypatch):
    assert audit.verify(scene.platform, scene.auditor).intact
    assert scene.events()[-1].outcome == "done"
    bad = Verification(9, False, "", 3, "Entry 3 was changed.")
    monkeypatch.setattr(type(scene.platform.ledger), "verify", lambda self: bad)
    assert audit.verify(scene.platform, scene.auditor) == bad
    last = scene.events()[-1]
    assert (last.outcome, last.details["first_bad"]) == ("failed", 3)


def test_the_hubs_lists_hold_real_powers(scene):
    listed, bases = purposes.list_all(scene.platform, scene.analyst)
    assert "policy-analysis" in {p.code for p in listed}
    citations = " ".join(b.citation for b in bases)
    assert "Digital Economy Act 2017" in citations
    assert any(b.article_9 for b in bases)


class Broken:
    """A ledger that was found tampered with, and so refuses to grow."""

    def __init__(self, intact):
        self.intact = intact

    def verify(self):
        return Verification(9, self.intact, "")

    def append(self, event):
        raise Unavailable("ledger.broken", "The record does not fit its signed head.")


def test_a_record_that_cannot_be_added_to_still_tells_that_it_was_changed(scene):
    scene.platform = replace(scene.platform, ledger=Broken(intact=False))
    assert not audit.verify(scene.platform, scene.auditor).intact
    scene.platform = replace(scene.platform, ledger=Broken(intact=True))
    with pytest.raises(Unavailable):
        audit.verify(scene.platform, scene.auditor)
