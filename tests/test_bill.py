"""The software bill of materials holds all that a node runs on, and only what may be given on."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCKED = set(
    re.findall(
        r"^([a-z0-9][\w.-]*)(?:\[[^]]*\])?==([^\s;]+)",
        (ROOT / "requirements/dev.lock").read_text("utf-8"),
        re.MULTILINE,
    )
)
PERMISSIVE = re.compile(
    r"(MIT|MIT-0|0BSD|BSD-[23]-Clause|Apache-2\.0|ISC|PSF-2\.0|Python-2\.0|Unlicense|Zlib|CC0-1\.0)"
    r"|License :: OSI Approved :: (BSD License|Apache Software License|MIT License)"
)
NOT_PERMISSIVE = {
    "certifi": "MPL-2.0",  # a list of certificates, used unchanged
    "psycopg": "LGPL-3.0-only",  # only with the extra for PostgreSQL, used unchanged
    "psycopg-binary": "LGPL-3.0-only",
    "psycopg-pool": "LGPL-3.0-only",
}


@pytest.fixture(scope="module")
def bill(tmp_path_factory) -> dict[str, dict]:
    """The components of the bill, by name."""
    file = tmp_path_factory.mktemp("bill") / "fairway.cdx.json"
    subprocess.run([sys.executable, ROOT / "scripts/bill.py", file], check=True)
    written = json.loads(file.read_text("utf-8"))
    assert (written["bomFormat"], written["specVersion"]) == ("CycloneDX", "1.6")
    assert written["metadata"]["component"]["name"] == "fairway"
    return {canonicalize_name(each["name"]): each for each in written["components"]}


def needed(requirements: list[str]) -> set[str]:
    """Return what is needed here of a list: without extras that nobody asked for."""
    read = map(Requirement, requirements)
    return {
        canonicalize_name(one.name)
        for one in read
        if not one.marker or one.marker.evaluate({"extra": ""})
    }


@pytest.mark.slow
def test_every_locked_runtime_dependency_is_in_it(bill):
    """What is declared is in it, and with each component all that it needs, as it is locked."""
    extras = PROJECT["optional-dependencies"]
    offered = [one for name, listed in extras.items() if name != "dev" for one in listed]
    required = {name for name, each in bill.items() if each["scope"] == "required"}
    assert needed(PROJECT["dependencies"]) <= required
    assert needed(offered) <= set(bill)
    for name in bill:
        assert needed(requires(name) or []) <= (required if name in required else set(bill)), name
    assert {(name, each["version"]) for name, each in bill.items()} <= LOCKED
    assert {"pytest", "mypy", "ruff", "bandit"}.isdisjoint(bill)


@pytest.mark.slow
def test_everything_in_it_may_be_given_on(bill):
    """No GPL, AGPL or BUSL; nothing but what is named here is less than permissive."""
    strict = {name: ids for name, each in bill.items() if not may_be_given_on(ids := said(each))}
    assert set(strict) == set(NOT_PERMISSIVE) & set(bill)
    assert all(NOT_PERMISSIVE[name] in ids for name, ids in strict.items())
    required = {name for name in strict if bill[name]["scope"] == "required"}
    assert required == {"certifi"}


def said(component: dict) -> list[str]:
    """Return the licences of a component: their ids, or else what its classifiers say."""
    ids = [each.get("expression") or each["license"].get("id") for each in component["licenses"]]
    names = [each["license"].get("name") for each in component["licenses"] if "license" in each]
    # qrcode names "other" beside BSD: its text is BSD, with the MIT terms of what it is made after
    told = [one for one in names if one and "Other/Proprietary" not in one]
    return [one for one in ids if one] or told


def may_be_given_on(licences: list[str]) -> bool:
    parts = [part for one in licences for part in re.split(r" (?:OR|AND) ", one)]
    return bool(parts) and all(PERMISSIVE.fullmatch(part) for part in parts)


@pytest.mark.parametrize(
    "one", ["GPL-3.0-only", "AGPL-3.0-or-later", "BUSL-1.1", "MIT AND GPL-2.0"]
)
def test_a_licence_that_binds_is_not_taken_for_a_permissive_one(one):
    assert not may_be_given_on([one])
    assert not may_be_given_on([])
