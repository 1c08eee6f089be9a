"""`fairway demo --trust --check`: four nodes, one question, and proof that nothing was copied.

Every step has a promise; the first that is not kept ends the run. The numbers are compared with the
answer that one engine gives over all the files in one place, which no department could run.
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from fairway.client.answers import Answer
from fairway.demo import expected, load, question
from fairway.demo.check import Report, promised
from fairway.demo.stage import PURPOSE
from fairway.demo.trust import ASKER, CONSUMER, HOLDINGS, KEEPER, Trust, holder_of
from fairway.nouns.errors import FairwayError

QUICK = (
    "SELECT region_code, sum(payrolled_employees) AS employees"
    " FROM hmrc.payrolled_employees WHERE industry_code = 'ALL' GROUP BY region_code"
)
"""A query over one department's product."""

SECONDS_TO_STOP = 1.0
"""How long a suspension may take until the source serves nothing."""


@dataclass
class TrustCheck:
    """One run: the trust, and what was learned on the way."""

    trust: Trust
    query: str = ""
    rows: list[dict[str, object]] = field(default_factory=list)
    files: dict[str, set[str]] = field(default_factory=dict)

    def check_peers(self) -> str:
        for here, on in self.trust.stages.items():
            for there in HOLDINGS:
                if there != here:
                    found = on.as_(KEEPER).check_peer(there)
                    promised(not found.trouble, f"{here} and {there} know each other")
        return f"{len(HOLDINGS) * (len(HOLDINGS) - 1)} ways, both ends know the other's key"

    def refuse_before(self) -> str:
        return self._refused(QUICK, "access.no_agreement")

    def agree(self) -> str:
        for product in self.trust.restricted():
            made = self.trust.agree(product)
            promised(made.state == "active", f"the agreement on {product} is active")
            if holder_of(product) != CONSUMER:
                self._same_seal(product, made)
        sealed = sum(holder_of(p) != CONSUMER for p in self.trust.agreements)
        return f"{len(self.trust.agreements)} agreements, {sealed} of them signed by two nodes"

    def _same_seal(self, product: str, here: Answer) -> None:
        holder = self.trust.stages[holder_of(product)]
        there = holder.as_("auditor").agreement(here.id)
        promised(here.seal is not None and there.seal is not None, "both nodes hold a seal")
        signed = ("hash", "text", "source_signature", "consumer_signature")
        promised(
            all(here.seal[name] and here.seal[name] == there.seal[name] for name in signed),
            "both nodes hold the same text and both signatures",
        )
        recorded = [
            on.as_("auditor").audit(action="agreement.sealed", agreement=here.id)[0].details["hash"]
            for on in (self.trust.consumer, holder)
        ]
        promised(recorded == [here.seal.hash] * 2, "both records hold the agreement's hash")

    def answer(self) -> str:
        self.files = {d: self._files(d) for d in HOLDINGS}
        result = self.trust.consumer.as_(ASKER).query(question.SQL, purpose=PURPOSE)
        self.query = result.id
        self.rows = result.to_arrow().to_pylist()
        wrong = expected.differs(self.rows, self.trust.official)
        promised(not wrong, wrong)
        promised(
            self.rows == expected.answer(self.trust.official),
            "every number is that of one engine over all the files",
        )
        return f"{len(self.rows)} regions from {len(HOLDINGS)} departments, equal to one engine's"

    def crossed(self) -> str:
        """Say what crossed: governed results, and far fewer bytes than the products have."""
        parts = self._completed(CONSUMER).details["parts"]
        asked = {part["peer"] for part in parts}
        promised(asked == set(HOLDINGS) - {CONSUMER}, "every other department worked out its part")
        crossed = sum(part["bytes"] for part in parts)
        products = {product for part in parts for product in part["products"]}
        whole = sum(
            (self.trust.official / "data" / load.path_of(p)).stat().st_size for p in products
        )
        sums = [p for p in parts if "sum(" in p["sql"]]
        promised(len(sums) >= 2, "sums are worked out where the data lies")
        return f"{crossed:,} bytes in {len(parts)} parts, of {whole:,} bytes of Parquet"

    def at_rest(self) -> str:
        """Say what lies where: each node its own rows, and no file more than before."""
        counted = []
        for department in HOLDINGS:
            data = self.trust.workspace(department) / "data"
            found = {
                str(path.relative_to(data)): pq.read_metadata(path).num_rows
                for path in data.rglob("*")
                if path.is_file()
            }
            own = {str(load.path_of(p)) for p in HOLDINGS[department]}
            promised(set(found) == own, f"{department} holds its own products and no others")
            counted.append(f"{department} {sum(found.values()):,}")
            promised(
                self._files(department) == self.files[department],
                f"the query left no file at {department}",
            )
        return f"rows at rest: {', '.join(counted)}"

    def _files(self, department: str) -> set[str]:
        workspace = self.trust.workspace(department)
        passing = ("fairway.sqlite3",)  # with the files beside it, which come and go
        return {
            str(path.relative_to(workspace))
            for path in workspace.rglob("*")
            if path.is_file() and not path.name.startswith(passing)
        }

    def ledgers(self) -> str:
        """Show that the records of both sides name the same use."""
        here = self._completed(CONSUMER)
        for department in set(HOLDINGS) - {CONSUMER}:
            there = self._completed(department)
            promised(there.query_id == here.query_id, "the same query")
            promised(there.purpose == here.purpose == PURPOSE, "the same purpose")
            promised(there.actor == f"{ASKER}@{CONSUMER}", "the same person")
            mine: dict[str, str] = {}
            for part in here.details["parts"]:
                if part["peer"] == department:
                    mine |= part["hashes"]
            promised(set(there.agreements) == set(mine), "the same agreements")
            promised(there.details["hashes"] == mine, "with the same hashes")
        return f"{here.query_id} on the records of {len(HOLDINGS)} nodes"

    def _completed(self, department: str) -> Answer:
        auditor = self.trust.stages[department].as_("auditor")
        found = auditor.audit(action="query.completed", subject=self.query)
        promised(bool(found), f"{department} has the use on its record")
        return found[0]

    def more_than_agreed(self) -> str:
        sql = "SELECT region, payrolled_employees FROM hmrc.payrolled_employees"
        return self._refused(sql, "access.column_not_granted")

    def suspend(self) -> str:
        """Suspend at the source: the consumer gets nothing more, at once, and is told."""
        agreement = self.trust.agreements["hmrc.payrolled_employees"]
        owner = self.trust.stages["hmrc"].as_("hmrc-owner")
        owner.decide(agreement, "suspend", "A check of the demo.")
        started = time.monotonic()
        self._refused(QUICK, "access.agreement_not_active")
        took = time.monotonic() - started
        told = self.trust.consumer.as_(ASKER).agreement(agreement).state
        promised(told == "suspended", "the consumer's node was told")
        try:
            self.trust.consumer.as_(KEEPER).decide(agreement, "resume")
        except FairwayError as error:
            promised(error.code == "peer.other_side_suspended", f"not as expected: {error.code}")
        else:
            promised(False, "the other side cannot lift a suspension")
        owner.decide(agreement, "resume")
        self.trust.consumer.as_(ASKER).query(QUICK, purpose=PURPOSE).to_arrow()
        return f"refused {took * 1000:.0f} ms after it; resumed by the side that suspended"

    def node_down(self) -> str:
        """Stop one node: it is named, and the others go on."""
        self.trust.running["beis"].process.terminate()
        self.trust.running["beis"].process.wait(30)
        try:
            self.trust.consumer.as_(ASKER).query(question.SQL, purpose=PURPOSE).to_arrow()
        except FairwayError as error:
            promised(
                error.code == "peer.unreachable" and "beis" in error.message,
                f"the node that is down is named, and not: {error.message}",
            )
        else:
            promised(False, "a query that needs a node that is down fails")
        self.trust.consumer.as_(ASKER).query(QUICK, purpose=PURPOSE).to_arrow()
        return "beis is named; the others answer"

    def verify(self) -> str:
        entries = 0
        for department in set(HOLDINGS) - {"beis"}:
            outcome = self.trust.stages[department].as_("auditor").verify()
            promised(outcome.intact, f"the record of {department} is intact: {outcome.reason}")
            entries += outcome.entries
        return f"{entries} entries of {len(HOLDINGS) - 1} records"

    def witnessed(self) -> str:
        """Have every node's record cosigned by the three others, twice, and look for alarms."""
        ways = 0
        for _ in range(2):
            for here, on in self.trust.stages.items():
                asked = on.as_("auditor").ask_witnesses()
                wrong = [one.fault for one in asked if one.fault]
                promised(not wrong, f"the record of {here} is cosigned: {wrong}")
        for here, on in self.trust.stages.items():
            state = on.as_("auditor").log_state()
            others = set(HOLDINGS) - {here}
            promised({w.peer for w in state.witnesses} == others, f"{here} has three witnesses")
            promised({w.peer for w in state.watched} == others, f"{here} watches three records")
            promised(not state.alarms, f"{here} has no alarm")
            ways += len(state.witnesses)
        return f"{ways} ways, each head follows from the one before, no alarm"

    def _refused(self, sql: str, code: str) -> str:
        try:
            self.trust.consumer.as_(ASKER).query(sql, purpose=PURPOSE).to_arrow()
        except FairwayError as error:
            promised(error.code == code, f"refused as {code}, and not: {error.code}")
            return f"{error.status} {error.code}"
        promised(False, "this is refused")
        return ""


STEPS: tuple[tuple[str, Callable[[TrustCheck], str]], ...] = (
    ("Know each other", TrustCheck.check_peers),
    ("Use without an agreement", TrustCheck.refuse_before),
    ("Agree and sign", TrustCheck.agree),
    ("Answer the question", TrustCheck.answer),
    ("What crossed", TrustCheck.crossed),
    ("What lies where", TrustCheck.at_rest),
    ("The same use on record", TrustCheck.ledgers),
    ("Witness each other", TrustCheck.witnessed),
    ("Use more than agreed", TrustCheck.more_than_agreed),
    ("Suspend at the source", TrustCheck.suspend),
    ("A node is down", TrustCheck.node_down),
    ("Verify the records", TrustCheck.verify),
)
"""What the trust promises, in order."""


def check(*, as_json: bool = False) -> int:
    """Run the trust in a temporary directory; return 0, or 1 when a promise was not kept."""
    report = Report(as_json=as_json)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fairway-trust-") as made, ExitStack() as opened:
        trust = Trust(Path(made))
        run = TrustCheck(trust)

        def serve() -> str:
            opened.enter_context(trust.serve({}))
            return ", ".join(f"{d} {n.address}" for d, n in trust.running.items())

        steps: list[tuple[str, Callable[[], str]]] = [
            ("Make four nodes", trust.make),
            ("Tidy the official files", lambda: trust.lay_down(lambda _: None)),
            ("Serve them", serve),
            ("People and products", trust.settle),
            ("Register and follow", trust.introduce),
            *((name, partial(act, run)) for name, act in STEPS),
        ]
        for name, act in steps:
            if not report.step(name, act):
                return 1
    if not as_json:
        print(f"The trust is as promised, in {time.monotonic() - started:.1f} s.")
    return 0
