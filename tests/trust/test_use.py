"""Data of another node, used where it lies: what crosses, what is recorded, what is refused."""

import threading

import pytest
from tests.trust.conftest import PURPOSE
from tests.waiting import until
from tests.workers import working

from fairway.nouns.errors import FairwayError

SUMS = "SELECT area, sum(households) AS households FROM dwp.households GROUP BY area ORDER BY area"
JOINED = """
SELECT place.region, sum(h.households) AS households
FROM dwp.households AS h JOIN dfe.places AS place ON place.area = h.area
GROUP BY place.region ORDER BY place.region
"""
ENDLESS = """
SELECT count(*) AS n FROM dwp.households, range(1000000) AS a, range(1000000) AS b
WHERE a.range * b.range = households
"""


@pytest.fixture(scope="module")
def agreement(pair) -> str:
    return pair.agree()


def test_a_whole_query_of_one_node_is_worked_out_there(pair, agreement):
    result = pair.query(SUMS, agreement=agreement)  # other tests have agreements of theirs
    assert result.to_arrow().to_pydict() == {
        "area": ["E1", "E2", "E3", None],
        "households": [30, 30, 40, 50],
    }
    assert result.agreements == (agreement,)


def test_a_join_with_a_product_here(pair, agreement):
    found = pair.query(JOINED).to_arrow().to_pydict()
    assert found == {"region": ["North", "South"], "households": [60, 40]}


# ------------------------------------------------------------------ cancelling


@pytest.fixture
def endless(pair, agreement):
    """A query that has just been taken up by a worker of the other node, and what ends it here."""
    failed = []

    def work():
        try:
            pair.dfe.analyst.query(ENDLESS, purpose=PURPOSE)
        except FairwayError as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    until(lambda: working(pair.dwp.running.process.pid) or not thread.is_alive())
    assert not failed
    (running,) = pair.dfe.analyst.running()

    def ended() -> FairwayError:
        thread.join()
        return failed[0]

    return running, ended


def ends_of(department, query: str):
    return department.as_("auditor").audit(subject=query, action="query.stopped")


def test_a_part_at_another_node_ends_with_its_query(pair, endless):
    running, ended = endless
    pair.dfe.analyst.cancel(running.query)
    assert ended().code == "query.cancelled"
    until(lambda: not working(pair.dwp.running.process.pid))
    (here,) = ends_of(pair.dfe, running.query)
    (there,) = until(lambda: ends_of(pair.dwp, running.query))
    for said, person in ((here, "dfe-analyst"), (there, "dfe-analyst@dfe")):
        assert (said.actor, said.reason) == (person, "The query was cancelled.")
    assert list(pair.dfe.analyst.running()) == []
    contact = next(p for p in pair.dfe.keeper.peers()["items"] if p.id == "dwp")
    assert contact.trouble == ""
