"""What a new node's lists begin with."""

import re

from fairway.store import seed


def test_a_new_node_knows_the_seeded_lists(node):
    purposes, bases = node.store.purposes.all(), node.store.purposes.legal_bases()
    assert sorted(p.code for p in purposes) == sorted(p.code for p in seed.purposes())
    assert sorted(b.code for b in bases) == sorted(b.code for b in seed.legal_bases())


def test_each_purpose_says_in_a_sentence_what_it_is():
    codes = [purpose.code for purpose in seed.purposes()]
    assert len(codes) == len(set(codes)) >= 8
    for purpose in seed.purposes():
        assert re.fullmatch(r"[a-z][a-z-]+", purpose.code)
        assert re.fullmatch(r"To [^.]+\.", purpose.description)


def test_each_legal_basis_cites_its_law_where_it_can_be_read():
    codes = [basis.code for basis in seed.legal_bases()]
    assert len(codes) == len(set(codes)) >= 20
    for basis in seed.legal_bases():
        assert basis.url.startswith("https://www.legislation.gov.uk/")
        named = re.search(r"(?:section|article|paragraph|schedule)/(\w+)$", basis.url)
        assert named, basis
        assert named[1].casefold() in basis.citation.casefold(), basis


def test_special_category_data_needs_a_condition_of_article_9():
    for basis in seed.legal_bases():
        assert basis.article_9 == ("Article 9(2)" in basis.citation), basis
    assert {"dea-2017-s35", "dea-2017-s64", "gdpr-6-1-e", "gdpr-9-2-j"} <= {
        basis.code for basis in seed.legal_bases()
    }
