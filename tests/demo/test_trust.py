"""`fairway demo --trust`: every product has one holder, and the whole trust keeps its promises."""

import json

import pytest

from fairway.cli.main import run
from fairway.demo import trust
from fairway.demo.question import NEEDS
from fairway.demo.tidy import PRODUCTS
from fairway.demo.trust_check import STEPS


def test_each_product_lies_at_one_node():
    held = [p for products in trust.HOLDINGS.values() for p in products]
    assert sorted(held) == sorted(PRODUCTS)
    assert {trust.holder_of(p) for p in NEEDS} == set(trust.HOLDINGS)
    spoken_for = [d for department in trust.HOLDINGS for d in trust.domains_of(department)]
    assert len(spoken_for) == len(set(spoken_for))


@pytest.mark.deep
def test_the_trust_is_as_promised(capfd):
    code = run(["demo", "--trust", "--check", "--json"])
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [line for line in lines if not line["ok"]] == []
    assert code == 0
    assert [line["step"] for line in lines][-len(STEPS) :] == [name for name, _ in STEPS]
