"""Which way in is open to whom."""

from fairway.nouns.errors import Refused
from fairway.nouns.signing_in import SignIn

PROVIDER_OFF = SignIn()
"""The rules of a node on which nothing is set: its own passwords."""


def opens_by_password(rules: SignIn, person: str, *, enrolled: bool) -> Refused | None:
    """Return why a right password does not open an account, or None where it does.

    `enrolled` says whether the account has a second factor. With a provider, passwords are for
    the day on which it does not answer: OWASP ASVS 5.0, 6.3.4.
    """
    if not rules.issuer:
        return None
    if person not in rules.break_glass:
        return Refused(
            "access.by_provider",
            "This account signs in by the department's provider, not by password.",
            remedy="Choose the provider on the sign-in page.",
        )
    if not enrolled:
        return Refused(
            "access.factor_missing",
            "This account is for emergencies and needs a second factor, which it does not have.",
            remedy="Take [sign_in] out of fairway.toml, run fairway factor enrol, and put it back.",
        )
    return None
