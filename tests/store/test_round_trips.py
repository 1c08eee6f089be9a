"""Every noun comes back from the store as it went in."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.builders import NOW
from tests.store import things

from fairway.nouns.people import Person
from fairway.nouns.products import DataProduct
from fairway.nouns.scopes import Comparison, Operator
from fairway.store import scopes
from fairway.store.encoding import dumps, loads

on_one_node = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Undone(Exception):
    """Takes a transaction back."""


def undone(node, check):
    """Run a check in a transaction that leaves nothing behind."""

    def run() -> None:
        with node.store.transaction():
            check()
            raise Undone

    with pytest.raises(Undone):
        run()


@on_one_node
@given(things.agreements)
def test_agreements(node, agreement):
    def check():
        node.store.agreements.put(agreement)
        assert node.store.agreements.get(agreement.id) == agreement
        assert node.store.agreements.find(asker=agreement.asker) == (agreement,)

    undone(node, check)


@on_one_node
@given(things.products)
def test_products(node, product: DataProduct):
    def check():
        node.store.products.add(product)
        assert node.store.products.get(product.id) == product
        assert node.store.products.get(product.id).contract.document == product.contract.document
        assert node.store.products.by_contract(product.contract.id) == product
        assert node.store.products.all(domain=product.domain) == (product,)

    undone(node, check)


@on_one_node
@given(things.agreements, things.recipients, things.share_versions)
def test_shares(node, agreement, recipient, version):
    recipient = replace(recipient, agreement=agreement.id)
    version = replace(version, agreement=agreement.id)
    later = replace(version, state="later")

    def check():
        shares = node.store.shares
        node.store.agreements.put(agreement)
        shares.add(recipient)
        assert shares.get(recipient.id) == recipient
        assert shares.by_digest(recipient.digest) == recipient
        assert shares.of(agreement.id) == (recipient,)
        shares.revoke(recipient.id, NOW)
        assert shares.get(recipient.id).revoked == (recipient.revoked or NOW)
        shares.put_version(version)
        shares.put_version(later)
        assert shares.versions(agreement.id) == (later,)

    undone(node, check)


@on_one_node
@given(things.purposes, things.legal_bases)
def test_purposes(node, purpose, basis):
    def check():
        node.store.purposes.put(purpose)
        node.store.purposes.put_legal_basis(basis)
        assert node.store.purposes.get(purpose.code) == purpose
        assert node.store.purposes.legal_basis(basis.code) == basis

    undone(node, check)


@on_one_node
@given(things.organisations, things.domains, things.people)
def test_people(node, organisation, domain, person):
    def check():
        node.store.people.add_organisation(organisation)
        node.store.people.add_domain(domain)
        node.store.people.add(person, None)
        assert node.store.people.organisations() == (organisation,)
        assert node.store.people.domain(domain.id) == domain
        assert node.store.people.get(person.id) == person

    undone(node, check)


@on_one_node
@given(things.tokens("keeper"), things.appointments("keeper"))
def test_what_belongs_to_people(node, token, appointment):
    def check():
        node.store.people.add(Person("keeper", "A keeper", "hub"), None)
        node.store.tokens.add(token)
        node.store.people.appoint(appointment)
        assert node.store.tokens.by_digest(token.digest) == token
        assert node.store.tokens.of("keeper") == (token,)
        assert node.store.people.appointments(person="keeper") == (appointment,)

    undone(node, check)


@given(things.scopes)
def test_a_scope_comes_back_from_json_as_it_was(scope):
    back = scopes.from_json(loads(dumps(scopes.to_json(scope))))
    assert back == scope
    assert repr(back) == repr(scope)  # 1, 1.0 and True are equal, and not the same


def test_no_scope_is_no_scope():
    assert scopes.from_json(scopes.to_json(None)) is None


@pytest.mark.parametrize("tree", [{}, [], 3, {"column": "a", "is": "like", "value": "b"}])
def test_what_is_no_scope_is_refused(tree):
    with pytest.raises(ValueError):  # noqa: PT011
        scopes.from_json(tree)


def test_a_scope_reads_as_what_it_says():
    assert scopes.to_json(Comparison("region", Operator.EQUAL, "Wales")) == {
        "column": "region",
        "is": "=",
        "value": "Wales",
    }


@given(things.json_like)
@example({"$date": "2026-03-01"})
@example({"$object": [], "b": {"$date": 3}})
@example(float("-inf"))
def test_a_value_comes_back_from_text_as_it_was(value):
    text = dumps(value)
    assert text.isascii()
    assert repr(loads(text)) == repr(value)


@given(st.lists(st.integers()).map(tuple))
def test_a_tuple_comes_back_as_a_list(value):
    assert loads(dumps(value)) == list(value)


def test_what_would_not_come_back_is_refused():
    for value in (object(), b"bytes", {"a": {1, 2}}):
        with pytest.raises(TypeError, match="cannot be kept"):
            dumps(value)
