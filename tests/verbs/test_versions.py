"""Earlier states of a product's data: asked for by name, allowed by the contract, on the record."""

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from tests.scene import REGIONS

from fairway.nouns.errors import BadInput, Refused, Unavailable

ALL = "SELECT region, households FROM dwp.regions"
DELTA = REGIONS.replace("format: parquet, path: regions.parquet", "format: delta, path: history")
ALLOWED = DELTA.replace(
    "customProperties: [",
    "customProperties: [{property: earlierVersions, value: allowed}, ",
)


@pytest.fixture
def table(scene):
    """A table of two versions: the second takes Scotland out."""
    folder = scene.platform.settings["workspace"] + "/data/history"
    for rows in ({"Wales": 1, "Scotland": 2}, {"Wales": 3}):
        columns = {"region": list(rows), "households": list(rows.values())}
        write_deltalake(folder, pa.table(columns), mode="overwrite")
    return folder


def test_the_newest_state_is_read_and_its_number_recorded(scene, table):
    scene.publish(DELTA)
    assert scene.query(ALL) == [{"region": "Wales", "households": 3}]
    for event in scene.events()[-2:]:
        assert event.details["versions"] == {"dwp.regions": "1"}


@pytest.mark.parametrize("as_of", [{"*": "0"}, {"dwp.regions": "0"}])
def test_an_earlier_state_where_the_contract_allows_it(scene, table, as_of):
    scene.publish(ALLOWED)
    assert len(scene.query(ALL, as_of=as_of)) == 2
    assert scene.events()[-1].details["versions"] == {"dwp.regions": "0"}
    assert scene.platform.store.products.get("dwp.regions").contract.earlier_versions


def test_no_earlier_state_unless_the_contract_says_so(scene, table):
    scene.publish(DELTA)
    with pytest.raises(Refused, match="does not allow earlier versions") as caught:
        scene.query(ALL, as_of={"*": "0"})
    assert caught.value.code == "version.not_allowed"
    assert scene.actions()[-1] == "query.denied"


@pytest.mark.parametrize("as_of", [{"*": "soon"}, {"dwp.claims": "0"}, {"*": "99"}])
def test_a_state_that_is_not_there_serves_nothing(scene, table, as_of):
    scene.publish(ALLOWED)
    with pytest.raises(BadInput):
        scene.query(ALL, as_of=as_of)
    assert scene.actions()[-1] == "query.denied"


def test_files_have_no_earlier_states(scene):
    scene.publish(
        REGIONS.replace(
            "customProperties: [",
            "customProperties: [{property: earlierVersions, value: allowed}, ",
        )
    )
    with pytest.raises(BadInput, match="keeps no earlier versions"):
        scene.query(ALL, as_of={"*": "0"})
    assert scene.query(ALL)
    assert "versions" not in scene.events()[-1].details


def test_a_contract_says_allowed_or_refused(scene, table):
    with pytest.raises(BadInput, match="allowed or refused"):
        scene.publish(ALLOWED.replace("value: allowed", "value: perhaps"))


def test_a_table_that_has_gone(scene, table):
    import shutil

    scene.publish(DELTA)
    shutil.rmtree(table)
    with pytest.raises(Unavailable):
        scene.query(ALL)
    assert scene.actions()[-1] == "query.denied"
