"""What nouns say of themselves."""

from dataclasses import replace
from datetime import timedelta

from tests.builders import NOW, TODAY, a_product, an_appointment, some_terms

from fairway.nouns.people import Role, Token
from fairway.nouns.products import LogicalType
from fairway.nouns.queries import TableName
from fairway.nouns.relations import GovernedRelation
from fairway.nouns.rights import Right
from fairway.nouns.shares import Extract, ExtractFile
from fairway.nouns.treatments import KEEP, Kind, Treatment

DAY = timedelta(days=1)


def test_an_appointment_holds_from_its_first_to_its_last_day():
    appointment = an_appointment(Role.ANALYST, "dwp", since=TODAY, until=TODAY + DAY)
    assert not appointment.current(TODAY - DAY)
    assert appointment.current(TODAY)
    assert appointment.current(TODAY + DAY)
    assert not appointment.current(TODAY + 2 * DAY)
    assert an_appointment(Role.ANALYST, "dwp", since=TODAY).current(TODAY + 9999 * DAY)


def test_a_token_opens_until_it_expires_or_is_revoked():
    token = Token("T-1", "somebody", "", "d", NOW, NOW + DAY)
    assert token.usable(NOW)
    assert not token.usable(NOW + DAY)
    assert not Token("T-1", "somebody", "", "d", NOW, NOW + DAY, revoked=NOW).usable(NOW)


def test_a_token_says_what_it_is_limited_to():
    whole = Token("T-1", "somebody", "", "d", NOW, NOW + DAY)
    assert whole.only is None
    some = replace(whole, rights=frozenset({Right.QUERY, Right.READ}))
    assert some.only == (Right.READ, Right.QUERY)
    assert replace(whole, rights=frozenset()).only == ()


def test_names_of_columns_compare_without_regard_to_case():
    product = a_product()
    assert product.column("REGION") is product.columns[3]
    assert product.column("nothing") is None
    assert (product.domain, product.table) == ("dwp", "claims")
    terms = some_terms("region")
    assert terms.column("Region") is terms.columns[0]
    assert terms.column("weeks") is None


def test_treatments_and_tables_are_written_as_people_write_them():
    assert str(KEEP) == "keep"
    assert str(Treatment(Kind.BAND, 5)) == "band:5"
    assert str(TableName("dwp", "claims")) == "dwp.claims"


def test_a_pseudonym_key_is_in_no_repr():
    product = a_product()
    relation = GovernedRelation("dwp", "claims", product.source, (), key=b"secret-key-material")
    assert "secret" not in repr(relation)
    assert LogicalType.DATE == "date"


def test_an_extract_is_as_large_as_its_files_together():
    extract = Extract("k", "d", (ExtractFile(0, 10, 2, "a"), ExtractFile(1, 5, 1, "b")))
    assert (extract.bytes, extract.rows) == (15, 3)
