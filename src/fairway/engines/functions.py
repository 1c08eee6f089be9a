"""The allow-list: every function, operator and type that a query may name. Nothing else exists.

Left out on purpose is whatever reads files, settings, variables, sequences, the catalogue, the
session or statistics (`getenv`, `current_setting`, `stats`, ...); what raises or waits on command
(`error`, `sleep_ms`); what calls a function by a name in a text (`list_aggregate`); chance
(`random`, `uuid`), which would let a query answer differently each time; and formats that are
languages of their own (JSON, `printf`, `format`).
"""

# ruff: noqa: SIM905 - long lists of words are read in rows, not in columns

AGGREGATES = frozenset(
    """
    any_value approx_count_distinct approx_quantile arbitrary arg_max arg_max_null arg_min
    arg_min_null argmax argmin array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count
    count_if count_star countif covar_pop covar_samp entropy favg first fsum geomean geometric_mean
    group_concat histogram kahan_sum kurtosis kurtosis_pop last list listagg mad max max_by mean
    median min min_by mode product quantile quantile_cont quantile_disc regr_avgx regr_avgy
    regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy sem skewness stddev
    stddev_pop stddev_samp string_agg sum sumkahan var_pop var_samp variance wavg weighted_avg
    """.split()
)

WINDOWS = frozenset(
    """
    cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank
    rank_dense row_number
    """.split()
)

_TEXT = """
    array_to_string ascii bin bit_length char_length character_length chr concat concat_ws contains
    damerau_levenshtein editdist3 ends_with hamming hex ilike_escape instr jaccard jaro_similarity
    jaro_winkler_similarity lcase left left_grapheme length length_grapheme len levenshtein
    like_escape lower lpad ltrim md5 mismatches nfc_normalize not_ilike_escape not_like_escape
    octet_length ord overlay position prefix regexp_escape regexp_extract regexp_extract_all
    regexp_full_match regexp_matches regexp_replace regexp_split_to_array repeat replace reverse
    right right_grapheme rpad rtrim sha256 split split_part starts_with str_split str_split_regex
    string_split string_split_regex string_to_array strip_accents strlen strpos substr substring
    substring_grapheme suffix to_base64 translate trim ucase unicode upper
"""
_NUMBERS = """
    abs acos acosh add asin asinh atan atan2 atanh bit_count cbrt ceil ceiling cos cosh cot degrees
    divide even exp factorial fdiv floor fmod gamma gcd greatest greatest_common_divisor isfinite
    isinf isnan lcm least least_common_multiple lgamma ln log log10 log2 mod multiply nextafter pi
    pow power radians round round_even roundbankers sign signbit sin sinh sqrt subtract tan tanh
    trunc xor
"""
_TIMES = """
    age century date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc
    day dayname dayofmonth dayofweek dayofyear days_in_month decade epoch epoch_ms epoch_us era
    get_current_timestamp hour isodow isoyear julian last_day make_date make_time make_timestamp
    microsecond millennium millisecond minute month monthname now quarter second strftime strptime
    time_bucket timezone to_centuries to_days to_decades to_hours to_microseconds to_millennia
    to_milliseconds to_minutes to_months to_quarters to_seconds to_timestamp to_weeks to_years today
    transaction_timestamp try_strptime week weekday weekofyear year yearweek
"""
_CHOICES = "coalesce if ifnull nullif typeof"
_LISTS = """
    array_append array_cat array_concat array_contains array_distinct array_extract array_has
    array_has_all array_has_any array_indexof array_intersect array_length array_position
    array_prepend array_reverse array_reverse_sort array_slice array_sort array_unique cardinality
    element_at flatten list_append list_avg list_cat list_concat list_contains list_count
    list_distinct list_element list_extract list_first list_has list_has_all list_has_any
    list_indexof list_intersect list_last list_max list_median list_min list_pack list_position
    list_prepend list_reverse list_reverse_sort list_slice list_sort list_sum list_unique list_value
    list_zip row struct_extract struct_pack unnest
"""

LAMBDAS = frozenset(
    """
    apply array_apply array_filter array_reduce array_transform filter list_apply list_filter
    list_reduce list_transform reduce
    """.split()
)
"""Functions that take a lambda; nowhere else may one stand."""

SCALARS = frozenset((_TEXT + _NUMBERS + _TIMES + _CHOICES + _LISTS).split()) | LAMBDAS

OPERATORS = frozenset("+ - * / // % & | << >> ~ ^ ** || ~~ !~~ ~~* !~~* ~~~ @ ! ^@ <=>".split())

TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series"})

MOST_GENERATED = 1_000_000
"""Rows that one `range` or `generate_series` may make; its bounds must be written as numbers."""

TYPES = frozenset(
    """
    bigint bool boolean bpchar char date datetime dec decimal double float float4 float8 hugeint
    int int1 int128 int16 int2 int32 int4 int64 int8 integer integral interval list long nvarchar
    numeric real short signed smallint string text time timestamp timestamptz tinyint ubigint
    uinteger usmallint utinyint varchar
    """.split()
) | {"timestamp with time zone", "timestamp without time zone", "time without time zone"}

SESSION_NAMES = frozenset(
    """
    current_catalog current_database current_query current_role current_schema current_user
    session_user system_user user
    """.split()
)
"""Names that mean a function without parentheses when no column has them."""

FUNCTIONS = AGGREGATES | WINDOWS | SCALARS
