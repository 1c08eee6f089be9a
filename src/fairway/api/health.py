"""Whether the node is up."""

from django.http import HttpRequest
from ninja import Router, Schema

from fairway import __version__

router = Router(tags=["Health"])


class Health(Schema):
    """The node is up, and its version."""

    status: str
    version: str


@router.get("/health", auth=None, response=Health, summary="Say that the node is up")
def health(request: HttpRequest) -> Health:  # noqa: ARG001 - every route is called so
    """Say that much to anyone, and no more."""
    return Health(status="up", version=__version__)
