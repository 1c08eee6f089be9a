"""Write docs/reference/ from the code. `--check` writes nothing and fails on what is out of date.

python docs/generate.py [--check] [PAGE ...]
"""

import argparse
import contextlib
import importlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

DOCS = Path(__file__).parent
REFERENCE = DOCS / "reference"

PAGES = {
    "agreements": "pages.agreements",
    "permissions": "pages.permissions",
    "errors": "pages.errors",
    "settings": "pages.settings",
    "cli": "pages.cli",
    "api": "pages.api",
    "functions": "pages.functions",
    "search": "pages.search",
    "treatments": "pages.treatments",
    "purposes": "pages.purposes",
    "guardrails": "pages.guardrails",
    "engines": "pages.engines",
    "hostile-queries": "pages.hostile",
    "delta-sharing": "pages.delta_sharing",
    "attacks-between-nodes": "pages.attacks",
    "asvs": "pages.asvs",
}
"""Each page and the module whose `page()` gives its text."""


@contextlib.contextmanager
def a_node() -> Iterator[None]:
    """Open an empty node, for what can only be asked of one."""
    from fairway.wiring import close_node, create_node

    with tempfile.TemporaryDirectory(prefix="fairway-docs-") as folder:
        create_node(Path(folder) / "node", "Reference")
        try:
            yield
        finally:
            close_node()


def text_of(name: str) -> str:
    """Return the whole text of a page."""
    make: Callable[[], str] = importlib.import_module(PAGES[name]).page
    return f"<!-- Written by docs/generate.py (make docs). Do not edit. -->\n\n{make().strip()}\n"


def main() -> int:
    """Write or check the pages; return the exit code."""
    parser = argparse.ArgumentParser(description="Write docs/reference/ from the code.")
    parser.add_argument("names", nargs="*", metavar="PAGE", help=f"One of: {', '.join(PAGES)}.")
    parser.add_argument("--check", action="store_true", help="Only say what is out of date.")
    given = parser.parse_args()
    names = given.names or list(PAGES)
    if unknown := sorted(set(names) - set(PAGES)):
        parser.error(f"there is no page {unknown[0]}")
    sys.path.insert(0, str(DOCS))
    os.environ["NO_COLOR"] = "1"
    stale = []
    with a_node():
        for name in names:
            path = REFERENCE / f"{name}.md"
            text = text_of(name)
            if not path.exists() or path.read_text("utf-8") != text:
                stale.append(str(path.relative_to(DOCS.parent)))
                if not given.check:
                    REFERENCE.mkdir(exist_ok=True)
                    path.write_text(text, "utf-8")
    word = "out of date, run `make docs`" if given.check else "written"
    for path in stale:
        print(f"{path}: {word}")
    if not given.check and not stale:
        print("The reference is up to date.")
    return 1 if given.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
