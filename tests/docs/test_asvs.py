"""The table of the OWASP ASVS is whole, and what it points to is there."""

import importlib.util
from pathlib import Path

import pytest

from fairway.settings import KEYS

ROOT = Path(__file__).parent.parent.parent
IDS = Path(__file__).parent / "data/asvs-5.0.0.txt"


@pytest.fixture
def asvs(monkeypatch):
    """Return the module that writes the page, as the generator loads it."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    spec = importlib.util.spec_from_file_location("asvs_page", ROOT / "docs/pages/asvs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_requirement_is_there_once_with_its_level(asvs):
    lines = IDS.read_text("utf-8").splitlines()
    known = [tuple(line.split()) for line in lines if not line.startswith("#")]
    assert (len(known), sum(level == "1" for _, level in known)) == (253, 70)
    assert [(row["id"], row["level"]) for row in asvs.rows()] == known


def test_each_has_a_status_and_says_how_in_few_words(asvs):
    for row in asvs.rows():
        assert row["status"] in asvs.STATUSES, row
        assert 1 <= len(row["subject"].split()) <= 10, row
        assert row["how"].endswith("."), row
        assert all(text == text.strip() and text.isprintable() for text in row.values()), row


def test_what_is_met_has_its_evidence_and_all_evidence_is_there(asvs):
    missing = []
    for row in asvs.rows():
        evidence = row["evidence"].split()
        if row["status"] in {"met", "partly", "deployment"} and not evidence:
            missing.append((row["id"], "nothing"))
        missing += [(row["id"], one) for one in evidence if not _is_there(one)]
    assert missing == []


def _is_there(evidence: str) -> bool:
    """Say whether a test, a file of the project or a setting exists."""
    file, _, test = evidence.partition("::")
    if not test:
        return evidence in KEYS or (ROOT / evidence).is_file()
    return (ROOT / file).is_file() and f"def {test}(" in (ROOT / file).read_text("utf-8")
