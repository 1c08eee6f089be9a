"""The allow-list: every kind of node that a query's tree may hold, and what may stand in each.

The parser leaves out of the tree whatever has its default value, so a key that stands in a node
means something. What a newer parser adds is refused until somebody has thought about it.
"""

# ruff: noqa: SIM905 - long lists of words are read in rows, not in columns

PLACE = frozenset({"query_location", "query_location_length"})
COMMON = PLACE | {"class", "type", "alias"}

QUERY_KEYS = {
    "SELECT_NODE": frozenset(
        "type modifiers cte_map select_list from_table where_clause group_expressions group_sets"
        " aggregate_handling having qualify".split()
    ),
    "SET_OPERATION_NODE": frozenset("type modifiers cte_map setop_type setop_all children".split()),
}
SET_OPERATIONS = frozenset({"UNION", "UNION_BY_NAME", "EXCEPT", "INTERSECT"})
MODIFIER_KEYS = {
    "ORDER_MODIFIER": frozenset({"type", "orders"}),
    "LIMIT_MODIFIER": frozenset({"type", "limit", "offset"}),
    "DISTINCT_MODIFIER": frozenset({"type", "distinct_on_targets"}),
}
JOINS = frozenset({"INNER", "LEFT", "RIGHT", "OUTER", "FULL", "SEMI", "ANTI"})
FROM_KEYS = {
    "EMPTY": COMMON,
    "BASE_TABLE": COMMON | {"schema_name", "table_name", "column_name_alias", "qualified_name"},
    "JOIN": COMMON
    | {"left", "right", "condition", "join_type", "ref_type", "using_columns", "is_implicit"},
    "SUBQUERY": COMMON | {"subquery", "column_name_alias"},
    "EXPRESSION_LIST": COMMON | {"values", "expected_names", "column_name_alias"},
    "TABLE_FUNCTION": COMMON | {"function", "column_name_alias"},
}
EXPRESSION_KEYS = {
    "CONSTANT": COMMON | {"literal", "value"},
    "COLUMN_REF": COMMON | {"column_names"},
    "FUNCTION": COMMON
    | {"function_name", "arguments", "filter", "order_bys", "distinct", "is_operator"}
    | {"qualified_name"},
    "WINDOW": COMMON
    | {"function_name", "arguments", "partitions", "orders", "start", "end", "start_expr"}
    | {"end_expr", "filter_expr", "exclude_clause", "ignore_nulls", "has_ignore_nulls"}
    | {"arg_orders", "distinct", "qualified_name"},
    "CASE": COMMON | {"case_checks", "else_expr"},
    "CAST": COMMON | {"child", "type_expr", "try_cast"},
    "COMPARISON": COMMON | {"left", "right"},
    "CONJUNCTION": COMMON | {"children"},
    "BETWEEN": COMMON | {"input", "lower", "upper"},
    "OPERATOR": COMMON | {"children"},
    "SUBQUERY": COMMON | {"subquery_type", "subquery", "child", "comparison_type"},
    "LAMBDA": COMMON | {"lhs", "expr", "syntax_type"},
    "STAR": COMMON
    | {"relation_name", "exclude_list", "replace_list", "qualified_exclude_list", "rename_list"}
    | {"columns"},
}
COMPARISONS = frozenset(
    "COMPARE_EQUAL COMPARE_NOTEQUAL COMPARE_LESSTHAN COMPARE_LESSTHANOREQUALTO COMPARE_GREATERTHAN"
    " COMPARE_GREATERTHANOREQUALTO COMPARE_DISTINCT_FROM COMPARE_NOT_DISTINCT_FROM".split()
)
EXPRESSION_TYPES = {
    "CONSTANT": frozenset({"VALUE_CONSTANT"}),
    "COLUMN_REF": frozenset({"COLUMN_REF"}),
    "FUNCTION": frozenset({"FUNCTION"}),
    "WINDOW": frozenset(
        "WINDOW_AGGREGATE WINDOW_ROW_NUMBER WINDOW_RANK WINDOW_RANK_DENSE WINDOW_PERCENT_RANK"
        " WINDOW_CUME_DIST WINDOW_NTILE WINDOW_LEAD WINDOW_LAG WINDOW_FIRST_VALUE"
        " WINDOW_LAST_VALUE WINDOW_NTH_VALUE WINDOW_FILL".split()
    ),
    "CASE": frozenset({"CASE_EXPR"}),
    "CAST": frozenset({"OPERATOR_CAST"}),
    "COMPARISON": COMPARISONS,
    "CONJUNCTION": frozenset({"CONJUNCTION_AND", "CONJUNCTION_OR"}),
    "BETWEEN": frozenset({"COMPARE_BETWEEN", "COMPARE_NOT_BETWEEN"}),
    "OPERATOR": frozenset(
        "COMPARE_IN COMPARE_NOT_IN OPERATOR_NOT OPERATOR_IS_NULL OPERATOR_IS_NOT_NULL"
        " OPERATOR_COALESCE OPERATOR_NULLIF OPERATOR_TRY ARRAY_EXTRACT ARRAY_SLICE STRUCT_EXTRACT"
        " GROUPING_FUNCTION".split()
    ),
    "SUBQUERY": frozenset({"SUBQUERY"}),
    "LAMBDA": frozenset({"LAMBDA"}),
    "STAR": frozenset({"STAR"}),
}
SYSTEM_SCHEMAS = frozenset(
    "information_schema main memory pg_catalog public pg_temp sqlite_master system temp".split()
)
NAMED = {
    "SHOW_REF": "DESCRIBE, SHOW or SUMMARIZE",
    "PIVOT": "PIVOT or UNPIVOT",
    "RECURSIVE_CTE_NODE": "WITH RECURSIVE",
    "CTE_NODE": "This WITH",
    "INSERT_QUERY_NODE": "INSERT",
    "UPDATE_QUERY_NODE": "UPDATE",
    "DELETE_QUERY_NODE": "DELETE",
    "PARAMETER": "A parameter",
    "DEFAULT": "DEFAULT",
    "COLLATE": "COLLATE",
    "POSITIONAL_REFERENCE": "A column by its position (#1)",
    "sample": "TABLESAMPLE or USING SAMPLE",
    "at_clause": "AT (a version of a table)",
    "catalog_name": "A name with a catalogue",
    "schema": "A name with a schema",
    "catalog": "A name with a catalogue",
    "limit_type": "LIMIT with a percentage",
    "expr": "COLUMNS with a pattern",
    "export_state": "EXPORT_STATE",
    "aliases": "These names",
}
