"""Searching the catalogue: filters, facets, other names, spelling, and who may know of what."""

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import chain

import pytest
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, GetAt
from fairway.nouns.errors import Unavailable
from fairway.nouns.search import EVERYONE, Indexed, SearchQuery, Sort
from fairway.search import candidates
from fairway.search import entries as adapter
from fairway.search.bitmaps import Bitmaps

ENTRIES = [
    CatalogueEntry(
        "households",
        EntryKind.DATASET,
        "Households on Universal Credit",
        "People who receive help with rent, by local authority and month.",
        organisation="Department for Work and Pensions",
        domain="labour",
        owner="Ann Smith",
        get_at=GetAt.REQUEST_HERE,
        licence="OGL v3",
        tags=("benefits",),
        places=("Great Britain",),
        columns=("local_authority_code Code of the council", "dependent_children"),
        period=(date(2019, 4, 1), date(2021, 3, 31)),
        modified=date(2025, 5, 1),
        distributions=(Distribution(format="CSV"), Distribution(format="Parquet")),
    ),
    CatalogueEntry(
        "jobcentres",
        EntryKind.API,
        "Jobcentre offices",
        "Where Jobcentre Plus offices are, with their opening hours.",
        organisation="Department for Work and Pensions",
        domain="labour",
        url="https://example.gov.uk/jobcentres",
        issued=date(2024, 1, 1),
        distributions=(Distribution(format="JSON", licence="OGL v3"),),
    ),
    CatalogueEntry(
        "rainfall",
        EntryKind.PUBLICATION,
        "Rainfall and rivers",
        "Monthly rain at each station, and the levels of rivers.",
        organisation="Met Office",
        tags=("weather", "water"),
        period=(date(2020, 1, 1), None),
    ),
]


@pytest.fixture
def index(node):
    with node.store.transaction():
        node.index.put_entries(map(Indexed, ENTRIES))
    return node.index


def search(index, text="", audiences=None, **asked):
    return index.search(SearchQuery(text, **asked), audiences)


def ids(page):
    return [hit.id for hit in page.hits]


def told(pieces):
    return "".join(f"[{p.text}]" if p.marked else p.text for p in pieces)


def counts(page):
    return {facet.name: {v.value: v.count for v in facet.values} for facet in page.facets}


# ------------------------------------------------------------------ the language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"universal credit"', ["households"]),
        ('"credit universal"', ["households"]),  # the phrase is nowhere: its words are
        ('"credit universal" hours', ["jobcentres"]),
        ("owner:smith", ["households"]),
        ("owner:smith rivers", []),
        ("column:children", ["households"]),
        ("column:month", []),
        ("tag:benefits", ["households"]),
        ("kind:api", ["jobcentres"]),
        ("licence:ogl rivers hours", ["jobcentres"]),
        ("format:parquet", ["households"]),
        ('organisation:"met office"', ["rainfall"]),
        ("domain:labour offices", ["jobcentres"]),
        ("council", ["households"]),
        ("nonsense rivers", ["rainfall"]),
        ("rive", ["rainfall"]),
    ],
)
def test_what_is_asked_is_found(index, text, expected):
    assert ids(search(index, text)) == expected


def test_other_names_are_searched_and_told_where_they_are_found(index):
    page = search(index, "UC")
    assert ids(page) == ["households"]
    assert page.also == ("Universal Credit",)
    assert set(ids(search(index, "DWP"))) == {"households", "jobcentres"}
    assert search(index, "PIP").also == ()


def test_a_misspelt_word_is_corrected_from_what_is_there(index):
    page = search(index, "Univresal credit")
    assert (ids(page), page.did_you_mean) == (["households"], "universal credit")
    assert search(index, "rianfall").did_you_mean == "rainfall"
    assert search(index, "qqqqqq xyz").did_you_mean == ""
    assert search(index, "openning").did_you_mean == "opening", "of a description"
    assert search(index, "housheold").did_you_mean == "household", "in either number"


def test_a_warm_index_has_read_what_is_there(index):
    index.warm()
    assert index._bitmaps._snapshot.seen
    assert ids(search(index, "rainfall")) == ["rainfall"]


def test_titles_are_suggested_by_their_beginnings(index):
    assert index.suggest("rai", None, limit=5) == ("Rainfall and rivers",)
    assert index.suggest("credit hou", None, limit=5) == ("Households on Universal Credit",)
    assert index.suggest("o", None, limit=5) == (
        "Jobcentre offices",  # the shorter one first
        "Households on Universal Credit",
    )
    assert index.suggest(" ?", None, limit=5) == ()


# ------------------------------------------------------------------ a page


def test_facets_count_what_is_found(index):
    told = counts(search(index))
    assert sum(told.pop("grade").values()) == 3
    assert told == {
        "organisation": {"Department for Work and Pensions": 2, "Met Office": 1},
        "domain": {"labour": 2},
        "kind": {"api": 1, "dataset": 1, "publication": 1},
        "get_at": {"lives elsewhere": 2, "can be requested here": 1},
        "format": {"CSV": 1, "JSON": 1, "Parquet": 1},
        "licence": {"OGL v3": 2},  # that of a form, where the entry has none of its own
        "freshness": {"2024": 1, "2025": 1},
        "place": {"Great Britain": 1},
        "period": {"2019": 1, "2020": 1, "2021": 1},
    }
    assert counts(search(index, "month"))["organisation"] == {
        "Department for Work and Pensions": 1,
    }


def test_a_chosen_value_narrows_the_page_and_the_other_facets(index):
    page = search(index, chosen={"organisation": ("Met Office",), "kind": ("publication", "api")})
    assert (ids(page), page.total) == (["rainfall"], 1)
    assert counts(page)["kind"] == {"publication": 1, "api": 0}  # the chosen can be taken back
    assert counts(page)["organisation"] == {
        "Department for Work and Pensions": 1,
        "Met Office": 1,
    }
    chosen = next(f for f in page.facets if f.name == "kind").values[0]
    assert chosen.chosen
    assert search(index, chosen={"no such facet": ("x",)}).total == 0


def test_a_page_is_sorted_as_asked(index):
    by_title = ["households", "jobcentres", "rainfall"]
    assert ids(search(index)) == ids(search(index, sort=Sort.TITLE)) == by_title
    assert ids(search(index, sort=Sort.NEWEST)) == by_title
    assert ids(search(index, sort=Sort.NEWEST, limit=1, offset=1)) == ["jobcentres"]


def test_with_nothing_to_match_what_can_be_used_here_comes_first(node, index):
    here = replace(ENTRIES[0], id="labour.vacancies", title="Vacancies", product="labour.vacancies")
    with node.store.transaction():
        node.index.put_entries([Indexed(here)])
    elsewhere = ["households", "jobcentres", "rainfall"]
    assert ids(search(index)) == ["labour.vacancies", *elsewhere]
    assert ids(search(index, limit=2, offset=1)) == elsewhere[:2]
    assert ids(search(index, sort=Sort.TITLE)) == [*elsewhere, "labour.vacancies"]


def test_a_hit_says_why_it_matched(index):
    (hit,) = search(index, "uc dependent council").hits
    assert told(hit.title) == "Households on [Universal Credit]"
    assert hit.why == ("title", "columns")
    assert [told(column) for column in hit.columns] == [
        "local_authority_code Code of the [council]",
        "[dependent]_children",
    ]
    assert told(hit.snippet) == "local_authority_code Code of the [council]; [dependent]_children"
    (hit,) = search(index, "levels").hits
    assert told(hit.snippet) == "Monthly rain at each station, and the [levels] of rivers."


def test_more_than_the_candidates_come_page_by_page_each_once(node, monkeypatch):
    monkeypatch.setattr(candidates, "CANDIDATES", 3)
    with node.store.transaction():
        node.index.put_entries(
            Indexed(CatalogueEntry(f"e{n}", EntryKind.DATASET, f"Rain {n}"), f"team{n % 2}")
            for n in range(20)
        )
    pages = [ids(search(node.index, "rain", ["team1"], limit=4, offset=n)) for n in (0, 4, 8)]
    assert sorted(chain(*pages)) == sorted(f"e{n}" for n in range(1, 20, 2))
    assert ids(search(node.index, "rain 7"))[0] == "e7"


# ------------------------------------------------------------------ keeping it true


def test_what_changes_is_found_as_it_is_now_and_what_is_withdrawn_no_more(node, index):
    assert search(index).total == 3
    newer = replace(ENTRIES[2], title="Snowfall", organisation="Weather people")
    with node.store.transaction():
        index.put_entries([Indexed(newer), Indexed(replace(ENTRIES[0], withdrawn=True))])
    page = search(index)
    assert (ids(page), page.total) == (["jobcentres", "rainfall"], 2)
    assert "Met Office" not in counts(page)["organisation"]
    assert ids(search(index, "snowfall")) == ["rainfall"]
    assert search(index, "rainfall").hits == search(index, "universal").hits == ()
    with node.store.transaction():
        index.put_entries([Indexed(ENTRIES[0])])
    assert ids(search(index, "universal")) == ["households"]


def test_many_changes_at_once_are_seen(node, index):
    assert search(index).total == 3
    with node.store.transaction():
        index.put_entries(
            Indexed(CatalogueEntry(f"e{n}", EntryKind.DATASET, f"Title {n}")) for n in range(700)
        )
    assert search(index).total == 703
    assert counts(search(index))["kind"]["dataset"] == 701


def test_what_is_not_kept_is_not_seen(node, index):
    def write_and_fail():
        with node.store.transaction():
            index.put_entries([Indexed(CatalogueEntry("gone", EntryKind.API, "Vanishing"))])
            assert ids(search(index, "vanishing")) == ["gone"]
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    assert search(index, "vanishing").total == 0
    assert search(index).total == 3


def test_a_database_that_does_not_answer_is_said_to_be_so(node, index, monkeypatch):
    def silent(*_):
        raise DatabaseError

    monkeypatch.setattr(adapter, "_write", silent)
    with pytest.raises(Unavailable), node.store.transaction():
        index.put_entries([Indexed(ENTRIES[0])])


# ------------------------------------------------------------------ who may know of what


@pytest.fixture(autouse=True)
def usual_limits(monkeypatch):
    """Put back what a test sets."""
    for name in ("CANDIDATES", "ENOUGH", "FREQUENT"):
        monkeypatch.setattr(candidates, name, getattr(candidates, name))


WORDS = ("rain", "river", "rent", "credit", "office", "zebra", "quagga")
TEAMS = (EVERYONE, "red", "blue")


@st.composite
def estates(draw):
    size = draw(st.integers(1, 8))
    return [
        Indexed(
            CatalogueEntry(
                f"e{n}",
                draw(st.sampled_from(EntryKind)),
                " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))),
                " ".join(draw(st.lists(st.sampled_from(WORDS), max_size=6))),
                organisation=draw(st.sampled_from(("Met Office", "Red team", "Blue team"))),
                tags=tuple(draw(st.lists(st.sampled_from(WORDS), max_size=2))),
                columns=tuple(draw(st.lists(st.sampled_from(WORDS), max_size=2))),
            ),
            draw(st.sampled_from(TEAMS)),
        )
        for n in range(size)
    ]


@pytest.mark.parametrize("limits", [(100, 3000, 4000), (2, 3, 1)], ids=["whole", "beyond"])
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    estates(),
    st.sets(st.sampled_from(TEAMS), min_size=1),
    st.lists(st.sampled_from((*WORDS, "zebar", "quaga", "tag:rain", "met")), max_size=3),
)
def test_a_page_is_the_same_as_if_what_one_may_not_know_did_not_exist(
    node, limits, estate, known, asked
):
    """Counts, facets, order, snippets, spelling and suggestions, against a smaller estate.

    With limits of few, most of the estate lies beyond the candidates that every signal weighs.
    """
    candidates.CANDIDATES, candidates.ENOUGH, candidates.FREQUENT = limits
    query = SearchQuery(" ".join(asked), {})
    everything = [f"e{n}" for n in range(8)]
    gone = [Indexed(CatalogueEntry(e, EntryKind.API, "", withdrawn=True)) for e in everything]

    def shown(entries):
        with node.store.transaction():
            node.index.put_entries(gone)
            node.index.put_entries(entries)
        page = node.index.search(query, known)
        return page, [node.index.suggest(word[:2], known, limit=9) for word in WORDS]

    whole = shown(estate)
    assert whole == shown([one for one in estate if one.audience in known])
    page = whole[0]
    assert page.total == len(page.hits)
    for facet in page.facets:
        held = Counter(
            hit.organisation if facet.name == "organisation" else hit.kind for hit in page.hits
        )
        if facet.name in ("organisation", "kind"):
            assert {v.value: v.count for v in facet.values} == dict(held)


def test_a_word_that_stands_in_hidden_entries_alone_asks_no_more_than_one_that_stands_nowhere(node):
    """Statement by statement, over a thousand hidden entries."""
    hidden = CatalogueEntry("h", EntryKind.DATASET, "Quagga", "quagga of the quagga " * 20)
    with node.store.transaction():
        node.index.put_entries(map(Indexed, ENTRIES))
        node.index.put_entries(
            Indexed(replace(hidden, id=f"h{n}", title=f"Quagga {n}"), "red") for n in range(1000)
        )
    asked = {"quagga": [], "quigga": []}
    for word, statements in asked.items():
        node.index._bitmaps = Bitmaps()  # nothing is remembered from the word before
        node.index._bitmaps.current()

        def noting(execute, sql, values, many, context, word=word, statements=statements):
            statements.append((sql, str(values).replace(word, "WORD")))
            return execute(sql, values, many, context)

        with connection.execute_wrapper(noting):
            assert node.index.search(SearchQuery(f"{word} rivers"), {EVERYONE}).total == 1
    assert asked["quagga"] == asked["quigga"] != []


def test_looking_for_a_word_yields_as_much_whatever_is_hidden(node, index, monkeypatch):
    """Numbers that the database gives for counting places and for suggestions, one by one."""
    given = []

    def noting(numbers):
        given.append(numbers)
        return numbers

    spoken = candidates.dialect()

    class Noted:
        def __getattr__(self, name):
            return getattr(spoken, name)

        def beginning(self, *asked):
            return noting(spoken.beginning(*asked))

        def places(self, *asked):
            return noting(spoken.places(*asked))

    monkeypatch.setattr(candidates, "dialect", Noted)

    def looked():
        given.clear()
        page = search(index, "rivers office", {EVERYONE})
        return page, index.suggest("ri", {EVERYONE}, limit=9), list(given)

    before = looked()
    hidden = CatalogueEntry("h", EntryKind.DATASET, "Rivers", "rivers of the office " * 3)
    with node.store.transaction():
        index.put_entries(Indexed(replace(hidden, id=f"h{n}"), "red") for n in range(1000))
    assert looked() == before
    _, suggested, numbers = before
    assert suggested == ("Rainfall and rivers",)
    assert any(isinstance(one, str) and one for one in numbers)
    assert any(not isinstance(one, str) and one for one in numbers)
    assert search(index, "rivers", {"red"}).total == 1000
    assert index.suggest("ri", {"nobody"}, limit=9) == ()


@pytest.mark.parametrize("backend", ["sqlite"])
def test_sqlite_reads_no_row_to_leave_out_what_is_hidden(index):
    """By its own plan: an audience comes from an index that holds all that is asked."""
    plan = []

    def explained(execute, sql, values, many, context):
        execute(f"EXPLAIN QUERY PLAN {sql}", values, many, context)
        plan.extend(step for *_, step in context["cursor"].fetchall())
        return execute(sql, values, many, context)

    with connection.execute_wrapper(explained):
        assert candidates.dialect().beginning(("ri",), (EVERYONE, "red"))
        assert candidates.dialect().places("rivers", [3])
    (read,) = (step for step in plan if "search_entry" in step)
    assert "USING COVERING INDEX search_entry_audience (audience=? AND id=?" in read


def test_an_index_that_was_damaged_is_emptied_and_filled_again(node, index):
    """Others see it from their own copy of the bits; a change that is not kept is none."""
    whole = [search(index, text) for text in ("", "rain", "UC", "tag:benefits", "rianfall")]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO search_text (search_text) VALUES ('delete-all')")
        else:
            cursor.execute("UPDATE search_entry SET words = ''::tsvector")
    index._bitmaps = Bitmaps()
    assert search(index, "rain").total == 0
    with pytest.raises(RuntimeError):
        index.clear()
    with node.store.transaction():
        index.clear()
        index.put_entries(map(Indexed, ENTRIES))
    assert [search(index, text) for text in ("", "rain", "UC", "tag:benefits", "rianfall")] == whole
    with node.store.transaction():
        index.clear()
    assert search(index).total == 0
    assert search(index, "rianfall").did_you_mean == ""
