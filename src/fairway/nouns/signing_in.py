"""How people sign in to a node: by its own passwords, or by the department's provider."""

from dataclasses import dataclass
from enum import StrEnum


class Match(StrEnum):
    """What the provider's word for a person is compared with."""

    ACCOUNT = "account"
    USER_NAME = "user name"
    EXTERNAL_ID = "external id"


@dataclass(frozen=True, slots=True)
class SignIn:
    """The rules of a node. Without an `issuer`, every account signs in with its password.

    With one, people come by the provider; passwords open the `break_glass` accounts alone, and
    only with a second factor. `claim` is the provider's word for a person, and `match` what it is
    compared with; `label` is what people call the provider. `breached` is a file of hashes of
    breached passwords, empty for none.
    """

    issuer: str = ""
    client: str = ""
    label: str = "your department’s account"
    claim: str = "sub"
    match: Match = Match.ACCOUNT
    break_glass: tuple[str, ...] = ()
    breached: str = ""
