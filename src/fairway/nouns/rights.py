"""What a token may be limited to: a part of what its person may do."""

from enum import StrEnum


class Right(StrEnum):
    """A part of what can be done on a node. Each verb of a person belongs to exactly one."""

    READ = "read"
    QUERY = "query"
    AGREE = "agree"
    PUBLISH = "publish"
    WATCH = "watch"
    GOVERN = "govern"
    PROVISION = "provision"
    ACCOUNT = "account"


WHOLE = frozenset(Right)
"""Everything that the person may do: what a session carries, and a token that is not limited."""
