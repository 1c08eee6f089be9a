"""Delta Sharing: what our server keeps of the protocol, and the attacks that the tests try."""

import importlib
import json
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

from fairway.sharing.conformance import CHECKS
from fairway.sharing.conformance.checks import load
from pages.tables import table

ROOT = Path(__file__).parent.parent.parent
RESULTS = ROOT / "docs/reference/delta-sharing.json"
"""What the suite found on our server; `tests/sharing/test_conformance.py` holds it to be so."""


def page() -> str:
    load()
    found = json.loads(RESULTS.read_text("utf-8"))
    sections = list(dict.fromkeys(section for section, _, _ in CHECKS))
    counted = {
        section: Counter(
            found[promise_key(section, promise)] for s, promise, _ in CHECKS if s == section
        )
        for section in sections
    }
    outcomes = ("passed", "failed", "not offered")
    rows = [[section, *(counted[section][o] for o in outcomes)] for section in sections]
    total = [sum(counted[section][o] for section in sections) for o in outcomes]
    each = [
        [section, promise, found[promise_key(section, promise)]] for section, promise, _ in CHECKS
    ]
    attacks = _attacks()
    return f"""
# Delta Sharing

The server lies at `/delta-sharing` of a node. It speaks the protocol as of August 2026.
[Share with a partner](../how-to/share-with-a-partner.md) says how to use it, and the end of this
page what is particular.

## Conformance

`fairway conformance delta-sharing --profile FILE` holds any server against the protocol, from
outside. This is what it finds on ours, with a table that keeps its history, and a profile of
version 2:
{total[0]} passed, {total[1]} failed, {total[2]} not offered.

{table(["section of the protocol", *outcomes], rows)}

The promise that is not offered is on purpose: a file of a `cdf` line tells of each row whether it
was inserted, deleted, or is what it was before an update. Changes are served here as `add` and
`remove` lines alone, which the protocol allows as well; what a row was before would tell of rows
and values that the agreement hides.

Every promise:

{table(["section", "promise", "outcome"], each)}

## Attacks: {attacks.total()}

`tests/sharing` tries these on a served node on every run of the tests; none may show anything that
is hidden or somebody else's, answer with 5xx, or lead elsewhere.

{table(["category", "attacks"], attacks.items())}

## What is particular

- A token opens one share, named for its agreement, with one schema, the product's domain, and one
  table. A name that is not its own is 404, whoever else may have it.
- Versions are the product's own where it keeps states and its contract has `earlierVersions:
  allowed`. Otherwise a version follows another where the recipient can see a difference, and only
  the newest is read.
- Changes are the difference of what the recipient sees of a version and the one before, told as
  files of rows that came (`add`) and rows that went (`remove`). There is no `update_preimage`: it
  would tell of rows that were or are hidden.
- Hints choose among files by what is in them: `limitHint` by the number of rows where no predicate
  goes with it, `jsonPredicateHints` by the ends of whole numbers and days, and by nulls, of rows
  that the recipient may see. `predicateHints` in SQL choose nothing.
- Files are at most 128 MB. Statistics are worked out from what is in a file.
- Temporary credentials are never given: they would pass by rows and treatments.
"""


def promise_key(section: str, promise: str) -> str:
    return f"{section}: {promise}"


def _attacks() -> Counter[str]:
    sys.path.insert(0, str(ROOT))
    attacks = importlib.import_module("tests.sharing.attacks")
    link = "/delta-sharing/files/R-1/p/0/all/0.parquet?X-Amz-Expires=1&X-Amz-Signature=" + "f" * 64
    somebody = SimpleNamespace(token="T" * 43, agreement="AG-1", table="/t")
    other = SimpleNamespace(token="U" * 43, agreement="AG-2", table="/u")
    prey = attacks.Prey(
        somebody, other, link, link.replace("R-1", "R-2").replace("f", "e"), "U", link, other, link,
        "R-3", "secret", "page." + "0" * 64,
    )  # fmt: skip
    return Counter(attack.category for attack in attacks.every(prey))
