"""Shares: what a partner outside the node reads of one agreement, and with which credentials."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fairway.nouns.products import LogicalType


class CredentialKind(StrEnum):
    """How a partner's tool proves who it is.

    bearer: a token in every request (profile version 1). oauth: an id and a secret that are
    exchanged for short-lived tokens (profile version 2, OAuth 2.0 client credentials).
    """

    BEARER = "bearer"
    OAUTH = "oauth"


@dataclass(frozen=True, slots=True)
class Recipient:
    """The credentials of one agreement, for tools that read its share from outside.

    `id` is safe to show; of the secret only the digest is kept. An agreement has one recipient
    that is usable, at the most.
    """

    id: str
    agreement: str
    kind: CredentialKind
    digest: str
    made_by: str
    created: datetime
    expires: datetime
    revoked: datetime | None = None

    def usable(self, now: datetime) -> bool:
        """Say whether the credentials still open the share."""
        return self.revoked is None and now < self.expires


@dataclass(frozen=True, slots=True)
class SharedColumn:
    """A column as a share shows it: its name, and its type after treatment."""

    name: str
    type: LogicalType
    description: str = ""


@dataclass(frozen=True, slots=True)
class ExtractFile:
    """One file of an extract. `statistics` is JSON text about the rows in it, and no others."""

    number: int
    bytes: int
    rows: int
    digest: str
    statistics: str = ""


@dataclass(frozen=True, slots=True)
class Extract:
    """The governed rows of one agreement in one state of its product, written as files.

    `key` names agreement, terms and state; `digest` is that of what is in the files.
    """

    key: str
    digest: str
    files: tuple[ExtractFile, ...]

    @property
    def rows(self) -> int:
        """The rows of all files together."""
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        """The bytes of all files together."""
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class ShareVersion:
    """A version of a share: the extract that shows it, under which terms, since when.

    A version follows another only where the recipient can see a difference; `state` is the last
    state of the product in which it looked like this. `policy` stands for the terms.
    """

    agreement: str
    number: int
    policy: str
    state: str
    extract: str
    digest: str
    at: datetime
