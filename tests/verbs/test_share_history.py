"""Versions and changes of a share whose product keeps its states: those of a Delta Lake table."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake
from tests.scene import CLAIMS
from tests.verbs.test_shares import Partner

from fairway.nouns.errors import BadInput
from fairway.verbs.shared_tables import Reading, Span, query_table, read_changes, show_table

PEOPLE = """
apiVersion: v3.2.0
kind: DataContract
id: claims-1
name: Claims by person
version: 1.0.0
status: active
domain: dwp
servers: [{server: node, type: local, format: delta, path: claims}]
schema:
  - name: claims
    properties:
      - {name: person, logicalType: string, classification: identifier}
      - {name: region, logicalType: string, classification: none}
      - {name: health, logicalType: string, classification: special category}
      - {name: weeks, logicalType: integer, classification: none}
team:
  members: [{username: dwp-owner, role: data owner}]
customProperties: [{property: earlierVersions, value: allowed}]
"""
COLUMNS = (("person", "pseudonym"), ("region", "keep"), ("weeks", "keep"))


def table(*rows):
    names = ("person", "region", "health", "weeks")
    return pa.table({n: [row[i] for row in rows] for i, n in enumerate(names)})


def write_history(folder):
    """Write a table of five versions: made, more, hidden, changed and hidden, less."""
    place = str(folder / "claims")
    first = table(
        ("P1", "Wales", "good", 4), ("P2", "Wales", "poor", 12), ("P3", "London", "x", 99)
    )
    write_deltalake(place, first)
    write_deltalake(place, table(("P4", "Wales", "good", 7)), mode="append")
    DeltaTable(place).update({"weeks": "55", "health": "'hidden'"}, predicate="person = 'P3'")
    DeltaTable(place).update({"weeks": "5"}, predicate="person = 'P1'")
    DeltaTable(place).delete("person = 'P2'")
    return place


@pytest.fixture
def partner(scene):
    from pathlib import Path

    write_history(Path(scene.platform.settings["workspace"]) / "data")
    scene.publish(PEOPLE)
    return Partner(scene, columns=COLUMNS)


def weeks(partner, links):
    found = []
    for link in links:
        with partner.follow(link).body as body:
            found += pq.read_table(body)["weeks"].to_pylist()
    return sorted(found)


def changes(partner, **span):
    read = read_changes(partner.scene.platform, partner.token, partner.name, Span(**span))
    return [(c.number, c.part.value, weeks(partner, c.links)) for c in read.changes]


def test_every_version_can_be_read_as_it_was(partner):
    assert partner.query().version.number == 4
    for number, wanted in (
        (0, [4, 12]),
        (1, [4, 7, 12]),
        (2, [4, 7, 12]),
        (3, [5, 7, 12]),
        (4, [5, 7]),
    ):
        read = partner.query(version=number)
        assert read.version.number == number
        assert weeks(partner, read.links) == wanted
        assert partner.query(timestamp=read.version.at).version.number == number
    with pytest.raises(BadInput):
        partner.query(version=9)


def test_the_changes_are_those_of_what_is_seen(partner, scene):
    """Version 2 changed a row that is hidden, so nothing changed."""
    assert changes(partner, start=0) == [
        (0, "added", [4, 12]),
        (1, "added", [7]),
        (3, "removed", [4]),
        (3, "added", [5]),
        (4, "removed", [12]),
    ]
    assert changes(partner, start=2, end=2) == []
    at = partner.query(version=4).version.at
    assert changes(partner, since=at) == changes(partner, start=4, until=at)
    assert scene.events(action="share.changes")[-1].details["versions"] == [4]


def test_a_span_that_is_none_is_refused(partner):
    moment = partner.query(version=0).version.at
    for span in (
        {},
        {"start": 0, "since": moment},
        {"start": 0, "end": 1, "until": moment},
        {"start": 3, "end": 2},
        {"start": 99},
    ):
        with pytest.raises(BadInput) as caught:
            changes(partner, **span)
        assert caught.value.code == "share.bad_span"


def test_too_many_versions_at_once_are_refused(partner, monkeypatch):
    from fairway.verbs import shared_tables

    monkeypatch.setattr(shared_tables, "MOST_VERSIONS", 2)
    with pytest.raises(BadInput):
        changes(partner, start=0)


def test_the_earliest_version_since_a_moment(partner, scene):
    platform = scene.platform
    at = [partner.query(version=number).version.at for number in range(5)]
    for number, moment in enumerate(at):
        found = show_table(platform, partner.token, partner.name, moment)
        assert found.version.at == moment
        assert found.version.number <= number
    with pytest.raises(BadInput):
        show_table(platform, partner.token, partner.name, at[4].replace(year=2999))


def test_a_link_to_an_earlier_version_goes_on_working(partner, scene):
    link = partner.query(version=1).links[0]
    scene.platform.extracts.discard(partner.agreement)
    assert partner.file(link) == link.file


def test_a_contract_that_does_not_share_its_history_shares_the_newest_alone(partner, scene):
    without = PEOPLE.replace("version: 1.0.0", "version: 1.1.0").partition("customProperties")[0]
    scene.publish(without)
    assert query_table(scene.platform, partner.token, partner.name, Reading(version=4)).links
    at = partner.query().version.at
    assert partner.query(timestamp=at).version.number == 4
    for asked in (Reading(version=1), Reading(timestamp=at.replace(year=2000))):
        with pytest.raises(BadInput) as caught:
            query_table(scene.platform, partner.token, partner.name, asked)
        assert caught.value.code == "share.no_history"
    with pytest.raises(BadInput):
        changes(partner, start=0)


def test_a_file_keeps_no_history(scene):
    scene.publish(CLAIMS)
    with pytest.raises(BadInput) as caught:
        changes(Partner(scene), start=0)
    assert caught.value.code == "share.no_history"


def test_a_version_far_ahead_is_refused_at_once(partner):
    """The library that reads the log would work its way up to it."""
    for number in (2**31, 2**63 - 1):
        with pytest.raises(BadInput):
            partner.query(version=number)
