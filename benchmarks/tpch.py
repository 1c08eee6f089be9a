"""The 22 queries of TPC-H over governed tables, against the same queries over trusted plain views.

Four of the eight tables stand under an agreement with a row scope and treatments, the other four are
granted whole. The governed side is `verbs.queries.run`, all of it: parse, decision, guardrails,
bind, events on the record, sandbox, governed views, query. The plain side runs the same SQL in a
worker of the very same kind over views that a trusted hand wrote with the same predicates and
expressions: nothing is parsed beforehand, decided, recorded or shut in, and nothing stands between
the optimiser and the files. CPU is that of the node, its helpers and the worker, threads included.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
from governed import CpuMeter
from harness import Figure, geometric_mean, interleaved, median, quiet_database
from materials import OWNER_OF_ALL, agree, kept_folder, people_of
from tpch_queries import QUERIES, text

from fairway.engines import compile as compiled
from fairway.nouns.people import Actor, Via
from fairway.nouns.products import LogicalType
from fairway.nouns.relations import GovernedColumn
from fairway.rules import scopes
from fairway.rules.treatments import parse
from fairway.verbs import products
from fairway.verbs.ports import Platform
from fairway.wiring import close_node, create_node

DOMAIN = "tpch"
TABLES = ("lineitem", "orders", "customer", "part", "partsupp", "supplier", "nation", "region")
SCOPES = {
    "lineitem": "l_shipdate >= '1992-06-01' AND l_linenumber <= 6",
    "orders": "o_orderpriority <> '5-LOW'",
    "customer": "c_mktsegment <> 'MACHINERY'",
    "part": "p_size BETWEEN 1 AND 45",
}
TREATED = {
    "lineitem": {"l_comment": "prefix:10", "l_extendedprice": "round:10"},
    "orders": {"o_clerk": "pseudonym", "o_totalprice": "band:100"},
    "customer": {
        "c_name": "pseudonym",
        "c_acctbal": "round:10",
        "c_phone": "prefix:2",
        "c_address": "prefix:5",
    },
    "part": {"p_retailprice": "band:10", "p_comment": "prefix:5"},
}
