"""A name that several products have, and an id that is not a query's."""

import pytest
from tests.scene import REGIONS

from fairway.nouns.errors import FairwayError, NotFound
from fairway.verbs import queries

JOIN = "SELECT sum(c.weeks) AS weeks, r.region FROM dwp.claims c, dwp.regions r GROUP BY r.region"


@pytest.fixture(autouse=True)
def published(scene):
    scene.publish()
    scene.publish(REGIONS)


def test_a_shared_name_may_mean_the_product_in_which_it_is_granted(scene):
    scene.approve(columns=(("weeks", "keep"),))
    rows = scene.query(JOIN)
    assert {row["region"] for row in rows} == {"Wales", "Scotland"}
    assert {int(row["weeks"]) for row in rows} == {122}


def test_a_shared_name_opens_nothing_where_it_is_not_granted(scene):
    scene.approve(columns=(("weeks", "keep"),))
    with pytest.raises(FairwayError) as caught:
        scene.query(JOIN.replace("r.region", "c.region"))
    assert caught.value.status in (403, 422)
    assert scene.events()[-1].action == "query.denied"


def test_a_shared_name_does_not_hide_why_it_is_denied(scene):
    scene.approve(columns=(("weeks", "keep"),))
    with pytest.raises(FairwayError) as caught:
        scene.query(JOIN.replace("c.weeks", "length(c.person)"))
    assert caught.value.code == "access.column_not_granted"


def test_only_queries_are_shown_as_queries(scene):
    agreement = scene.draft()
    with pytest.raises(NotFound):
        queries.show(scene.platform, scene.analyst, agreement.id)
