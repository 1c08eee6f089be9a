"""A trust of four departments: four nodes, each with its own people, products, store and record.

Every node registers the others by their keys, follows their catalogues, and DfE's analyst gets the
agreements that the demo's question needs. The question is then asked at DfE's node, over products
that never leave the departments they belong to.
"""

import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fairway.client.answers import Answer
from fairway.demo import load, question, stage
from fairway.demo.cast import ADMINISTRATOR, DOMAINS, ORGANISATIONS
from fairway.demo.served import Served, make, served
from fairway.demo.stage import Stage

HOLDINGS: Mapping[str, tuple[str, ...]] = {
    "dwp": ("dwp.universal_credit_households", "dwp.jobcentres"),
    "dfe": ("dfe.apprenticeship_starts", "ons.local_authorities", "ons.acs_2019_person_sample"),
    "hmrc": ("hmrc.payrolled_employees",),
    "beis": ("beis.redundancy_notices",),
}
"""Which department's node holds which products. The look-ups of ONS lie at DfE's."""

CONSUMER = "dfe"
ASKER = "dfe-analyst"
KEEPER = "governance-manager"

_NETWORKS = '\n[peers]\nnetworks = ["127.0.0.0/8"]  # the other departments of the demo\n'


def domains_of(department: str) -> list[str]:
    """Return the domains that a department's node speaks for."""
    return list(dict.fromkeys(p.partition(".")[0] for p in HOLDINGS[department]))


def holder_of(product: str) -> str:
    """Return the department at whose node a product lies."""
    return next(d for d, products in HOLDINGS.items() if product in products)


def accounts_of(department: str) -> list[tuple[str, str, str, str | None]]:
    """Return a node's accounts: id, name, role, and the domain of the appointment."""
    return [
        *(
            (f"{d}-owner", f"Data owner, {d.upper()}", "data owner", d)
            for d in domains_of(department)
        ),
        (f"{department}-analyst", f"Analyst, {department.upper()}", "analyst", department),
        ("auditor", "Auditor", "auditor", None),
        (KEEPER, "Governance manager", "governance manager", None),
    ]


@dataclass
class Trust:
    """Four departments' nodes in one directory. `official` holds all files, for checking only."""

    directory: Path
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12), repr=False)
    stages: dict[str, Stage] = field(default_factory=dict)
    running: dict[str, Served] = field(default_factory=dict)
    agreements: dict[str, str] = field(default_factory=dict)

    @property
    def official(self) -> Path:
        """A directory that is no node, with every product's file under `data`."""
        return self.directory / "official"

    def workspace(self, department: str) -> Path:
        """Return the directory of a department's node."""
        return self.directory / department

    # ---------------------------------------------------------------- making

    def make(self) -> str:
        """Make the four nodes, which may reach each other on this machine."""
        with ThreadPoolExecutor(len(HOLDINGS)) as pool:
            list(pool.map(self._make, HOLDINGS))
        return f"{len(HOLDINGS)} nodes, each with its own store, record and keys"

    def _make(self, department: str) -> None:
        workspace = self.workspace(department)
        make(workspace, ORGANISATIONS[department], self.password)
        with (workspace / "fairway.toml").open("a", encoding="utf-8") as settings:
            settings.write(_NETWORKS)

    def lay_down(self, progress: Callable[[str], None]) -> str:
        """Tidy the official files, and give each node those of its own products and no others."""
        load.write(self.official / "data", progress)
        for department, products in HOLDINGS.items():
            for product in products:
                path = load.path_of(product)
                target = self.workspace(department) / "data" / path
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.official / "data" / path, target)
        return f"{sum(map(len, HOLDINGS.values()))} products at {len(HOLDINGS)} nodes"

    @contextmanager
    def serve(self, ports: Mapping[str, int]) -> Iterator[None]:
        """Serve the four nodes until the block ends. Port 0 takes a free one."""
        with ExitStack() as opened:
            for department in HOLDINGS:
                node = opened.enter_context(
                    served(self.workspace(department), ports.get(department, 0))
                )
                self.running[department] = node
                self.stages[department] = Stage(node.address, self.password)
                opened.callback(self.stages[department].close)
            yield

    # ---------------------------------------------------------------- people and products

    def settle(self) -> str:
        """Add each node's own domains and people, and publish its products."""
        published = [self._settle(department) for department in HOLDINGS]
        return f"{sum(published)} products published, each at its own node"

    def _settle(self, department: str) -> int:
        on = self.stages[department]
        administrator = on.as_(ADMINISTRATOR)
        for domain in domains_of(department):
            administrator.add_domain(domain, DOMAINS[domain], domain, ORGANISATIONS[domain])
        for person, name, role, domain_of in accounts_of(department):
            administrator.add_person(person, name, domain_of or department, self.password)
            administrator.appoint(person, role, domain_of, evidence="Set up for the demo.")
        for product in HOLDINGS[department]:
            owner = on.as_(stage.owner_of(product))
            contract = load.contract_of(product)
            owner.publish(contract.read_text("utf-8"), file=contract.name)
        return len(HOLDINGS[department])

    def introduce(self) -> str:
        """Have every node register every other by its public key, and follow its catalogue."""
        own = {d: on.as_(KEEPER).peers().own for d, on in self.stages.items()}
        for here, on in self.stages.items():
            for there in HOLDINGS:
                if there != here:
                    on.as_(KEEPER).add_peer(
                        there,
                        name=own[there].name,
                        address=self.running[there].address,
                        key=own[there].key,
                        domains=domains_of(there),
                    )
        followed = [
            on.as_(KEEPER).follow(there)
            for here, on in self.stages.items()
            for there in HOLDINGS
            if there != here
        ]
        return f"{sum(len(f.added) for f in followed)} products found at nodes they do not lie at"

    # ---------------------------------------------------------------- agreements and the question

    @property
    def consumer(self) -> Stage:
        """The node at which the question is asked."""
        return self.stages[CONSUMER]

    def restricted(self) -> list[str]:
        """Return the products that the question needs and that need an agreement."""
        asker = self.consumer.as_(ASKER)
        return [p for p in question.NEEDS if asker.show(p).access == "restricted"]

    def agree(self, product: str) -> Answer:
        """Have DfE's analyst ask at DfE's node, and the owner approve where the product lies."""
        asked = stage.ask(
            self.consumer,
            product,
            question.NEEDS[product],
            person=ASKER,
            necessity="To compare how the regions move apart.",
        )
        owner = self.stages[holder_of(product)].as_(stage.owner_of(product))
        owner.decide(asked.id, "approve", "As asked.")
        self.agreements[product] = asked.id
        return self.consumer.as_(ASKER).agreement(asked.id)
