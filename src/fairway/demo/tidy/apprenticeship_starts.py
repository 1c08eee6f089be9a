"""dfe.apprenticeship_starts: starts, enrolments and achievements by provider, home and delivery.

Source: DfE, data of the apprenticeships provider dashboard, `lad_map_data_0.parquet`, academic
years 2022/23 to 2025/26, England. Units: apprenticeships; one person can count more than once.

The year is text, "2025/26 (Aug to Apr)" when it is not over: 'Figures for [the latest year] are
provisional and cover the year to date'. The provider is a name with its UK Provider Reference
Number in brackets. Authorities are names as of April 2023 without codes; 'postcodes which are
outside of England or not known are included in the "Outside of England and unknown" category',
which has no code.

Unlike DfE's other files of this series, where a small number is the word 'low', this one counts
exactly. Its 0 means that a row has some other measure: it was added up leaving out blanks, so the
publisher does not tell none from not known. A null here would be not available, never 0.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fairway.demo.observation import Status
from fairway.demo.tidy.local_authorities import by_name

SCHEMA = pa.schema(
    [
        pa.field("academic_year", pa.string(), nullable=False),
        pa.field("is_full_year", pa.bool_(), nullable=False),
        pa.field("provider_ukprn", pa.string(), nullable=False),
        pa.field("provider", pa.string(), nullable=False),
        pa.field("home_local_authority_code", pa.string()),
        pa.field("home_local_authority", pa.string(), nullable=False),
        pa.field("home_region_code", pa.string()),
        pa.field("home_region", pa.string()),
        pa.field("delivery_local_authority_code", pa.string()),
        pa.field("delivery_local_authority", pa.string(), nullable=False),
        pa.field("delivery_region_code", pa.string()),
        pa.field("delivery_region", pa.string()),
        pa.field("starts", pa.int64()),
        pa.field("starts_status", pa.string(), nullable=False),
        pa.field("enrolments", pa.int64()),
        pa.field("enrolments_status", pa.string(), nullable=False),
        pa.field("achievements", pa.int64()),
        pa.field("achievements_status", pa.string(), nullable=False),
    ]
)

MEASURES = ("starts", "enrolments", "achievements")
_PROVIDER = r"^(?P<name>.*) \((?P<ukprn>\d{8})\)$"
_YEAR = r"^(?P<year>\d{4}/\d{2})(?P<partial> \(.*\))?$"


def tidy(raw: Path) -> pa.Table:
    """Return one row per year, provider, home and delivery authority, ordered by home, then year.

    Works on each distinct text once, on dictionaries: the file has a million rows and few names.
    """
    texts = ["year", "provider_name", "learner_home_lad", "delivery_lad"]
    source = pq.read_table(raw / "dfe" / "lad_map_data_0.parquet", read_dictionary=texts)
    year = _parts(source["year"], _YEAR)
    provider = _parts(source["provider_name"], _PROVIDER)
    full_year = pc.equal(year["partial"].dictionary_decode(), "")
    as_found = pc.if_else(full_year, Status.OBSERVED.value, Status.PROVISIONAL.value)
    columns = {
        "academic_year": year["year"],
        "is_full_year": full_year,
        "provider_ukprn": provider["ukprn"],
        "provider": provider["name"],
        **_place("home", source["learner_home_lad"], raw),
        **_place("delivery", source["delivery_lad"], raw),
    }
    for measure in MEASURES:
        there = pc.is_valid(source[measure])
        columns[measure] = source[measure]
        columns[f"{measure}_status"] = pc.if_else(there, as_found, Status.NOT_AVAILABLE.value)
    keys = ("home_region_code", "home_local_authority", "academic_year", "provider_ukprn")
    order = pc.sort_indices(
        pa.table({key: columns[key].dictionary_decode() for key in keys}),
        sort_keys=[(key, "ascending", "at_end") for key in keys],
    )
    return pa.table({name: columns[name] for name in SCHEMA.names}).take(order).cast(SCHEMA)


def _parts(column: pa.ChunkedArray, pattern: str) -> dict[str, pa.DictionaryArray]:
    """Split a text column by a pattern's groups. Raises ValueError for a text that does not fit."""
    words = column.unify_dictionaries().combine_chunks()
    parts = pc.extract_regex(words.dictionary, pattern)
    if parts.null_count:
        unread = words.dictionary.filter(pc.is_null(parts))[0].as_py()
        raise ValueError(f"not written as expected: {unread!r}")
    return {
        field.name: pa.DictionaryArray.from_arrays(
            words.indices, pc.struct_field(parts, field.name)
        )
        for field in parts.type
    }


def _place(prefix: str, names: pa.ChunkedArray, raw: Path) -> dict[str, pa.DictionaryArray]:
    """Return a local authority's columns from its name. An unknown name has no code, no region."""
    known = by_name(raw)
    words = names.unify_dictionaries().combine_chunks()
    found = [known.get(name) for name in words.dictionary.to_pylist()]

    def spread(values: list[str | None]) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(words.indices, pa.array(values, pa.string()))

    return {
        f"{prefix}_local_authority_code": spread([a.code if a else None for a in found]),
        f"{prefix}_local_authority": spread(words.dictionary.to_pylist()),
        f"{prefix}_region_code": spread([a.region.code if a else None for a in found]),
        f"{prefix}_region": spread([a.region.name if a else None for a in found]),
    }
