"""The demo's steps, each done by the role that does it in earnest, through the node's API."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from fairway.client.answers import Answer
from fairway.client.node import Node
from fairway.client.transport import http_transport
from fairway.demo import question
from fairway.demo.cast import ACCOUNTS, ADMINISTRATOR, DOMAINS, ORGANISATIONS
from fairway.demo.catalogues import Elsewhere

PURPOSE = "policy-analysis"
LEGAL_BASIS = "gdpr-6-1-e"
HARVESTER = "governance-manager"
ASKER = "dwp-analyst"


class Stage:
    """A served node, and a signed-in connection for every role."""

    def __init__(self, address: str, password: str) -> None:
        self.address = address
        self.password = password
        self._nodes: dict[str, Node] = {}

    def as_(self, person: str) -> Node:
        """Return a connection signed in as a person; the token lives for a day."""
        if person not in self._nodes:
            door = Node(http_transport(self.address, None))
            token = door.create_token(person, self.password, label="demo", days=1)
            door.close()
            self._nodes[person] = Node(http_transport(self.address, token.secret))
        return self._nodes[person]

    def close(self) -> None:
        """Let go of every connection."""
        for node in self._nodes.values():
            node.close()


def appoint(stage: Stage) -> str:
    """Add domains and accounts, and appoint to the roles; return what was done in words."""
    administrator = stage.as_(ADMINISTRATOR)
    for domain, name in DOMAINS.items():
        administrator.add_domain(domain, name, domain, ORGANISATIONS[domain])
    for account in ACCOUNTS:
        administrator.add_person(account.id, account.name, account.domain, stage.password)
        administrator.appoint(
            account.id, account.role, account.appointed_in, evidence="Set up for the demo."
        )
    return f"{len(DOMAINS)} domains, {len(ACCOUNTS)} accounts"


def publish(stage: Stage, contract: Path) -> Answer:
    """Publish a contract as the data owner of its domain."""
    domain = contract.name.partition(".")[0]
    return stage.as_(f"{domain}-owner").publish(contract)


def harvest(stage: Stage, catalogue: Elsewhere) -> Answer:
    """Take over the records of another publisher's catalogue as the hub's governance manager."""
    return stage.as_(HARVESTER).harvest(
        catalogue.read(),
        source=catalogue.source,
        format=catalogue.format,
        organisation=catalogue.organisation,
        licence=catalogue.licence,
    )


def restricted(stage: Stage) -> list[str]:
    """Return the products that the question needs and that need an agreement."""
    asker = stage.as_(ASKER)
    return [p for p in question.NEEDS if asker.show(p).access == "restricted"]


def ask(
    stage: Stage, product: str, columns: Sequence[str], *, person: str = ASKER, necessity: str
) -> Answer:
    """Ask for columns of a product for a year."""
    return stage.as_(person).request(
        product,
        columns=columns,
        purpose=PURPOSE,
        legal_basis=LEGAL_BASIS,
        necessity=necessity,
        ends=today() + timedelta(days=365),
    )


def owner_of(product: str) -> str:
    """Return the account that owns a product of the demo."""
    return f"{product.partition('.')[0]}-owner"


def agree(stage: Stage, product: str) -> Answer:
    """Ask for what the question needs of a product, and have its owner approve."""
    asked = ask(
        stage, product, question.NEEDS[product], necessity="To compare how the regions move apart."
    )
    return stage.as_(owner_of(product)).decide(asked.id, "approve", "As asked.")


def today() -> date:
    """Return the node's today: a day in UTC."""
    return datetime.now(UTC).date()
