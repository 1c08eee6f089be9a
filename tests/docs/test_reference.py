"""The generated reference is up to date, and error codes are what they are said to be."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fairway.settings import SECRETS, read_settings

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    ROOT / "benchmarks/README.md",
    *(path for path in sorted(DOCS.rglob("*.md")) if "adr" not in path.parts),
]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def test_the_reference_is_up_to_date():
    run = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (run.returncode, run.stdout) == (0, ""), run.stdout + run.stderr


@pytest.fixture
def errors(monkeypatch):
    """Return the module that finds error codes, as the generator loads it."""
    monkeypatch.syspath_prepend(str(DOCS))
    spec = importlib.util.spec_from_file_location("error_codes", DOCS / "pages/errors.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "error_codes", module)
    spec.loader.exec_module(module)
    return module


def test_a_code_has_one_kind(errors):
    kinds: dict[str, set[str]] = {}
    for found in errors.found():
        kinds.setdefault(found.code, set()).add(found.kind)
    assert len(kinds) > 100
    assert {code: kind for code, kind in kinds.items() if len(kind) > 1} == {}


def test_a_code_says_area_and_problem(errors):
    odd = {f.code for f in errors.found() if not re.fullmatch(r"[a-z]+\.[a-z0-9_]+", f.code)}
    assert odd == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    broken = [
        target
        for target in LINK.findall(text)
        if "://" not in target and not (page.parent / target.partition("#")[0]).exists()
    ]
    assert broken == []


def test_the_example_of_the_settings_can_be_read(tmp_path):
    text = (DOCS / "reference/settings.md").read_text("utf-8")
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "fairway.toml").write_text(example[1])
    settings = read_settings(tmp_path)
    assert settings.limits.seconds == 120
    assert settings.https


NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
WITH_TESTS = [page for page in PAGES if NAMED_TEST.search(page.read_text("utf-8"))]


@pytest.mark.parametrize("page", WITH_TESTS, ids=lambda page: page.name)
def test_every_test_that_a_claim_names_is_there(page):
    missing = [
        f"{file}::{name}"
        for file, name in NAMED_TEST.findall(page.read_text("utf-8"))
        if not (ROOT / file).exists() or f"def {name}(" not in (ROOT / file).read_text("utf-8")
    ]
    assert missing == []


def test_the_policy_names_every_key_of_a_node():
    """Those that `fairway init` makes, and those of others that a node can be given."""
    policy = (DOCS / "explanation/keys.md").read_text("utf-8")
    settings = (ROOT / "src/fairway/settings").glob("*.py")
    said = "".join(file.read_text("utf-8") for file in settings)
    given = set(re.findall(r"\w+\.(?:key|toml)\b", said)) - {"fairway.toml"}
    known = {f"{name}.key" for name in SECRETS} | {"device.key"} | given
    assert {"django.key", "provider.key", "sources.toml"} <= known
    assert known == set(re.findall(r"^\| `(\S+)` \|", policy, re.MULTILINE))
