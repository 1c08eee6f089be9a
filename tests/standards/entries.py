"""Catalogue entries of every kind, for property tests."""

from hypothesis import strategies as st

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
WORDS = st.sampled_from(["", " b ", "é\u2028", 'q"uo\\te', "<b>x</b>", "en", "annual"])
ADDRESSES = st.sampled_from(
    [
        "",
        "https://a.gov.uk/x y?z={1}",
        "http://b.gov.uk/#c",
        "www.c.gov.uk",
        "mailto:a@b.uk",
        "urn:x:y",
    ]
)
LISTS = st.lists(TEXT | WORDS | ADDRESSES, max_size=3).map(tuple)
DAYS = st.none() | st.dates()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)


def distributions():
    return st.builds(
        Distribution,
        title=TEXT | WORDS,
        url=ADDRESSES | TEXT,
        format=st.sampled_from(["", "CSV", "OGC WFS"]) | TEXT,
        media_type=st.sampled_from(["", "text/csv", "CSV"]),
        licence=ADDRESSES | TEXT,
        bytes=st.none() | st.integers(-1, 2**60),
        download=st.booleans(),
        page=ADDRESSES | TEXT,
        rights=ADDRESSES | TEXT,
    )


@st.composite
def entries(draw, kinds=tuple(EntryKind)):
    """An entry as it lives elsewhere, with a title that is not blank."""
    title = draw((TEXT | WORDS).filter(lambda t: any(c.isalnum() for c in t)))
    text = TEXT | WORDS | ADDRESSES
    return CatalogueEntry(
        id=draw(TEXT.filter(bool)),
        kind=draw(st.sampled_from(kinds)),
        title=title,
        description=draw(text),
        organisation=draw(text),
        domain=draw(text),
        contact=draw(st.sampled_from(["Team <a@b.uk>", "a@b.uk", "Team"]) | text),
        url=draw(ADDRESSES | TEXT),
        licence=draw(text),
        classification=draw(text),
        tags=draw(LISTS),
        themes=draw(LISTS),
        places=draw(LISTS),
        columns=draw(LISTS),
        period=(draw(DAYS), draw(DAYS)),
        frequency=draw(text),
        issued=draw(DAYS),
        modified=draw(DAYS),
        language=draw(text),
        identifiers=draw(LISTS),
        distributions=tuple(draw(st.lists(distributions(), max_size=2))),
        version=draw(text),
        access_rights=draw(text),
        extra=draw(st.dictionaries(TEXT, JSON, max_size=2)),
    )
