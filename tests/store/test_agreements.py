from dataclasses import replace
from datetime import timedelta

import pytest
from tests import builders

from fairway.nouns.agreements import State


@pytest.fixture
def agreement():
    return builders.an_agreement()


def put(node, *agreements):
    with node.store.transaction():
        for each in agreements:
            node.store.agreements.put(each)


def test_an_agreement_is_replaced_by_its_id(node, agreement):
    put(node, agreement)
    changed = replace(agreement, state=State.SUSPENDED, granted=None, necessity="More")
    put(node, changed)
    assert node.store.agreements.get(agreement.id) == changed
    assert node.store.agreements.find() == (changed,)
    assert node.store.agreements.get("none") is None


def test_agreements_are_found_by_each_of_their_parts_newest_first(node, agreement):
    older = replace(agreement, id="agr-old", created=agreement.created - timedelta(1))
    other = replace(
        older,
        id="agr-other",
        product="hmrc.pay",
        asker="someone",
        purpose="official-statistics",
        state=State.REFUSED,
        created=agreement.created - timedelta(2),
    )
    put(node, older, other, agreement)
    find = node.store.agreements.find
    domain = agreement.product.partition(".")[0]
    assert find() == (agreement, older, other)
    assert find(asker="someone") == (other,)
    assert find(product=agreement.product) == (agreement, older)
    assert find(domain=domain) == (agreement, older)
    assert find(domain="hmrc") == (other,)
    assert find(purpose="official-statistics") == (other,)
    assert find(states=[State.REFUSED, State.EXPIRED]) == (other,)
    assert find(states=[]) == ()
    assert find(asker=agreement.asker, states=[agreement.state]) == (agreement, older)
    assert find(asker="nobody") == ()
