"""What an id and a password must be."""

import re

from fairway.nouns.errors import BadInput

_ID = re.compile(r"[a-z][a-z0-9_.-]{0,62}")
_DOMAIN = re.compile(r"[a-z][a-z0-9_]{0,62}")
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1024


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


def check_password(password: str) -> None:
    """Raise `BadInput` unless a password is long enough (OWASP ASVS 5.0, 6.2.1) and not absurd."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInput(
            "person.bad_password",
            f"A password has from {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
            remedy="Three random words are easy to keep in mind.",
            field="password",
        )
