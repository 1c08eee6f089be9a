"""What benchmarks work on: the demo's files, made once a run, and nodes that serve them."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fairway.demo import load
from fairway.demo.tidy import PRODUCTS
from fairway.nouns.agreements import Move
from fairway.nouns.people import Actor, Domain, Organisation, Person, Role, Via
from fairway.verbs import agreements, people, products
from fairway.verbs.acting import SYSTEM
from fairway.verbs.asking import Asking
from fairway.verbs.ports import Platform
from fairway.wiring import close_node, create_node

OWNER = Actor("dfe-owner", Via.SYSTEM, proved=True)
ANALYST = Actor("dfe-analyst", Via.SYSTEM, proved=True)
PURPOSE = "policy-analysis"
SMALL = "dfe.apprenticeship_starts"
LARGE = "dfe.apprenticeship_starts_copied"
WHOLE = "dfe.apprenticeship_starts_copied"
"""The product of which everything is granted as it is, where that is asked for."""

JOINED = "ons.local_authorities"

SCOPE = "home_region <> 'London' AND academic_year IN ('2023/24', '2024/25', '2025/26')"
TREATED = {
    "academic_year": "keep",
    "is_full_year": "keep",
    "provider_ukprn": "pseudonym",
    "provider": "prefix:20",
    "home_local_authority_code": "keep",
    "home_region": "keep",
    "delivery_region": "keep",
    "starts": "keep",
    "enrolments": "band:10",
    "achievements": "round:5",
}
"""What the agreement of these benchmarks grants, with treatments."""


def kept_folder() -> Path:
    """Return the folder in which what was made for benchmarks is kept."""
    kept = os.environ.get("FAIRWAY_BENCH_DATA") or tempfile.gettempdir()
    return Path(kept) / f"fairway-bench-{os.getuid()}"


def demo_file(product: str) -> Path:
    """Return a product's tidy file: from the run's own directory, made when first asked for."""
    path = kept_folder() / load.path_of(product)
    if not path.exists():
        load.write_table(PRODUCTS[product](load.RAW), path)
    return path


def copied(path: Path, times: int, to: Path) -> None:
    """Write a table several times over into one file."""
    table = pq.read_table(path)
    with pq.ParquetWriter(to, table.schema, compression="zstd") as writer:
        for _ in range(times):
            writer.write_table(table, row_group_size=load.ROWS_PER_GROUP)


@contextmanager
def department(copies: int, *, whole: bool = False) -> Iterator[tuple[Platform, Path]]:
    """Open a node with the apprenticeships, and many times over, and an agreement on each."""
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as folder:
        workspace = Path(folder) / "node"
        platform = create_node(workspace, "Benchmarks")
        data = workspace / "data"
        for product in (SMALL, JOINED):
            (data / load.path_of(product)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(demo_file(product), data / load.path_of(product))
        copied(data / load.path_of(SMALL), copies, data / load.path_of(LARGE))
        try:
            _people(platform)
            for product in (SMALL, LARGE, JOINED):
                _publish(platform, product)
            for product in (SMALL, LARGE):
                _agree(platform, product, whole=whole and product == WHOLE)
            yield platform, data
        finally:
            close_node()


def _people(platform: Platform) -> None:
    for domain in ("dfe", "ons"):
        people.add_domain(
            platform, SYSTEM, Domain(domain, domain.upper(), domain), Organisation(domain, domain)
        )
    for person, role, domain in (
        ("dfe-owner", Role.DATA_OWNER, "dfe"),
        ("ons-owner", Role.DATA_OWNER, "ons"),
        ("dfe-analyst", Role.ANALYST, "dfe"),
    ):
        people.add_person(platform, SYSTEM, Person(person, person, domain), None)
        people.appoint(platform, SYSTEM, person, role, domain, since=date(2025, 1, 1), evidence="-")


def _publish(platform: Platform, product: str) -> None:
    original = SMALL if product == LARGE else product
    text = load.contract_of(original).read_text("utf-8")
    if product == LARGE:
        small, large = (name.partition(".")[2] for name in (SMALL, LARGE))
        text = re.sub(rf"\b{small}\b", large, text).replace("\nid: ", "\nid: copied-")
    owner = Actor(f"{product.partition('.')[0]}-owner", Via.SYSTEM, proved=True)
    products.publish(platform, owner, text, f"{product}.yaml")


def _agree(platform: Platform, product: str, *, whole: bool) -> None:
    listed = platform.store.products.get(product).columns if whole else ()
    asking = Asking(
        product=product,
        columns=tuple((c.name, "keep") for c in listed) or tuple(TREATED.items()),
        scope="" if whole else SCOPE,
        purpose=PURPOSE,
        legal_basis="gdpr-6-1-e",
        necessity="To measure.",
        ends=date(platform.clock.now().year + 1, 12, 31),
    )
    asked = agreements.draft(platform, ANALYST, asking)
    agreements.submit(platform, ANALYST, asked.id)
    agreements.move(platform, OWNER, asked.id, Move.APPROVE)


def rows_in(path: Path) -> int:
    """Return how many rows a Parquet file has."""
    return pq.ParquetFile(path).metadata.num_rows


def table_of(stream: bytes) -> pa.Table:
    """Return an Arrow stream as a table."""
    with pa.ipc.open_stream(stream) as reader:
        return reader.read_all()
