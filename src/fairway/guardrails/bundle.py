"""The hub's guardrails in force: the version that was published last, signed by the node.

What is published is read again whenever the store says that another one is; every process does
so on its next decision. A version whose signature does not hold, that is past its last day, or
that is missing although one was published, permits nothing.
"""

import json
import threading
from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fairway.guardrails.cedar import CedarJudge, entities_named, packaged, unclear
from fairway.nouns.access import GuardrailFacts, Verdict
from fairway.nouns.errors import FairwayError, Unavailable
from fairway.nouns.guardrails import Example, Guardrail, GuardrailVersion
from fairway.verbs.ports import GuardrailVersions

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LABEL = b"fairway/guardrails/v1\n"
"""What begins every signed text, so that no signature of the record's key can stand for one."""


class HubGuardrails:
    """The port `Guardrails`. `seed` is the node's Ed25519 key, `today` what day it is."""

    def __init__(self, versions: GuardrailVersions, seed: bytes, today: Callable[[], date]) -> None:
        self._versions = versions
        self._seed = seed
        self._today = today
        self._loading = threading.Lock()
        self._held: tuple[str, date | None, CedarJudge] | None = None

    def __repr__(self) -> str:
        """Return a text without the key."""
        return "HubGuardrails(…)"

    @cached_property
    def _key(self) -> "Ed25519PrivateKey":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._seed)

    # -------------------------------------------------------------- in force

    def verdict(self, facts: GuardrailFacts) -> Verdict:
        """Judge by what is published; whatever is wrong with that is an objection and an alarm."""
        return self.verdicts()(facts)

    def verdicts(self) -> Callable[[GuardrailFacts], Verdict]:
        """Return `verdict` by what is published now, for all that one request asks about."""
        try:
            return self._in_force()
        except FairwayError as error:
            objection = unclear(error.message)
            return lambda _: objection

    def in_force(self) -> CedarJudge:
        """Return the judge in force. Raises `Unavailable` where nothing can be relied on."""
        return self._in_force()

    def _in_force(self) -> CedarJudge:
        stamp = self._versions.stamp()
        held = self._held
        if held is None or held[0] != stamp:
            with self._loading:
                held = self._held = self._loaded(stamp)
        _, until, judge = held
        if until is not None and self._today() > until:
            raise Unavailable(
                "guardrails.stale",
                f"The hub's guardrails were to be relied on until {until:%d/%m/%Y}.",
                remedy="A governance manager can publish them again.",
            )
        return judge

    def _loaded(self, stamp: str) -> tuple[str, date | None, CedarJudge]:
        if not stamp:
            return stamp, None, CedarJudge(packaged("hub.cedar"))
        version = self._versions.published()
        if version is None:
            raise Unavailable(
                "guardrails.missing", "The published version of the hub's guardrails is missing."
            )
        if not self.holds(version):
            raise Unavailable(
                "guardrails.bad_signature",
                f"Guardrails {version.id} do not carry the node's signature.",
                remedy="Restore the database, or publish a version again.",
            )
        return stamp, version.until, CedarJudge(version.policies)

    # -------------------------------------------------------------- versions

    def judge(self, policies: str) -> CedarJudge:
        """Return what would judge by other policies."""
        return CedarJudge(policies)

    def read(self, policies: str) -> Sequence[Guardrail]:
        """Read policies in plain English, in the order in which they are written."""
        return tuple(CedarJudge(policies).guardrails.values())

    def names(self, policies: str) -> frozenset[tuple[str, str]]:
        """Return every entity that policies name, as type and id."""
        return entities_named(CedarJudge(policies).tree)

    def current(self) -> tuple[str, tuple[Example, ...]]:
        """Return the policies in force, and their examples."""
        judge = self._in_force()
        version = self._versions.published()
        return judge.policies, examples() if version is None else version.examples

    def sign(self, version: GuardrailVersion) -> str:
        """Return the node's signature of a version that is to be published."""
        return self._key.sign(signed_bytes(version)).hex()

    def holds(self, version: GuardrailVersion) -> bool:
        """Say whether a version carries the node's signature, to the letter."""
        from cryptography.exceptions import InvalidSignature

        try:
            signature = bytes.fromhex(version.signature)
            self._key.public_key().verify(signature, signed_bytes(version))
        except (InvalidSignature, ValueError):
            return False
        return True


def signed_bytes(version: GuardrailVersion) -> bytes:
    """Return what is signed of a version: everything that counts once it is published."""
    said = {
        "id": version.id,
        "policies": version.policies,
        "examples": [[e.name, dict(e.facts), e.forbidden_by] for e in version.examples],
        "proposed_by": version.proposed_by,
        "reviewed_by": version.reviewed_by,
        "published_by": version.published_by,
        "until": version.until and version.until.isoformat(),
    }
    return LABEL + json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def examples() -> tuple[Example, ...]:
    """Return the tests of the policies that come with the code."""
    read: list[dict[str, Any]] = json.loads(packaged("hub.examples.json"))
    return tuple(Example(e["name"], e["facts"], e.get("forbidden_by", "")) for e in read)
