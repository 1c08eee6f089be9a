"""What a partner's tool sees of an agreement: exactly what was granted, while it is."""

import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.scene import CLAIMS, ROWS

from fairway.nouns.agreements import Move
from fairway.nouns.errors import (
    BadInput,
    BoundExceeded,
    FairwayError,
    NotFound,
    NotSignedIn,
    Refused,
    Unavailable,
)
from fairway.nouns.queries import Limits
from fairway.verbs import recipients, shared_files, shares
from fairway.verbs.extracts import Part, kept, key_of
from fairway.verbs.people import deactivate
from fairway.verbs.shared_files import broke_off, read_file, still_open
from fairway.verbs.shared_tables import Reading, query_table, show_table
from fairway.verbs.shares import TableName

COLUMNS = (("person", "pseudonym"), ("born", "year"), ("region", "keep"), ("weeks", "keep"))


class Partner:
    """A tool with a token, on a scene."""

    def __init__(self, scene, **asked):
        self.scene = scene
        asked = {"columns": COLUMNS, "scope": "region = 'Wales'", **asked}
        self.agreement = scene.approve(**asked).id
        self.recipient, self.token = recipients.make_profile(
            scene.platform, scene.analyst, self.agreement
        )
        self.name = TableName(self.agreement, "dwp", "claims")

    def look(self, *names):
        return shares.look(self.scene.platform, self.token, *names)

    def show(self, since=None):
        return show_table(self.scene.platform, self.token, self.name, since)

    def query(self, **asked):
        return query_table(self.scene.platform, self.token, self.name, Reading(**asked))

    def follow(self, link, asked=None):
        return read_file(self.scene.platform, ticket(link), {} if asked is None else asked)

    def file(self, link):
        found = self.follow(link)
        found.body.close()
        return found.file

    def rows(self):
        found = []
        for link in self.query().links:
            with self.follow(link).body as body:
                found += pq.read_table(body).to_pylist()
        return found


def ticket(link, **changes):
    return replace(link.ticket, **changes)


@pytest.fixture
def partner(scene):
    scene.publish()
    return Partner(scene)


def write(scene, **changes):
    """Write the product's file anew."""
    folder = scene.platform.settings["workspace"]
    pq.write_table(pa.table({**ROWS, **changes}), f"{folder}/data/claims.parquet")


# ------------------------------------------------------------------ what is seen


def test_a_share_shows_what_the_agreement_grants(partner):
    rows = partner.rows()
    assert [(r["born"], r["region"], r["weeks"]) for r in rows] == [
        (1980, "Wales", 4),
        (1991, "Wales", 12),
    ]
    assert all(len(r["person"]) == 32 for r in rows)
    assert set(rows[0]) == {"person", "born", "region", "weeks"}


def test_statistics_and_sizes_tell_of_what_is_shared_alone(partner):
    file = partner.show().extract.files[0]
    assert json.loads(file.statistics) == {
        "numRecords": 2,
        "minValues": {"born": 1980, "weeks": 4},
        "maxValues": {"born": 1991, "weeks": 12},
        "nullCount": {"person": 0, "born": 0, "region": 0, "weeks": 0},
    }


def test_what_is_hidden_changes_nothing_that_shows(partner, scene):
    before = partner.query()
    write(scene, weeks=[4, 12, 12345, 777], health=["x", "y", "z", "w"])
    after = partner.query()
    assert after.version.number == before.version.number
    assert after.version.at == before.version.at
    assert [(x.id, x.file) for x in after.links] == [(x.id, x.file) for x in before.links]
    assert partner.file(before.links[0]) == before.links[0].file


def test_what_shows_is_a_new_version(partner, scene):
    before = partner.query()
    scene.clock.forward(minutes=5)
    write(scene, weeks=[5, 12, 99, 7])
    after = partner.query()
    assert (before.version.number, after.version.number) == (0, 1)
    assert before.links[0].id != after.links[0].id
    assert partner.show(since=before.version.at).version.number == 0
    assert partner.show(since=after.version.at).version.number == 1
    with pytest.raises(BadInput) as caught:
        partner.show(since=after.version.at.replace(year=2030))
    assert caught.value.code == "share.no_version_since"
    with partner.follow(before.links[0]).body as body:  # a link that was given goes on working
        assert pq.read_table(body)["weeks"].to_pylist() == [4, 12]


def test_two_agreements_have_nothing_in_common(partner, scene):
    other = Partner(scene)
    mine, theirs = partner.query(), other.query()
    assert mine.links[0].id != theirs.links[0].id
    people = {row["person"] for row in partner.rows()}
    assert people.isdisjoint(row["person"] for row in other.rows())


def test_a_product_that_became_open_shows_no_more_than_agreed(partner, scene):
    opened = CLAIMS.replace("version: 1.0.0", "version: 1.1.0")
    for kind in ("identifier", "personal", "special category"):
        opened = opened.replace(f"classification: {kind}", "classification: none")
    scene.publish(opened + "customProperties: [{property: accessClass, value: open}]\n")
    assert set(partner.rows()[0]) == {"person", "born", "region", "weeks"}


# ------------------------------------------------------------------ who


def test_a_name_that_is_not_its_own_is_not_there(partner, scene):
    other = Partner(scene)
    assert partner.look(partner.agreement.upper(), "DWP").name == partner.agreement
    for names in ((other.agreement,), ("none",), (partner.agreement, "dfe")):
        with pytest.raises(NotFound) as caught:
            partner.look(*names)
        assert caught.value.code == "share.no_such_table"
    for name in (other.name, TableName("none", "dwp", "claims"), replace(partner.name, table="x")):
        with pytest.raises(NotFound):
            query_table(scene.platform, partner.token, name, Reading())
    assert scene.events(action="share.refused")[-1].details["recipient"] == partner.recipient.id


def test_a_suspended_agreement_shows_nothing_links_included(partner, scene):
    link = partner.query().links[0]
    scene.move(scene.owner, partner.agreement, Move.SUSPEND, "Doubt")
    for read in (partner.look, partner.show, partner.query, lambda: partner.file(link)):
        with pytest.raises(Refused) as caught:
            read()
        assert caught.value.status == 403
    assert not still_open(scene.platform, ticket(link))
    scene.move(scene.owner, partner.agreement, Move.RESUME)
    assert partner.file(link) == link.file
    assert still_open(scene.platform, ticket(link))


def test_a_revoked_profile_opens_nothing_links_included(partner, scene):
    link = partner.query().links[0]
    recipients.revoke(scene.platform, scene.owner, partner.agreement)
    with pytest.raises(NotSignedIn):
        partner.query()
    with pytest.raises(Refused) as caught:
        partner.follow(link)
    assert caught.value.status == 403
    assert not still_open(scene.platform, ticket(link))


def test_an_account_that_is_closed_opens_nothing(partner, scene):
    deactivate(scene.platform, scene.administrator, "dfe-analyst")
    with pytest.raises(Refused) as caught:
        partner.look()
    assert caught.value.status == 403


def test_a_product_that_lost_a_column_is_refused(partner, scene):
    without = CLAIMS.replace("version: 1.0.0", "version: 2.0.0").replace(
        "      - {name: weeks, logicalType: integer, classification: none}\n", ""
    )
    scene.publish(without)
    with pytest.raises(Refused) as caught:
        partner.query()
    assert caught.value.code == "access.terms_do_not_apply"


def test_a_recipient_without_an_agreement_opens_nothing(partner, scene, monkeypatch):
    monkeypatch.setattr(scene.platform.store.agreements, "get", lambda agreement: None)
    with pytest.raises(NotFound):
        partner.look()


# ------------------------------------------------------------------ links


@pytest.mark.parametrize(
    "changes",
    [
        {"recipient": "R-other"},
        {"version": "1"},
        {"part": "added"},
        {"policy": "0" * 16},
        {"number": "1"},
        {"until": "9999999999"},
        {"signature": "0" * 64},
        {"signature": ""},
    ],
    ids=str,
)
def test_a_link_that_was_changed_is_refused(partner, scene, changes):
    link = partner.query().links[0]
    with pytest.raises(Refused) as caught:
        read_file(scene.platform, ticket(link, **changes), {})
    assert still_open(scene.platform, ticket(link, recipient="R-other")) is False
    assert caught.value.code == "share.bad_link"
    assert scene.events(action="share.refused")[-1].outcome == "denied"


def test_a_link_expires(partner, scene):
    link = partner.query().links[0]
    scene.clock.time = link.until
    with pytest.raises(Refused):
        partner.follow(link)


def test_a_link_of_other_terms_is_refused(partner, scene):
    link = partner.query().links[0]
    retyped = CLAIMS.replace("version: 1.0.0", "version: 2.0.0").replace(
        "name: weeks, logicalType: integer", "name: weeks, logicalType: number"
    )
    scene.publish(retyped)
    with pytest.raises(Refused) as caught:
        partner.follow(link)
    assert caught.value.code == "share.bad_link"


def test_a_file_that_is_not_kept_is_made_again_or_is_not_there(partner, scene):
    link = partner.query().links[0]
    scene.platform.extracts.discard(partner.agreement)
    assert partner.file(link) == link.file
    write(scene, weeks=[5, 12, 99, 7])
    scene.platform.extracts.discard(partner.agreement)
    with pytest.raises(NotFound):
        partner.follow(link)


def test_asking_about_a_file_gives_none_of_its_bytes(partner, scene):
    link = partner.query().links[0]
    found = read_file(scene.platform, ticket(link), None)
    assert (found.file, found.body) == (link.file, None)


# ------------------------------------------------------------------ queries


def test_only_the_newest_version_is_shared(partner):
    newest = partner.query(version=0).version
    assert partner.query(timestamp=newest.at).version == newest
    for asked in ({"version": 1}, {"timestamp": newest.at.replace(year=2000)}):
        with pytest.raises(BadInput) as caught:
            partner.query(**asked)
        assert caught.value.code == "share.no_history"
        assert caught.value.field in asked


@pytest.fixture
def small_files(monkeypatch):
    """Have a file take one group of rows, and a group one block."""
    from fairway.extracts import writing

    monkeypatch.setattr(writing, "_ENOUGH", 0)
    monkeypatch.setattr(writing, "_GROUP_ROWS", 1024)


@pytest.fixture
def wide(scene, small_files):
    """A partner whose share has three files."""
    rows = 2_500
    write(scene, **{k: [v[0]] * rows for k, v in ROWS.items()})
    scene.publish()
    return Partner(scene)


def test_files_come_page_by_page(wide):
    first = wide.query(max_files=2, wants_refresh=True)
    assert [link.file.rows for link in first.links] == [1024, 1024]
    second = wide.query(max_files=2, page=first.page)
    assert [link.file.number for link in second.links] == [2]
    assert second.page == ""
    assert wide.query(refresh=first.refresh).links[0].id == first.links[0].id


def test_a_limit_leaves_out_files_beyond_it(wide):
    for limit, files in ((0, 1), (1, 1), (1024, 1), (1025, 2), (9999, 3)):
        assert len(wide.query(limit=limit).links) == files


def test_a_token_is_bound_to_what_it_was_made_for(wide, scene):
    first = wide.query(max_files=1, wants_refresh=True)
    other = Partner(scene)
    for asked in ({"page": first.refresh}, {"refresh": first.page}, {"page": "x"}):
        with pytest.raises(BadInput) as caught:
            wide.query(**asked)
        assert caught.value.code == "share.bad_page"
    with pytest.raises(BadInput):
        other.query(page=first.page)
    scene.clock.forward(days=2)
    with pytest.raises(BadInput):
        wide.query(page=first.page)


def test_lists_come_page_by_page(partner, scene):
    shared = partner.look()
    start, stop, token = shares.paged(scene.platform, shared, "shares", 3, 2, "")
    assert (start, stop) == (0, 2)
    assert shares.paged(scene.platform, shared, "shares", 3, None, token) == (2, 3, "")
    for what, given in (("schemas", token), ("shares", "x")):
        with pytest.raises(BadInput):
            shares.paged(scene.platform, shared, what, 3, 2, given)


# ------------------------------------------------------------------ the record


def test_every_read_is_on_the_record_before_it_is_served(partner, scene):
    link = partner.query().links[0]
    partner.follow(link, {"range": "bytes=0-3"}).body.close()
    told = [e for e in scene.events(agreement=partner.agreement) if e.via == "delta sharing"]
    assert [e.action for e in told] == [
        "share.extract",
        "share.version",
        "share.query",
        "share.file",
    ]
    assert {e.actor for e in told} == {"dfe-analyst"}
    assert told[-1].details["range"] == "bytes=0-3"
    assert told[-1].columns == tuple(f"dwp.claims.{name}" for name, _ in COLUMNS)
    assert scene.intact()


def test_a_file_that_breaks_off_is_on_the_record(partner, scene):
    link = partner.query().links[0]
    broke_off(scene.platform, ticket(link), 1_500, 4_000)
    broke_off(scene.platform, ticket(link, recipient="R-other"), 1, 2)  # nobody's: nothing to tell
    (told,) = scene.events(action="share.stopped")
    assert told.outcome == "failed"
    assert told.reason == "The file broke off after at most 1,500 of 4,000 bytes."
    assert (told.details["file"], told.details["part"]) == (0, "all")


def test_what_cannot_be_recorded_is_not_served(partner, scene, monkeypatch):
    link = partner.query().links[0]

    def fail(event):
        raise Unavailable("ledger.unavailable", "The record does not answer.")

    monkeypatch.setattr(scene.platform.ledger, "append", fail)
    for read in (partner.query, lambda: partner.file(link)):
        with pytest.raises(Unavailable):
            read()


def test_an_engine_that_stops_is_on_the_record(partner, scene):
    tight = replace(scene.platform, limits=Limits(memory=1))
    with pytest.raises(FairwayError):
        query_table(tight, partner.token, partner.name, Reading())
    assert scene.events(action="share.stopped")[-1].outcome == "failed"


def test_a_source_that_keeps_changing_is_not_served(partner, scene, monkeypatch):
    states = iter(range(100))
    monkeypatch.setattr(scene.platform.sources, "state", lambda source: str(next(states)))
    with pytest.raises(Unavailable) as caught:
        partner.query()
    assert caught.value.code == "share.in_motion"


def test_a_share_larger_than_the_node_keeps_is_refused(partner, scene, monkeypatch):
    scene.platform.extracts.discard(partner.agreement)  # so that there is a cache
    monkeypatch.setattr(scene.platform.extracts._part, "_most", 10)
    with pytest.raises(BoundExceeded) as caught:
        partner.query()
    assert caught.value.code == "share.too_large"


def test_a_guardrail_that_fails_denies(partner, scene):
    class Broken:
        def verdicts(self):
            raise Unavailable("guardrails.broken", "The guardrails do not answer.")

    broken = replace(scene.platform, guardrails=Broken())
    with pytest.raises(Unavailable):
        query_table(broken, partner.token, partner.name, Reading())
    assert scene.events(action="share.refused")[-1].reason == "The guardrails do not answer."


def test_terms_and_states_have_names_of_their_own(partner, scene):
    shared, other = partner.look(), Partner(scene, scope="region = 'London'").look()
    assert shared.policy != other.policy
    assert key_of(shared, "a") != key_of(shared, "b")
    assert key_of(shared, "a") != key_of(other, "a")
    assert shared_files.links(
        scene.platform, shared, partner.show().version, partner.show().extract
    )
    assert kept(scene.platform, shared, 99, Part.ALL) is None
