"""The errors a user can meet, as a tree.

FairwayError
├── BadInput          exit 2   HTTP 422  what was given cannot be used; nothing was changed
│   └── Conflict      exit 2   HTTP 409  what was given clashes with what is already there
├── Refused           exit 3   HTTP 403  understood, and not allowed
│   ├── NotSignedIn   exit 3   HTTP 401  nobody is signed in, or the token is not valid
│   └── BoundExceeded exit 3   HTTP 413  stopped at a bound on rows, bytes, memory or seconds
├── NotFound          exit 4   HTTP 404  there is no such thing, or not for this person
└── Unavailable       exit 5   HTTP 503  a part that is needed does not answer; try again

Each carries a stable code, one clear sentence, and the way out.
"""

from typing import Any


class FairwayError(Exception):
    """Something a user can understand and act on.

    `code` is stable and dotted (`contract.column_missing`); `message` is one sentence; `remedy` is
    the way out; `file`, `field`, `line` and `column` say where, when there is a where.
    Messages never carry data values, secrets or paths outside what the user gave. `retry_after` is
    in how many seconds the same may work, 0 where waiting is no way out.
    """

    exit_code = 1
    status = 500
    title = "Something went wrong"
    retry_after = 0

    def __init__(
        self,
        code: str,
        message: str,
        *,
        remedy: str = "",
        file: str = "",
        field: str = "",
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.file = file
        self.field = field
        self.line = line
        self.column = column

    def __str__(self) -> str:
        """Return the sentence with its place in front and its way out behind."""
        place = ":".join(str(p) for p in (self.file, self.line, self.column) if p)
        where = ": ".join(p for p in (place, self.field) if p)
        sentence = f"{where}: {self.message}" if where else self.message
        return f"{sentence} {self.remedy}".rstrip()


class BadInput(FairwayError):
    """What was given cannot be used; nothing was changed."""

    exit_code = 2
    status = 422
    title = "There is a problem with what was given"


class Conflict(BadInput):
    """What was given clashes with what is already there; nothing was changed."""

    status = 409
    title = "This clashes with what is already there"


class Refused(FairwayError):
    """The request was understood and is not allowed."""

    exit_code = 3
    status = 403
    title = "This is not allowed"


class NotSignedIn(Refused):
    """Nobody is signed in, or the token is unknown, expired or revoked."""

    status = 401
    title = "You need to sign in"


class Unproved(FairwayError):
    """The actor may do this, and has to prove first that it is still they who act."""

    exit_code = 3
    status = 403
    title = "You need to say again who you are"


class BoundExceeded(Refused):
    """The work was stopped because it passed a bound on rows, bytes, memory or seconds."""

    status = 413
    title = "This was stopped at a limit"


class Cancelled(FairwayError):
    """The work was stopped because somebody who may said so."""

    exit_code = 3
    status = 409
    title = "This was cancelled"


class NotFound(FairwayError):
    """There is no such thing, or this person may not know of it."""

    exit_code = 4
    status = 404
    title = "Not found"


class Unavailable(FairwayError):
    """A part that is needed does not answer."""

    exit_code = 5
    status = 503
    title = "Not available now"


class Busy(Unavailable):
    """The node has as much to do as it takes on; the same may work in `retry_after` seconds."""

    status = 429
    title = "Too much is asked at once"

    def __init__(self, code: str, message: str, *, retry_after: int = 5, **more: Any) -> None:
        super().__init__(code, message, **more)
        self.retry_after = retry_after
