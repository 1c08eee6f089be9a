"""Access at the size of a large department: explained decisions, questions, the matrix, revocation.

85,000 people in 400 teams (a role in a domain), 3,000 products, 1,500 agreements, 20 guardrails.
The yardstick is cedarpy with policy handles parsed before and sliced per product: the guardrails
and a permit for each agreement on it, asked about the same requests, turn by turn.
"""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter, process_time, thread_time

import cedarpy
from harness import Figure, interleaved, median, percentile
from tests.builders import NOW, STATISTICS, TASK, a_product, some_terms

from fairway.formats import FORMATS
from fairway.formats import matrix as written
from fairway.guardrails.cedar import CedarJudge, packaged
from fairway.nouns.access import Effect
from fairway.nouns.agreements import Agreement, Move, State, Step
from fairway.nouns.people import Appointment, Person, Role, Team
from fairway.nouns.products import Classification, Column, DataProduct, LogicalType, Marking
from fairway.nouns.purposes import Purpose
from fairway.rules.effective import EffectiveAccess, Reading
from fairway.rules.impact import of_judges

PEOPLE, DOMAINS, PRODUCTS, AGREEMENTS = 85_000, 80, 3_000, 1_500
ROLES = (Role.DATA_OWNER, Role.DEPUTY, Role.DATA_STEWARD, Role.CUSTODIAN, Role.ANALYST)
LAST_OF = {Role.DATA_OWNER: 3, Role.DEPUTY: 7, Role.DATA_STEWARD: 27, Role.CUSTODIAN: 37}
TODAY = date(2026, 6, 1)
PURPOSES = [STATISTICS, *(Purpose(f"purpose-{n}", f"Purpose {n}", "") for n in range(7))]
CLASSES = [Classification.NONE, Classification.PERSONAL, Classification.IDENTIFIER]
MORE = "\n".join(
    f"""@id("more-{n}") @reason("Reason {n}.")
    forbid (principal, action == Action::"use", resource)
    when {{ resource.domain == "domain_{n}" && context.purpose == "purpose-{n % 7}"
            && {'principal.roles.contains("data steward")' if n % 3 else "context.kept_identifiers"}
            && !(context.legal_basis like "gdpr-9-*") }};"""
    for n in range(12)
)
GUARDRAILS = packaged("hub.cedar") + MORE  # 8 that come with the code, and 12 more


def team_of(number: int) -> Team:
    """Return a person's team: in each domain a few who own and keep data, and many analysts."""
    place = number // DOMAINS
    role = next((r for r, last in LAST_OF.items() if place <= last), Role.ANALYST)
    return Team(role, f"domain_{number % DOMAINS}")


def department(chance: random.Random) -> Reading:
    """Return the whole department: every person in one team, agreements of teams and of people."""
    teams = [Team(role, f"domain_{d}") for d in range(DOMAINS) for role in ROLES]
    people, appointments = {}, []
    for n in range(PEOPLE):
        team = team_of(n)
        leaves = TODAY + timedelta(days=n // 50 % 200) if n % 50 == 0 else None
        person = Person(f"person-{n}", f"Person {n}", team.domain, leaves=leaves)
        people[person.id] = person
        appointments.append(
            Appointment(person.id, team.role, team.domain, date(2025, 1, 1), None, "hub", "")
        )
    hub = Appointment("hub", Role.GOVERNANCE_MANAGER, None, date(2025, 1, 1), None, "hub", "")
    products = {p.id: p for p in (_product(n, chance) for n in range(PRODUCTS))}
    agreements = [
        _agreement(n, chance.choice(teams), chance.choice([*products]), chance)
        for n in range(AGREEMENTS)
    ]
    return Reading(
        day=TODAY,
        people={**people, "hub": Person("hub", "Hub", "domain_0")},
        appointments=[*appointments, hub],
        products=products,
        agreements=agreements,
        purposes={p.code: p for p in PURPOSES},
        bases={TASK.code: TASK},
    )


def _product(number: int, chance: random.Random) -> DataProduct:
    domain = number % DOMAINS
    columns = tuple(
        Column(f"column_{n}", LogicalType.STRING, "", chance.choice(CLASSES)) for n in range(12)
    )
    marking = Marking.OFFICIAL_SENSITIVE if number % 10 == 0 else Marking.OFFICIAL
    return a_product(
        domain=f"domain_{domain}",
        table=f"table_{number}",
        owner=f"person-{domain}",
        columns=columns,
        marking=marking,
    )


def _agreement(number: int, team: Team, product: str, chance: random.Random) -> Agreement:
    place = [*range(PEOPLE)][chance.randrange(PEOPLE)]
    step = Step(NOW, f"person-{place}", Move.APPROVE, State.SUBMITTED, State.APPROVED)
    terms = some_terms(*(f"column_{n}" for n in sorted(chance.sample(range(12), 6))))
    return Agreement(
        id=f"AG-{number}",
        product=product,
        asker=f"person-{place}",
        purpose=chance.choice(PURPOSES).code,
        legal_basis=TASK.code,
        necessity="To measure.",
        asked=terms,
        granted=terms,
        state=State.ACTIVE,
        created=NOW,
        history=(step,),
        team=team if number % 10 else None,
    )


Request = tuple[str, str, str]


def requests(reading: Reading, chance: random.Random, count: int) -> list[Request]:
    """Return requests: half of people whom an agreement covers, half of anybody for anything."""
    teams: dict[Team, list[str]] = {}
    for one in reading.appointments:
        if one.domain:
            teams.setdefault(Team(one.role, one.domain), []).append(one.person)
    made = []
    for n in range(count):
        agreement = chance.choice(reading.agreements)
        if n % 2:
            members = teams[agreement.team] if agreement.team else [agreement.asker]
            made.append((chance.choice(members), agreement.product, agreement.purpose))
        else:
            anyone = f"person-{chance.randrange(PEOPLE)}"
            product = chance.choice([*reading.products])
            made.append((anyone, product, chance.choice(PURPOSES).code))
    return made


class Yardstick:
    """cedarpy with a parsed policy handle for each product, over the same requests."""

    def __init__(self, reading: Reading, asked: list[Request]) -> None:
        permits: dict[str, list[str]] = {}
        for a in reading.agreements:
            who = f'Team::"{a.team}"' if a.team else f'Person::"{a.asker}"'
            permits.setdefault(a.product, []).append(
                f'permit (principal in {who}, action, resource == Product::"{a.product}")'
                f' when {{ context.purpose == "{a.purpose}" }};'
            )
        forbids = GUARDRAILS.replace(
            'permit (principal, action == Action::"use", resource);',
            "permit (principal, action, resource) when { false };",
        )
        wanted = {product for _, product, _ in asked}
        self.handles = {
            p: cedarpy.PolicySet.from_str(forbids + "\n".join(permits.get(p, ()))) for p in wanted
        }
        self.asked = [self._asked(reading, one) for one in asked]

    def _asked(self, reading: Reading, one: Request) -> tuple[dict, list, str]:
        person, product, purpose = one
        account, found = reading.people[person], reading.products[product]
        team = team_of(int(person.removeprefix("person-")))
        kinds = sorted({c.classification.value for c in found.columns})
        attributes = {"domain": account.domain, "roles": [team.role.value]}
        if account.leaves:
            attributes["leaves_in"] = (account.leaves - TODAY).days
        entities = [
            {
                "uid": {"type": "Person", "id": person},
                "attrs": attributes,
                "parents": [{"type": "Team", "id": str(team)}],
            },
            {"uid": {"type": "Team", "id": str(team)}, "attrs": {}, "parents": []},
            {
                "uid": {"type": "Product", "id": product},
                "attrs": {
                    "domain": found.domain,
                    "access": "restricted",
                    "marking": found.contract.marking.value,
                },
                "parents": [],
            },
        ]
        request = {
            "principal": {"type": "Person", "id": person},
            "action": 'Action::"use"',
            "resource": {"type": "Product", "id": product},
            "context": {
                "purpose": purpose,
                "statistical": purpose == STATISTICS.code,
                "legal_basis": TASK.code,
                "article_9": False,
                "classifications": kinds,
                "kept_identifiers": "identifier" in kinds,
                "owner_current": True,
                "managed_device": True,
                "dpo_sign_off": False,
                "onward": False,
            },
        }
        return request, entities, product

    def run(self, first: int, last: int) -> None:
        """Ask about some of the requests."""
        for request, entities, product in self.asked[first:last]:
            cedarpy.is_authorized(request, self.handles[product], entities)


def cpu(work: Callable[[], object]) -> float:
    """Return the seconds of one core that a piece of work takes: the machine has other work."""
    began = process_time()
    work()
    return process_time() - began


def measure(quick: bool) -> Iterator[Figure]:
    chance = random.Random(8)
    reading = department(chance)
    judge = CedarJudge(GUARDRAILS)
    began = process_time()
    access = EffectiveAccess(reading, judge)
    built = process_time() - began
    count = 2_000 if quick else 20_000
    asked = requests(reading, chance, count)
    yardstick = Yardstick(reading, asked[:2_000])

    def ours() -> None:
        for person, product, purpose in asked:
            access.explained(person, product, purpose, managed_device=True)

    mine, theirs = interleaved(
        lambda: cpu(ours) / count,
        lambda: cpu(lambda: yardstick.run(0, 2_000)) / 2_000,
        3 if quick else 7,
    )
    permits = sum(access.decision(*one).effect is Effect.PERMIT for one in asked)
    yield Figure(
        "access: explained decisions",
        1 / median(mine),
        "/s",
        yardstick="cedarpy with sliced handles, deciding only",
        ratio=median(theirs) / median(mine),
        target=20_000,
        at_least=True,
        note=f"time of one core; {permits / count:.0%} permits;"
        f" cedarpy {1 / median(theirs):,.0f}/s; the index is built in {built:.1f} s",
    )
    times, waits = [], []
    for person, product, purpose in asked:
        began, began_wall = thread_time(), perf_counter()
        access.explained(person, product, purpose, managed_device=True)
        times.append((thread_time() - began) * 1000)
        waits.append((perf_counter() - began_wall) * 1000)
    yield Figure(
        "access: one explained decision, p99",
        percentile(times, 0.99),
        "ms",
        target=1,
        note=f"of the core; by the clock {percentile(waits, 0.99):.2f} ms",
    )
    yield from _questions(reading, access, chance)
    yield from _whole(reading, judge)
    yield _revocation(quick)


def _questions(
    reading: Reading, access: EffectiveAccess, chance: random.Random
) -> Iterator[Figure]:
    people = chance.sample([*reading.people], 200)
    seen = [cpu(lambda p=p: list(access.of_person(p))) * 1000 for p in people]
    yield Figure("access: what one person can see, p99", percentile(seen, 0.99), "ms", target=50)
    products = chance.sample([a.product for a in reading.agreements], 200)
    who = [cpu(lambda p=p: list(access.of_product(p, "column_3"))) * 1000 for p in products]
    yield Figure("access: who can see one column, p99", percentile(who, 0.99), "ms", target=50)


def _whole(reading: Reading, judge: CedarJudge) -> Iterator[Figure]:
    def matrix() -> None:
        access = EffectiveAccess(reading, CedarJudge(GUARDRAILS))
        stream = written.stream(access.permitted(access.groups()))
        with Path(file).open("wb") as out:
            out.writelines(FORMATS["parquet"].write(stream, written.facts(TODAY)))

    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/matrix.parquet"
        taken = [cpu(matrix) for _ in range(3)]
        import pyarrow.parquet as pq

        rows = pq.read_metadata(file).num_rows
    yield Figure(
        "access: the whole matrix as Parquet",
        median(taken),
        "s",
        target=2,
        note=f"{rows:,} rows, from a reading in memory, the index built anew",
    )

    def publish() -> None:
        other = CedarJudge(GUARDRAILS.replace("<= 14", "<= 28"))
        access = EffectiveAccess(reading, judge)
        effect = of_judges(access, CedarJudge(GUARDRAILS), other)
        assert effect.lost > 0

    spent = [cpu(publish) for _ in range(3)]
    yield Figure(
        "access: validation and impact of a change of guardrails",
        median(spent),
        "s",
        target=3,
        note="from a reading in memory, the index built anew",
    )


# ------------------------------------------------------------------ revocation between processes

_WATCHER = """
import sys, time
from pathlib import Path
from fairway.nouns.access import AccessRequest
from fairway.verbs.access import decided, situation
from fairway.wiring import open_node
platform = open_node(Path(sys.argv[1]))
me, product, purpose = "dfe-analyst", "dwp.claims", "policy-analysis"
def permitted():
    products = {product: platform.store.products.get(product)}
    on = situation(platform, me, products, platform.clock.now().date())
    asked = AccessRequest(me, purpose, (product,), ())
    return decided(platform, asked, on).effect.value == "permit"
for _ in range(int(sys.argv[2])):
    while not permitted():
        time.sleep(0.001)
    print("permitted", flush=True)
    while permitted():
        pass
    print(time.time(), flush=True)
"""


def _revocation(quick: bool) -> Figure:
    """From a stop that is committed in one process to the first denial in another."""
    from tests.scene import Scene, write_data

    from fairway.nouns.stops import Stopped
    from fairway.verbs import stops
    from fairway.wiring import close_node, create_node

    rounds = 3 if quick else 15
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "node"
        scene = Scene(create_node(workspace, "Bench"))
        platform = scene.platform
        scene.people()
        write_data(workspace / "data")
        scene.publish()
        scene.clock.time = replace_now()
        days = {"starts": scene.clock.time.date(), "ends": scene.clock.time.date() + YEAR / 3}
        scene.approve(**days)
        watcher = subprocess.Popen(
            [sys.executable, "-c", _WATCHER, str(workspace), str(rounds)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert watcher.stdout is not None
        waits = []
        for _ in range(rounds):
            assert watcher.stdout.readline().strip() == "permitted"
            time.sleep(0.02)
            made = stops.make(platform, scene.manager, Stopped.PERSON, "dfe-analyst", "A test.")
            committed = time.time()
            waits.append((float(watcher.stdout.readline()) - committed) * 1000)
            stops.lift(platform, scene.manager, made.id)
        watcher.wait(30)
        close_node()
    return Figure(
        "access: a stop denies in another process",
        percentile(waits, 0.99),
        "ms",
        target=100,
        note=f"the slowest of {rounds}; SQLite",
    )


YEAR = timedelta(days=365)


def replace_now():
    """Return the real time: the other process goes by its own clock."""
    from fairway.wiring import SystemClock

    return SystemClock().now()
