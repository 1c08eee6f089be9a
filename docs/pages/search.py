"""The language of searches, from `rules/search.py` and the words of the pages."""

from fairway.nouns.search import FACETS, Sort
from fairway.rules import search
from fairway.web.words import facet
from pages.tables import table

FILTERS = {
    "owner": ("owner:smith", "the owner, or who can be asked"),
    "domain": ("domain:labour", "the domain of a product"),
    "column": ("column:postcode", "the name or description of a column"),
    "tag": ("tag:housing", "a tag, a subject or a theme"),
    "kind": ("kind:api", "dataset, api or publication"),
    "licence": ("licence:ogl", "the licence, or that of a form"),
    "format": ("format:csv", "a form in which it can be had"),
    "organisation": ('organisation:"met office"', "who publishes it"),
}
SORTS = {
    Sort.RELEVANCE: "the best match first; with no words, the products of this node first",
    Sort.TITLE: "by title",
    Sort.NEWEST: "last changed first",
    Sort.QUALITY: "by the grade of the record, the best first",
}


TYPED = {
    "rain wales": "entries with any of the words, those with more and rarer of them first;"
    " capitals, accents and number do not matter",
    '"universal credit"': "the words next to each other, in this order; if they stand nowhere so,"
    " their words, and the page says it",
    "apprent": "a word that is nowhere is looked for as the beginning of one",
    "the cost of living": "little words are looked for only where there are no others",
    "UC": "the other names in the hub's glossary too (`fairway glossary`); the page says which",
    "rianfall": 'nothing, with "Did you mean rainfall?"',
}


def page() -> str:
    typed = [[f"`{words}`", found] for words, found in TYPED.items()]
    filters = [[f"`{FILTERS[name][0]}`", FILTERS[name][1]] for name in search.FILTERS]
    facets = [[f"`{name}`", facet(name)] for name in FACETS]
    sorts = [[f"`{sort.value}`", SORTS[sort]] for sort in Sort]
    return f"""
# The language of searches

The box on the pages, `fairway find`, `fairway entries search`, `search()` of the client and
`GET /api/v1/catalogue/search` take the same words.

{table(["what is typed", "what is found"], typed)}

A page is never empty while one word with a meaning stands in an entry that one may know of and that
the filters let through.

## Filters

A filter has to hold; it adds no relevance. Quotes keep several words together.

{table(["filter", "looks in"], filters)}

`org:`, `license:`, `columns:` and `tags:` are understood too.

## Facets

Values are counted among what the search and the other facets leave. Several values of one facet:
any may hold. In the API and on the command line a facet is `name:value`.

{table(["facet", "meaning"], facets)}

## Order

{table(["sort", "order"], sorts)}

## Bounds

The first 500 characters are searched. 100 hits at the most are given at once, and the 100 most
frequent values of a facet.
"""
