"""`fairway demo --check`: the main job, start to finish, through the API of a really served node.

Every step has a promise; the first that is not kept ends the run. What is promised about values is
worked out from the raw data, without Fairway in between.
"""

import io
import json
import secrets
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fairway.demo import expected, load, question, stage
from fairway.demo.catalogues import CATALOGUES
from fairway.demo.served import make, served
from fairway.demo.stage import ASKER, PURPOSE, Stage
from fairway.demo.tidy import PRODUCTS
from fairway.nouns.errors import FairwayError, Refused

PRODUCT = "dfe.apprenticeship_starts"
OWNER = "dfe-owner"
EXTRA = "provider"
"""A column that is asked for and not granted."""
COUNT = f"SELECT count(*) AS n, sum(starts) AS starts FROM {PRODUCT} WHERE is_full_year"  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound


class Broken(Exception):
    """A step was not as promised."""


def promised(kept: bool, promise: str) -> None:
    """Raise `Broken` with the promise unless it was kept."""
    if not kept:
        raise Broken(promise)


@dataclass
class Check:
    """One run: where it works, and what it has learned on the way."""

    directory: Path
    stage: Stage
    agreement: str = ""
    query: str = ""

    # ------------------------------------------------------------------ publish, find, ask, decide

    def appoint(self) -> str:
        return stage.appoint(self.stage)

    def publish(self) -> str:
        contracts = [load.contract_of(p) for p in PRODUCTS]
        published = [stage.publish(self.stage, c).id for c in contracts]
        promised(published == list(PRODUCTS), "every contract is published")
        return f"{len(published)} products"

    def publish_wrong(self) -> str:
        text = load.contract_of(PRODUCT).read_text("utf-8")
        broken = text.replace("name: academic_year", "name: academic_jahr", 1)
        error = _refusal(lambda: self.stage.as_(OWNER).publish(broken, file="wrong.odcs.yaml"))
        promised("academic_jahr" in str(error), "a missing column is named")
        version = self.stage.as_(OWNER).show(PRODUCT).version
        promised(version in text, "nothing was half published")
        return error.code

    def find(self) -> str:
        found = self.stage.as_(ASKER).find("apprenticeship starts")
        promised(bool(found) and found[0].id == PRODUCT, f"{PRODUCT} is found first")
        shown = self.stage.as_(ASKER).show(PRODUCT)
        promised(shown.usage is None, "who uses a product is not for everyone")
        return f"{found.total} found, {found[0].id} first"

    def harvest(self) -> str:
        for catalogue in CATALOGUES:
            done = stage.harvest(self.stage, catalogue)
            promised(
                (done.total, done.added, done.problems) == (catalogue.records,) * 2 + ([],),
                f"every record of {catalogue.source} is taken over",
            )
        again = stage.harvest(self.stage, CATALOGUES[0])
        promised(again.unchanged == again.total, "what did not change is passed over")
        return f"{sum(c.records for c in CATALOGUES):,} records of {len(CATALOGUES)} sources"

    def catalogue(self) -> str:
        asker = self.stage.as_(ASKER)
        found = asker.entries(limit=100)
        here = [e for e in found if e.product]
        promised({e.id for e in here} == set(PRODUCTS), "the governed products come first")
        promised(all("here" in e.where.lower() for e in here), "they can be had here")
        others = [e for e in found if not e.product]
        promised(
            bool(others) and all(e.where.startswith("Lives elsewhere") for e in others),
            "the others say where they live",
        )
        lacking = [
            asker.entries(missing=m, source=CATALOGUES[0].source).total
            for m in ("description", "licence")
        ]
        promised(lacking == [77, 276], "records without description and licence are found")
        return f"{found.total:,} entries, {len(here)} of them here"

    def refuse_before(self) -> str:
        return self._denied(COUNT, "access.no_agreement")

    def ask(self) -> str:
        columns = [*question.NEEDS[PRODUCT], EXTRA]
        asked = stage.ask(
            self.stage, PRODUCT, columns, necessity="To compare how the regions move apart."
        )
        promised(asked.state == "submitted", "a request goes to the owner")
        self.agreement = asked.id
        return f"{asked.id}: {len(columns)} columns"

    def own_request(self) -> str:
        error = _refusal(lambda: self.stage.as_(ASKER).decide(self.agreement, "approve"))
        promised(isinstance(error, Refused), "nobody decides on their own request")
        return error.code

    def question_and_answer(self) -> str:
        owner = self.stage.as_(OWNER)
        promised(owner.inbox()[0].id == self.agreement, "the request is in the owner's inbox")
        asked = owner.decide(self.agreement, "question", "Why do you need the providers' names?")
        promised(asked.state == "in question", "the owner can ask back")
        answered = self.stage.as_(ASKER).decide(self.agreement, "answer", "We can do without.")
        promised(answered.state == "submitted", "the asker can answer")
        return "in question, then submitted"

    def approve_with_less(self) -> str:
        made = self.stage.as_(OWNER).decide(
            self.agreement, "approve", "Without providers.", columns=question.NEEDS[PRODUCT]
        )
        granted = [c.name for c in made.granted.columns]
        promised(made.state == "active", "an approval that begins today is active")
        promised(EXTRA not in granted and len(granted) == 4, "fewer columns are granted")
        return f"{made.state}, {len(granted)} columns"

    # ------------------------------------------------------------------ use in place

    def use_arrow(self) -> str:
        result = self.stage.as_(ASKER).query(COUNT, purpose=PURPOSE)
        table = result.to_arrow()
        rows, starts = (int(table[name][0].as_py()) for name in ("n", "starts"))
        promised((rows, starts) == expected.full_years(self.directory), "the raw data agrees")
        promised(result.agreements == (self.agreement,), "the agreement is named")
        self.query = result.id
        return f"{rows:,} rows counted in place, {starts:,} starts"

    def use_csv(self) -> str:
        out = io.BytesIO()
        self.stage.as_(ASKER).export(COUNT, out, purpose=PURPOSE, format="csv")
        head, line = out.getvalue().decode().split()
        numbers = tuple(int(float(n)) for n in line.split(","))
        promised(head == '"n","starts"', "the header names the columns")
        promised(numbers == expected.full_years(self.directory), "CSV says what Arrow says")
        return f"{len(out.getvalue())} bytes"

    def refuse_column(self) -> str:
        sql = f"SELECT {EXTRA}, sum(starts) FROM {PRODUCT} GROUP BY {EXTRA}"  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
        return self._denied(sql, "access.column_not_granted")

    def refuse_other_purpose(self) -> str:
        return self._denied(COUNT, "access.other_purpose", purpose="debt-recovery")

    def suspend(self) -> str:
        keeper = self.stage.as_("governance-manager")
        made = keeper.decide(self.agreement, "suspend", "A check of the demo.")
        promised(made.state == "suspended", "the hub can suspend")
        code = self._denied(COUNT, "access.agreement_not_active")
        resumed = keeper.decide(self.agreement, "resume")
        promised(resumed.state == "active", "and resume")
        self.stage.as_(ASKER).query(COUNT, purpose=PURPOSE).to_arrow()
        return f"{code}, and resumed"

    def answer(self) -> str:
        others = [p for p in stage.restricted(self.stage) if p != PRODUCT]
        for product in others:
            stage.agree(self.stage, product)
        result = self.stage.as_(ASKER).query(question.SQL, purpose=PURPOSE)
        table = result.to_arrow()
        promised(len(result.agreements) == len(others) + 1, "several agreements serve one query")
        wrong = expected.differs(table.to_pylist(), self.directory)
        promised(not wrong, wrong)
        widest = table.to_pylist()[0]
        return f"{table.num_rows} regions; widest apart: {widest['region']}"

    # ------------------------------------------------------------------ account

    def usage(self) -> str:
        usage = self.stage.as_(OWNER).usage(PRODUCT)
        mine = [u for u in usage if u.person == ASKER and u.purpose == PURPOSE]
        promised(len(mine) == 1 and mine[0].queries >= 4, "the owner sees who uses the product")
        return f"{mine[0].queries} queries by {ASKER} for {PURPOSE}"

    def audit(self) -> str:
        auditor = self.stage.as_("auditor")
        story = {e.action for e in auditor.audit(agreement=self.agreement, limit=500)}
        wanted = {f"agreement.{m}" for m in _MOVES} | {"query.granted", "query.completed"}
        promised(wanted <= story, f"on the record: {', '.join(sorted(wanted - story))}")
        denied = auditor.audit(action="query.denied", actor=ASKER, limit=500)
        promised(len(denied) >= 4, "denials are on the record")
        first = auditor.audit(subject=self.query)[-1]
        promised(first.query == COUNT and first.purpose == PURPOSE, "with query and purpose")
        refused = _refusal(lambda: self.stage.as_(ASKER).audit())
        promised(isinstance(refused, Refused), "the record is not for everyone")
        return f"{len(story)} kinds of event on {self.agreement}, {len(denied)} denials"

    def verify(self) -> str:
        outcome = self.stage.as_("auditor").verify()
        promised(outcome.intact, f"the record is intact: {outcome.reason}")
        return f"{outcome.entries} entries, head {outcome.head[:16]}"

    def _denied(self, sql: str, code: str, purpose: str = PURPOSE) -> str:
        error = _refusal(lambda: self.stage.as_(ASKER).query(sql, purpose=purpose).to_arrow())
        promised(
            isinstance(error, Refused) and error.status == 403 and error.code == code,
            f"refused as {code}, and not: {error.code}",
        )
        return f"403 {error.code}"


_MOVES = ("draft", "submit", "question", "answer", "approve", "activate", "suspend", "resume")


def _refusal(act: Callable[[], object]) -> FairwayError:
    try:
        act()
    except FairwayError as error:
        return error
    raise Broken("this is refused")


STEPS: tuple[tuple[str, Callable[[Check], str]], ...] = (
    ("Appoint", Check.appoint),
    ("Publish", Check.publish),
    ("Publish what is wrong", Check.publish_wrong),
    ("Find", Check.find),
    ("Harvest other catalogues", Check.harvest),
    ("List the catalogue", Check.catalogue),
    ("Use without an agreement", Check.refuse_before),
    ("Ask", Check.ask),
    ("Decide on one's own", Check.own_request),
    ("Question and answer", Check.question_and_answer),
    ("Approve with less", Check.approve_with_less),
    ("Use in place, Arrow", Check.use_arrow),
    ("Use in place, CSV", Check.use_csv),
    ("Use a column not agreed", Check.refuse_column),
    ("Use for another purpose", Check.refuse_other_purpose),
    ("Use after suspension", Check.suspend),
    ("Answer the question", Check.answer),
    ("See who uses it", Check.usage),
    ("Read the record", Check.audit),
    ("Verify the record", Check.verify),
)
"""The main job, in order."""


class Report:
    """A line per step: what happened, and how long it took."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self.kept = True

    def step(self, name: str, act: Callable[[], str]) -> bool:
        """Do a step and say so; False when it was not as promised."""
        started = time.monotonic()
        try:
            outcome = act()
        except (Broken, FairwayError) as error:
            self.kept = False
            outcome = f"not as promised: {error}"
        milliseconds = round((time.monotonic() - started) * 1000)
        if self._as_json:
            line = {"step": name, "ok": self.kept, "outcome": outcome, "ms": milliseconds}
            print(json.dumps(line), flush=True)
        else:
            mark = "ok " if self.kept else "NOT"
            print(f"{mark} {name:<25} {milliseconds:>6} ms  {outcome}", flush=True)
        return self.kept


def check(*, as_json: bool = False) -> int:
    """Run the main job in a temporary workspace; return 0, or 1 when a promise was not kept."""
    report = Report(as_json=as_json)
    started = time.monotonic()
    password = secrets.token_urlsafe(12)
    with tempfile.TemporaryDirectory(prefix="fairway-check-") as made:
        directory = Path(made)
        if not (
            report.step("Make a node", lambda: _made(directory, password))
            and report.step("Tidy the official files", lambda: _loaded(directory))
        ):
            return 1
        _run_served(report, directory, password)
    if report.kept and not as_json:
        print(f"The main job is as promised, in {time.monotonic() - started:.1f} s.")
    return 0 if report.kept else 1


def _run_served(report: Report, directory: Path, password: str) -> None:
    with ExitStack() as opened:
        on = Stage("", password)
        opened.callback(on.close)
        run = Check(directory, on)

        def serve() -> str:
            on.address = opened.enter_context(served(directory)).address
            return on.address

        steps: list[tuple[str, Callable[[], str]]] = [("Serve it", serve)]
        steps.extend((name, partial(act, run)) for name, act in STEPS)
        for name, act in steps:
            if not report.step(name, act):
                return


def _made(directory: Path, password: str) -> str:
    make(directory, "Fairway check", password)
    return "a node with its administrator"


def _loaded(directory: Path) -> str:
    rows: list[str] = []
    load.write(directory / "data", rows.append)
    return f"{len(rows)} products"
