"""A served department with a share of each kind, and partners who read them by HTTP."""

import http.client
import json
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from tests.surfaces import department

from fairway.demo.served import served

__all__ = ["department"]

CANARY = "ZQCANARY"
"""Stands in every value that no share shows."""

HISTORY = """
apiVersion: v3.2.0
kind: DataContract
id: visits-1
name: Visits
version: 1.0.0
status: active
domain: dwp
servers: [{server: node, type: local, format: delta, path: visits}]
schema:
  - name: visits
    properties:
      - {name: person, logicalType: string, classification: identifier}
      - {name: region, logicalType: string, classification: none}
      - {name: secret, logicalType: string, classification: special category}
      - {name: visits, logicalType: integer, classification: none}
      - {name: day, logicalType: date, classification: none}
team:
  members: [{username: dwp-owner, role: data owner}]
customProperties: [{property: earlierVersions, value: allowed}]
"""


def rows(count: int, region: str, secret: str = CANARY) -> pa.Table:
    from datetime import date, timedelta

    first = date(2024, 1, 1)
    return pa.table(
        {
            "person": [f"{CANARY}-{region}-{i}" for i in range(count)],
            "region": [region] * count,
            "secret": [f"{secret}-{i}" for i in range(count)],
            "visits": pa.array(range(count), pa.int64()),
            "day": [first + timedelta(days=i) for i in range(count)],
        }
    )


def write_visits(folder: Path, *, hidden: bool = True) -> None:
    """Write the table, with rows that no share shows or without them."""
    place = str(folder / "visits")
    write_deltalake(place, rows(6, "Wales"))
    write_deltalake(place, rows(4 if hidden else 0, f"{CANARY}land"), mode="append")
    write_deltalake(place, rows(2, "Wales", "other"), mode="append")
    DeltaTable(place).delete("region = 'Wales' AND visits = 3")


@dataclass
class Partner:
    """Somebody with a profile. `ask` sends any request, as raw as it has to be."""

    address: str
    agreement: str
    profile: dict
    log: list = field(default_factory=list)

    @property
    def token(self) -> str:
        return self.profile["bearerToken"]

    @property
    def table(self) -> str:
        return f"/delta-sharing/shares/{self.agreement}/schemas/dwp/tables/visits"

    def ask(self, method, target, headers=None, body=None, token=None):
        """Return status, headers and body of an answer; targets are sent as they are written."""
        given = self.token if token is None else token
        said = {"Authorization": f"Bearer {given}"} if given else {}
        place = urlsplit(self.address)
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=120)
        connection._validate_path = lambda url: None  # what a hostile client sends, we send
        try:
            sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            connection.request(method, target, body=sent, headers={**said, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            return 413, {}, b""  # the server has hung up on who still sends
        except TimeoutError:
            return 0, {}, b""
        finally:
            connection.close()

    def lines(self, target=None, body=None, headers=None, method="POST"):
        status, _, told = self.ask(method, target or f"{self.table}/query", headers, body or {})
        assert status == 200, told
        return [json.loads(line) for line in told.splitlines()]

    def links(self):
        """Return the links of the table's files, without the address in front."""
        urls = [one["file"]["url"] for one in self.lines() if "file" in one]
        return [url.removeprefix(self.address) for url in urls]


@pytest.fixture(scope="session")
def sharing(department):
    """A served node with the history, and what makes partners of it."""
    write_visits(department.workspace / "data")
    with department.node("dwp-owner") as owner:
        owner.publish(HISTORY)
    with served(department.workspace) as node:
        yield node.address


@pytest.fixture(scope="session")
def new_partner(department, sharing):
    """Makes a partner with an agreement of their own."""

    def made(**asked) -> Partner:
        given = {"region": "keep", "visits": "keep", "day": "keep", "person": "pseudonym"}
        with department.node("dfe-analyst") as asker, department.node("dwp-owner") as owner:
            agreement = asker.request(
                "dwp.visits",
                columns=given,
                scope="region = 'Wales'",
                purpose="policy-analysis",
                legal_basis="gdpr-6-1-e",
                necessity="To compare.",
                ends=ends(),
                **asked,
            )
            agreed = owner.decide(agreement.id, "approve").id
            profile = asker.make_profile(agreed, address=sharing).profile
        return Partner(sharing, agreed, dict(profile))

    return made


def ends():
    from tests.surfaces import in_days

    return in_days(90)


@pytest.fixture(scope="session")
def partner(new_partner) -> Partner:
    return new_partner()
