"""The house keeps its own rules: sizes, names, floors, reasons, and what may be committed."""

import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "src/fairway"
MODULES = [path for path in sorted(HOUSE.rglob("*.py")) if "migrations" not in path.parts]
PYPROJECT = (ROOT / "pyproject.toml").read_text("utf-8")
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))

LONGEST_FILE = 500
NAMES_THAT_SAY_NOTHING = {"base", "common", "helpers", "manager", "models", "utils"}
PAGES = HOUSE / "web/static"


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def committed_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def declared_requirements() -> list[str]:
    parsed = tomllib.loads(PYPROJECT)
    project = parsed["project"]
    lists = [parsed["build-system"]["requires"], project["dependencies"]]
    return list(chain(*lists, *project["optional-dependencies"].values()))


# ------------------------------------------------------------------ sizes and names


def test_no_module_is_longer_than_a_reader_can_hold():
    lengths = {named(path): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_every_name_says_what_is_inside():
    parts = {
        named(path): {*path.relative_to(HOUSE).with_suffix("").parts} & NAMES_THAT_SAY_NOTHING
        for path in MODULES
        if path
        != HOUSE / "store/sqlite/base.py"  # Django looks for a database's parts by this name
    }
    assert {name: found for name, found in parts.items() if found} == {}


# ------------------------------------------------------------------ floors


def test_the_three_lower_floors_load_nothing_heavy():
    """import-linter reads the source; this looks at what a fresh interpreter really holds."""
    heavy = [
        *("altair", "cedarpy", "click", "cryptography", "django", "duckdb", "httpx", "jinja2"),
        *("ninja", "numpy", "open_data_contract_standard", "pandas", "polars", "psycopg"),
        *("pyarrow", "pydantic", "pyspark", "uvicorn", "yaml"),
    ]
    floors = [
        ".".join(path.relative_to(HOUSE.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in MODULES
        if path.relative_to(HOUSE).parts[0] in ("nouns", "rules", "verbs")
    ]
    assert floors
    program = (
        f"import importlib, sys\n"
        f"for name in {floors!r}: importlib.import_module(name)\n"
        f"print(*(name for name in {heavy!r} if name in sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert run.stderr == ""
    assert run.stdout.split() == []


# ------------------------------------------------------------------ dependencies


def test_every_dependency_says_why_it_is_there():
    silent = [
        requirement
        for requirement in declared_requirements()
        if not re.search(
            rf'"{re.escape(requirement)}"[\],]+\s+# \w.{{10,}}$', PYPROJECT, re.MULTILINE
        )
    ]
    assert silent == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_holds_hashes_and_no_address(lock: Path):
    text = lock.read_text("utf-8")
    pinned = re.findall(r"^[a-z0-9][\w.-]*==\S+.*?(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert pinned
    assert [entry.split()[0] for entry in pinned if "--hash=sha256:" not in entry] == []
    assert re.findall(r"\S*(?://|\bwww\.|\.org\b|--(?:extra-)?index|--find-links)\S*", text) == []


def test_the_lock_covers_what_the_project_declares():
    declared = {re.split(r"[^\w.-]", one)[0].lower() for one in declared_requirements()}
    text = (ROOT / "requirements/dev.lock").read_text("utf-8")
    locked = set(re.findall(r"^([a-z0-9][\w.-]*)==", text, re.MULTILINE))
    assert declared - locked == {"fairway"}


def test_the_lock_of_the_web_assets_records_no_download_address():
    text = (ROOT / "frontend/package-lock.json").read_text("utf-8")
    assert '"resolved"' not in text
    assert '"integrity"' in text


# ------------------------------------------------------------------ web assets


def test_the_pages_carry_none_of_the_marks_reserved_for_gov_uk():
    style = (PAGES / "fairway.css").read_text("utf-8").lower()
    marks = ("gds transport", "crown", "crest", "logotype", "@font-face")
    assert [mark for mark in marks if mark in style] == []
    assert re.findall(r"url\((?![\"']?data:)[^)]*\)", style) == []
    names = [path.name for path in PAGES.rglob("*") if path.is_file()]
    assert [name for name in names if re.search(r"crown|crest|logotype|\.woff2?$", name)] == []


def test_web_assets_are_built_never_committed():
    frontend = ROOT / "frontend/node_modules"
    assert [
        named(path)
        for path in committed_files()
        if path.is_relative_to(PAGES) or path.is_relative_to(frontend)
    ] == []


# ------------------------------------------------------------------ what is committed

# Addresses of one machine or of one registry, and names of tools that write: none belongs to the
# project. Written in halves, so that this file does not find itself.
FOREIGN = re.compile(
    "|".join(
        [
            r"(?<![\w/.~-])/wo" + "rk/",
            r"(?<![\w/.~-])/tmp/" + "dev",
            r"(?<!\w)\.lib" + "rary/",
            r"(?<![\w-])fa" + "rm-",
            r"py" + r"pi\.org",
            r"regis" + r"try\.npm",
            r"files\.python" + "hosted",
            r"(?i:\b(?:" + "|".join(["clau" + "de", "anth" + "ropic", "chat" + "gpt"]) + r")\b)",
            r"(?i:\b(?:" + "|".join(["open" + "ai", "cop" + "ilot", "co" + "dex"]) + r")\b)",
        ]
    )
)
DATA = {".csv", ".gz", ".ico", ".ods", ".parquet", ".png", ".xlsx", ".zip"}


def test_nothing_committed_points_outside_the_project():
    found = {}
    for path in committed_files():
        if path.suffix in DATA:
            continue
        hits = {hit.group() for hit in FOREIGN.finditer(path.read_text("utf-8", "replace"))}
        if hits:
            found[named(path)] = hits
    assert found == {}
