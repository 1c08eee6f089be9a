"""Data of another node, used where it lies: what crosses, what is recorded, what is refused."""

import pytest

SUMS = "SELECT area, sum(households) AS households FROM dwp.households GROUP BY area ORDER BY area"
JOINED = """
SELECT place.region, sum(h.households) AS households
FROM dwp.households AS h JOIN dfe.places AS place ON place.area = h.area
GROUP BY place.region ORDER BY place.region
"""


@pytest.fixture(scope="module")
def agreement(pair) -> str:
    return pair.agree()


def test_a_whole_query_of_one_node_is_worked_out_there(pair, agreement):
    result = pair.query(SUMS)
    assert result.to_arrow().to_pydict() == {
        "area": ["E1", "E2", "E3", None],
        "households": [30, 30, 40, 50],
    }
    assert result.agreements == (agreement,)


def test_a_join_with_a_product_here(pair, agreement):
    found = pair.query(JOINED).to_arrow().to_pydict()
    assert found == {"region": ["North", "South"], "households": [60, 40]}
