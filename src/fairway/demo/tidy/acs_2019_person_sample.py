"""ons.acs_2019_person_sample: people in the American Community Survey, for want of ours.

Source: U.S. Census Bureau, American Community Survey 2019 public-use microdata, as excerpted by
NIST (Diverse Communities Data Excerpts, `national2019.csv`): real records of 27,253 people in 20
areas of the United States. No person-level file of the Labour Force Survey may be passed on, so
this one stands in for it. Nothing in it is about the United Kingdom.

Codes become their words. 'N' is 'N/A': in a number's column that is null with a status, in a
column of words it is "Not applicable". Two of the publisher's numbers are not numbers: a poverty
ratio of 501 is 'income above 5 x poverty line', and a household weight of 0 is a 'group quarters
place holder record'.
"""

from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from fairway.demo.acs_codes import LABELS
from fairway.demo.observation import ACS, Status, read_column

WORDS = {
    "sex": "SEX",
    "marital_status": "MSP",
    "hispanic_origin": "HISP",
    "race": "RAC1P",
    "housing_type": "HOUSING_TYPE",
    "tenure": "OWN_RENT",
    "industry_group": "INDP_CAT",
    "education": "EDU",
    "veteran_disability_rating": "DVET",
    "cognitive_difficulty": "DREM",
    "walking_difficulty": "DPHY",
    "vision_difficulty": "DEYE",
    "hearing_difficulty": "DEAR",
}
"""Columns of words, and the survey's name of each."""

NUMBERS = {
    "own_children": "NOC",
    "family_size": "NPF",
    "personal_income": "PINCP",
    "income_decile": "PINCP_DECILE",
    "poverty_ratio": "POVPIP",
    "household_weight": "WGTP",
}
"""Columns of numbers that not every record has, and the survey's name of each."""

_ORDER = (
    *("record_number", "puma", "puma_density", "age", "sex", "marital_status"),
    *("hispanic_origin", "race", "own_children", "family_size", "housing_type", "tenure"),
    *("industry_code", "industry_group", "education"),
    *("personal_income", "income_decile", "poverty_ratio"),
    *("veteran_disability_rating", "cognitive_difficulty", "walking_difficulty"),
    *("vision_difficulty", "hearing_difficulty", "person_weight", "household_weight"),
)
_TYPES = {"puma_density": pa.float64()} | dict.fromkeys(
    ("record_number", "age", "person_weight", *NUMBERS), pa.int64()
)


def _fields(name: str) -> list[pa.Field]:
    """Return a column's field, and the field of its status after it if it has one."""
    field = pa.field(name, _TYPES.get(name, pa.string()), name in (*NUMBERS, "industry_code"))
    return [field, pa.field(f"{name}_status", pa.string(), False)] if name in NUMBERS else [field]


SCHEMA = pa.schema([field for name in _ORDER for field in _fields(name)])


def tidy(raw: Path) -> pa.Table:
    """Return one row per person, ordered by area, then as in the file."""
    path = raw / "census" / "national2019.csv"
    with path.open(encoding="ascii") as file:
        names = file.readline().strip().split(",")
    as_text = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    source = csv.read_csv(path, convert_options=as_text).to_pydict()
    columns: dict[str, list[object]] = {
        "record_number": list(range(1, len(source["PUMA"]) + 1)),  # the file numbers nobody
        "puma": source["PUMA"],
        "puma_density": [float(cell) for cell in source["DENSITY"]],
        "age": [int(cell) for cell in source["AGEP"]],
        "industry_code": [None if cell == "N" else cell for cell in source["INDP"]],
        "person_weight": [int(cell) for cell in source["PWGTP"]],
    }
    for name, code in WORDS.items():
        labels = LABELS[code]  # a code that is not in the dictionary is a KeyError, never a guess
        columns[name] = [labels[cell] for cell in source[code]]
    source["WGTP"] = ["N" if cell == "0" else cell for cell in source["WGTP"]]
    for name, code in NUMBERS.items():
        numbers, statuses = read_column(source[code], ACS)
        columns[name], columns[f"{name}_status"] = list(numbers), list(statuses)
    columns["poverty_ratio_status"] = [
        Status.TOP_CODED.value if ratio == 501 else status
        for ratio, status in zip(
            columns["poverty_ratio"], columns["poverty_ratio_status"], strict=True
        )
    ]
    table = pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)
    return table.sort_by([("puma", "ascending"), ("record_number", "ascending")])
