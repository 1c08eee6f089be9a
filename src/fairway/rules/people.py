"""What an id and a password must be, and for whom one may be made."""

import re
from collections.abc import Iterable

from fairway.nouns.errors import BadInput, Refused

_ID = re.compile(r"[a-z][a-z0-9_.-]{0,62}")
_DOMAIN = re.compile(r"[a-z][a-z0-9_]{0,62}")
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1024
INITIAL_DAYS = 7
"""Days for which a password that the node made opens the door once, to choose one's own."""


def check_id(text: str, noun: str) -> None:
    """Raise `BadInput` unless the text can name a person or a domain.

    A domain stands in SQL as `<domain>.<table>`, so it is narrower: no dot and no hyphen.
    """
    pattern = _DOMAIN if noun == "domain" else _ID
    if not pattern.fullmatch(text):
        raise BadInput(
            f"{noun}.bad_id",
            f"'{text[:63]}' cannot name a {noun}.",
            remedy="Begin with a small letter, then use small letters, digits and underscores.",
            field="id",
        )


COMMON = (
    "password", "passw0rd", "p@ssword", "passphrase", "secret", "letmein", "welcome", "changeme",
    "qwerty", "qwertz", "azerty", "asdfgh", "zxcvbn", "1qaz2wsx", "q1w2e3r4", "1q2w3e4r",
    "iloveyou", "1234567890", "123456", "abcdef", "abc123",
    "monday", "summer", "winter", "spring", "autumn",
    "fairway", "administrator", "admin", "department", "government", "ministry", "civilservice",
    "governance", "catalogue", "analyst", "steward", "owner",
)  # fmt: skip
"""Words that everybody tries first, and those of this service: `docs/explanation/ways-in.md`."""
_REST = 8
"""Characters that a password needs besides words that are easy to guess."""
_DIFFERENT = 4
_SHORTEST_WORD = 4


def check_password(password: str, *known: str) -> None:
    """Raise `BadInput` unless a password is long enough, not absurd, and not easy to guess.

    `known` are texts that whoever attacks knows too: the names of the account, its person, domain
    and node. OWASP ASVS 5.0: 6.2.1, 6.2.9, 6.2.11. Any character may be in it (6.2.5).
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInput(
            "person.bad_password",
            f"A password has from {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
            remedy="Three random words are easy to keep in mind.",
            field="password",
        )
    if _is_guessable(password.casefold(), known):
        raise BadInput(
            "person.guessable_password",
            "This password is made of little but names and words that are tried first.",
            remedy="Three random words are easy to keep in mind.",
            field="password",
        )


def _is_guessable(password: str, known: Iterable[str]) -> bool:
    words = {*COMMON}
    for text in known:
        words |= {text.casefold(), *re.split(r"[\W_]+", text.casefold())}
    left = password
    for word in sorted(words, key=lambda w: (-len(w), w)):
        if len(word) >= _SHORTEST_WORD:
            left = left.replace(word, " ")
    rest = "".join(left.split())
    return len(set(password)) < _DIFFERENT or (left != password and len(rest) < _REST)


def check_another(person: str, by: str) -> None:
    """Raise `Refused` where somebody would make a password for themselves."""
    if person == by:
        raise Refused(
            "person.own_password",
            "Nobody gives themselves a password.",
            remedy="Change yours on the page of your account, or ask another administrator.",
        )
