"""Finding products, the same on SQLite and on PostgreSQL."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import builders

from fairway.nouns.people import Domain, Person
from fairway.nouns.products import AccessClass, Column, LogicalType
from fairway.rules.search import LONGEST_SNIPPET

LABOUR = Domain("labour", "Labour market", "dwp")
SKILLS = Domain("skills", "Skills and further education", "dfe")
OWNER = Person("owner", "An owner", "labour")


def a_product(table, title, description, *columns, domain=LABOUR, **changes):
    made = builders.a_product()
    contract = replace(
        made.contract,
        id=table,
        domain=domain.id,
        table=table,
        title=title,
        description=description,
        columns=tuple(Column(name, LogicalType.STRING, told) for name, told in columns),
        **changes,
    )
    return replace(made, id=f"{domain.id}.{table}", contract=contract)


PRODUCTS = [
    (
        a_product(
            "uc_households",
            "Universal Credit households",
            "Households on Universal Credit by local authority and month.",
            ("authority", "Code of the local authority"),
            ("children", "Number of dependent children"),
        ),
        LABOUR,
    ),
    (
        a_product(
            "payroll",
            "Payrolled employees",
            "Employees on a payroll, by region, with median pay.",
            ("region", "Region of Great Britain"),
            access=AccessClass.OPEN,
        ),
        LABOUR,
    ),
    (
        a_product(
            "apprenticeships",
            "Apprenticeship starts",
            "Starts by framework, level and provider — the café trade included.",
            ("provider_name", "Name of the training provider"),
            domain=SKILLS,
            tags=("training", "ILR"),
        ),
        SKILLS,
    ),
]


def filled(node):
    with node.store.transaction():
        for product, domain in PRODUCTS:
            node.index.put(product, domain, OWNER)
    return node.index


@pytest.fixture(scope="module")
def shelf(shared):
    filled(shared.open())
    return shared


@pytest.fixture
def index(shelf):
    """The index over the products above, which the tests share."""
    return shelf.open().index


@pytest.fixture
def own_index(node):
    """The same, to change."""
    return filled(node)


def found(index, words, limit=10, offset=0):
    return [
        hit.product.partition(".")[2] for hit in index.find(words, limit=limit, offset=offset).hits
    ]


# ------------------------------------------------------------------ what is found


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("universal credit", ["uc_households"]),  # the title
        ("median", ["payroll"]),  # the description
        ("dependent", ["uc_households"]),  # a column's description
        ("provider_name", ["apprenticeships"]),  # a column's name
        ("further education", ["apprenticeships"]),  # the domain's name
        ("skills", ["apprenticeships"]),
        ("ilr", ["apprenticeships"]),  # a tag
        ("credit universal", ["uc_households"]),  # in any order
        ("UNIVERSAL", ["uc_households"]),
        ("household", ["uc_households"]),  # one for several
        ("apprenticeships", ["apprenticeships"]),  # several for one
        ("authorities", ["uc_households"]),
        ("appren", ["apprenticeships"]),  # the beginning of the last word
        ("median pay payr", ["payroll"]),
        ("cafe", ["apprenticeships"]),  # accents or none
        ("CAFÉ", ["apprenticeships"]),
        ("the pay of employees", ["payroll"]),  # little words say nothing
        ("nothing of the kind xyzzy", []),
        ("xyzzy", []),
    ],
)
def test_words_find(index, words, expected):
    assert found(index, words) == expected


def test_one_word_that_matches_is_enough_and_more_come_first(index):
    assert found(index, "local region xyzzy") in (
        ["payroll", "uc_households"],
        ["uc_households", "payroll"],
    )
    assert found(index, "universal credit by region")[0] == "uc_households"
    assert found(index, "median pay of apprenticeship providers by region")[0] == "payroll"
    assert set(found(index, "owner")) == {"uc_households", "payroll", "apprenticeships"}


def test_a_title_weighs_more_than_a_description(node, own_index):
    other = a_product("other", "Starts of other things", "Nothing about the rest.")
    also = a_product("also", "Something else", "It starts with other things, at length.")
    with node.store.transaction():
        node.index.put(other, LABOUR, OWNER)
        node.index.put(also, LABOUR, OWNER)
    assert found(own_index, "starts")[-1] == "also"


def test_without_words_everything_is_listed_by_title(index):
    everything = ["apprenticeships", "payroll", "uc_households"]
    assert found(index, "") == found(index, " \n") == found(index, "?!") == everything
    assert index.find("", limit=10, offset=0).total == 3


def test_a_page_at_a_time(index):
    assert found(index, "", limit=2) == ["apprenticeships", "payroll"]
    assert found(index, "", limit=2, offset=2) == ["uc_households"]
    page = index.find("owner", limit=1, offset=1)
    assert (page.total, len(page.hits)) == (3, 1)
    assert index.find("owner", limit=0, offset=0).hits == ()
    assert index.find("owner", limit=5, offset=99).total == 3


# ------------------------------------------------------------------ what a hit says


def test_a_hit_says_what_it_is_and_why(index):
    (hit,) = index.find("median", limit=1, offset=0).hits
    assert (hit.product, hit.title, hit.domain, hit.access) == (
        *("labour.payroll", "Payrolled employees", "labour"),
        AccessClass.OPEN,
    )
    assert "median pay" in hit.snippet
    (hit,) = index.find("dependent", limit=1, offset=0).hits
    assert "dependent children" in hit.snippet
    (hit,) = index.find("", limit=1, offset=0).hits
    assert hit.snippet.startswith("Starts by framework")


def test_a_hit_is_short(node, own_index):
    long = a_product("long", "Long", "needle " + "and much more about it " * 400)
    with node.store.transaction():
        node.index.put(long, LABOUR, OWNER)
    for words in ("needle", "long"):
        (hit,) = own_index.find(words, limit=1, offset=0).hits
        assert len(hit.snippet) <= LONGEST_SNIPPET + 1


# ------------------------------------------------------------------ keeping it true


def test_a_new_version_takes_the_old_ones_place(node, own_index):
    product, domain = PRODUCTS[1]
    newer = replace(product, contract=replace(product.contract, title="Wages", description="Other"))
    with node.store.transaction():
        node.index.put(newer, domain, OWNER)
    assert found(own_index, "wages") == ["payroll"]
    assert found(own_index, "median") == []
    assert own_index.find("", limit=9, offset=0).total == 3


def test_what_was_taken_back_is_not_found(node, own_index):
    with pytest.raises(LookupError):
        put_and_fail(node)
    assert found(own_index, "vanishing") == []
    assert own_index.find("", limit=9, offset=0).total == 3


def put_and_fail(node):
    with node.store.transaction():
        node.index.put(a_product("gone", "Vanishing", ""), LABOUR, OWNER)
        raise LookupError


def test_the_index_is_written_in_a_transaction_alone(node):
    with pytest.raises(RuntimeError, match="transaction"):
        node.index.put(*PRODUCTS[0], OWNER)


# ------------------------------------------------------------------ whatever is typed

SYNTAX = st.text("\"*():^-+&|!<>\\'%_{}[]~.,; \x00NEAROTitle", max_size=30)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40) | SYNTAX)
def test_nothing_that_is_typed_breaks_a_search(index, words):
    hits = index.find(words, limit=5, offset=0)
    assert 0 <= hits.total <= 3
    assert len(hits.hits) == hits.total


@pytest.mark.parametrize(
    "words",
    [
        *('"', '" OR "', "title:universal", "NEAR(universal credit)", "universal*", "-universal"),
        *("universal AND", "{title description}: x", "'; DROP TABLE x; --", "a" * 9999),
        *("word " * 5000, "universal & | !", "credit:*A", "<->", "\\", "\ud800", "İ", "ﬁle ß"),
    ],
)  # fmt: skip
def test_syntax_is_words_to_us(index, words):
    index.find(words, limit=5, offset=0)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30), st.text(max_size=60))
def test_any_text_can_be_put(node, title, description):
    with node.store.transaction():
        node.index.put(a_product("any", f"{title} findable", description), LABOUR, OWNER)
    assert found(node.index, "findable") == ["any"]
