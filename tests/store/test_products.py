from dataclasses import replace

import pytest
from tests import builders

from fairway.nouns.products import DataProduct


@pytest.fixture
def product() -> DataProduct:
    return builders.a_product()


def add(node, *products):
    with node.store.transaction():
        for each in products:
            node.store.products.add(each)


def version(product, number, **changes):
    return replace(product, contract=replace(product.contract, version=number, **changes))


def test_the_newest_version_is_the_current_one(node, product):
    old, new = version(product, "1.0.0"), version(product, "2.0.0", title="Newer")
    add(node, old, new)
    products = node.store.products
    assert products.get(product.id) == new
    assert products.versions(product.id) == (new, old)
    assert products.by_contract(product.contract.id) == new
    assert products.all() == (new,)


def test_an_older_contract_id_is_current_no_more(node, product):
    add(node, product, version(product, "2.0.0", id="c-2"))
    assert node.store.products.by_contract(product.contract.id) is None
    assert node.store.products.by_contract("c-2").contract.version == "2.0.0"


def test_products_are_listed_by_domain(node, product):
    other = replace(product, id="hmrc.pay", contract=replace(product.contract, domain="hmrc"))
    add(node, product, other)
    assert node.store.products.all() == (product, other)
    assert node.store.products.all(domain="hmrc") == (other,)
    assert node.store.products.all(domain="none") == ()


def test_what_is_not_there_is_none(node):
    assert node.store.products.get("no.product") is None
    assert node.store.products.get("\x00") is None
    assert node.store.products.by_contract("none") is None
    assert node.store.products.versions("no.product") == ()


def test_a_version_can_be_taken_back_with_its_transaction(node, product):
    add(node, product)
    with pytest.raises(LookupError):
        add_and_fail(node, version(product, "2.0.0"))
    assert node.store.products.get(product.id) == product


def add_and_fail(node, product):
    with node.store.transaction():
        node.store.products.add(product)
        raise LookupError
