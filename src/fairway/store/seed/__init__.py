"""What a new node's controlled lists begin with, read from the TOML files beside this one."""

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from fairway.nouns.purposes import LegalBasis, Purpose


def purposes() -> Sequence[Purpose]:
    """Return the purposes that a new node knows."""
    return tuple(Purpose(**entry) for entry in _read("purposes.toml", "purpose"))


def legal_bases() -> Sequence[LegalBasis]:
    """Return the legal bases that a new node knows."""
    return tuple(LegalBasis(**entry) for entry in _read("legal_bases.toml", "legal_basis"))


def _read(file: str, table: str) -> Sequence[Mapping[str, Any]]:
    text = files(__package__).joinpath(file).read_text(encoding="utf-8")
    entries: Sequence[Mapping[str, Any]] = tomllib.loads(text)[table]
    return entries
