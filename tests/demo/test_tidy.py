"""Each product holds what its publisher published: every row, every total, every marker."""

import pytest

from fairway.demo.tidy import PRODUCTS


@pytest.mark.parametrize(
    ("product", "rows"),
    [
        ("beis.redundancy_notices", 82 * (11 + 8 + 1)),
        ("dfe.apprenticeship_starts", 942_643),
        ("dwp.jobcentres", 697),
        ("dwp.universal_credit_households", 350 + 1),
        ("hmrc.payrolled_employees", 12 * (20 + 1) * 139),
        ("ons.acs_2019_person_sample", 27_253),
        ("ons.local_authorities", 361),
    ],
)
def test_row_counts(tables, product, rows):
    assert tables[product].num_rows == rows


def test_there_are_seven_products(tables):
    assert set(tables) == set(PRODUCTS)
    assert len(PRODUCTS) == 7
