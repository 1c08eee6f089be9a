"""A really served demo node for the benchmarks that ask over HTTP."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from materials import demo_file

from fairway.demo import load, stage
from fairway.demo.served import make, served
from fairway.demo.stage import Stage
from fairway.demo.tidy import PRODUCTS


@contextmanager
def demo() -> Iterator[Stage]:
    """Serve a node with the demo's accounts, products and agreements."""
    password = secrets.token_urlsafe(12)
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as folder:
        workspace = Path(folder) / "node"
        make(workspace, "Benchmarks", password)
        for product in PRODUCTS:
            place = workspace / "data" / load.path_of(product)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(demo_file(product), place)
        with served(workspace) as node:
            on = Stage(node.address, password)
            try:
                stage.appoint(on)
                for product in PRODUCTS:
                    stage.publish(on, load.contract_of(product))
                for product in stage.restricted(on):
                    stage.agree(on, product)
                yield on
            finally:
                on.close()
