"""Any noun, for round trips through the store."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from fairway.nouns.agreements import Agreement, GrantedColumn, Move, State, Step, Terms
from fairway.nouns.people import Appointment, Domain, Organisation, Person, Role, Token
from fairway.nouns.products import (
    AccessClass,
    Classification,
    Column,
    Contract,
    DataProduct,
    LogicalType,
    Source,
)
from fairway.nouns.purposes import LegalBasis, Purpose
from fairway.nouns.scopes import (
    AllOf,
    Among,
    AnyOf,
    Between,
    Comparison,
    Negation,
    Operator,
    Scope,
)
from fairway.nouns.shares import CredentialKind, Recipient, ShareVersion
from fairway.nouns.treatments import Kind, Treatment

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
ids = st.text("abcdefghij-_ Ñé", min_size=1, max_size=12)
days = st.dates(date(1, 1, 1), date(9999, 12, 31))
moments = st.datetimes(datetime(1000, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))
values = (
    texts
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.booleans()
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(UTC)).map(lambda at: at.replace(fold=0))
)
comparisons = (
    st.builds(Comparison, ids, st.sampled_from(Operator), values)
    | st.builds(Among, ids, st.lists(values, min_size=1, max_size=3).map(tuple))
    | st.builds(Between, ids, values, values)
)


def _combined(inner: st.SearchStrategy[Scope]) -> st.SearchStrategy[Scope]:
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.builds(AllOf, parts) | st.builds(AnyOf, parts) | st.builds(Negation, inner)


scopes: st.SearchStrategy[Scope] = st.recursive(comparisons, _combined, max_leaves=6)
treatments = st.builds(Treatment, st.sampled_from(Kind), st.none() | st.integers(1, 1000))
terms = st.builds(
    Terms,
    columns=st.lists(st.builds(GrantedColumn, ids, treatments), max_size=4).map(tuple),
    scope=st.none() | scopes,
    starts=days,
    ends=days,
)
steps = st.builds(
    Step, moments, ids, st.sampled_from(Move), st.sampled_from(State), st.sampled_from(State), texts
)
agreements = st.builds(
    Agreement,
    id=ids,
    product=ids,
    asker=ids,
    purpose=ids,
    legal_basis=ids,
    necessity=texts,
    asked=terms,
    granted=st.none() | terms,
    state=st.sampled_from(State),
    created=moments,
    history=st.lists(steps, max_size=3).map(tuple),
)

json_like: st.SearchStrategy[Any] = st.recursive(
    st.none() | values | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=6) | st.sampled_from(["$date", "$object"]), inner)
        | st.dictionaries(st.integers() | st.dates() | st.none(), inner, max_size=2)
    ),
    max_leaves=8,
)
documents = st.dictionaries(texts, json_like, max_size=4)
columns = st.builds(
    Column, ids, st.sampled_from(LogicalType), texts, st.sampled_from(Classification), st.booleans()
)
sources = st.builds(Source, texts, texts, texts)
contracts = st.builds(
    Contract,
    id=ids,
    version=texts,
    domain=ids,
    table=ids,
    title=texts,
    description=texts,
    owner=ids,
    access=st.sampled_from(AccessClass),
    columns=st.lists(columns, max_size=4).map(tuple),
    source=sources,
    tags=st.lists(texts, max_size=3).map(tuple),
    licence=texts,
    attribution=texts,
    document=documents,
)
products = st.builds(
    DataProduct,
    id=ids,
    contract=contracts,
    source=sources,
    published_by=ids,
    published_at=moments,
)
purposes = st.builds(Purpose, ids, texts, texts, st.booleans())
legal_bases = st.builds(LegalBasis, ids, texts, texts, texts, st.booleans())
organisations = st.builds(Organisation, ids, texts)
domains = st.builds(Domain, ids, texts, ids)
people = st.builds(Person, ids, texts, ids, st.booleans())


def tokens(person: str) -> st.SearchStrategy[Token]:
    return st.builds(
        Token, ids, st.just(person), texts, texts, moments, moments, st.none() | moments
    )


def appointments(person: str) -> st.SearchStrategy[Appointment]:
    return st.builds(
        Appointment,
        st.just(person),
        st.sampled_from(Role),
        st.none() | ids,
        days,
        st.none() | days,
        ids,
        texts,
    )


recipients = st.builds(
    Recipient,
    id=ids,
    agreement=ids,
    kind=st.sampled_from(CredentialKind),
    digest=ids,
    made_by=ids,
    created=moments,
    expires=moments,
    revoked=st.none() | moments,
)
share_versions = st.builds(
    ShareVersion, ids, st.integers(0, 2**62), texts, texts, texts, texts, moments
)
