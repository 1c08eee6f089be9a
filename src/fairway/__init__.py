"""Fairway: one governed way in to a department's data.

`import fairway` gives a user of data three things::

    node = fairway.connect("https://data.example.gov.uk", token=...)
    node.find("universal credit")
    node.query("SELECT ...", purpose="policy-analysis").to_pandas()

Everything else in this package is the node itself; see ARCHITECTURE.md for its floors.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fairway.client.node import Node

__version__ = "0.1.0"
__all__ = ["FairwayError", "__version__", "connect"]


def connect(address: str, token: str | None = None, *, surface: str = "python") -> "Node":
    """Return a connection to the node at a URL or in a workspace directory.

    `address` is `http(s)://...` or a directory made by `fairway init`. Against a directory the same
    API is called in process, so permission, ledger and limits are the same. `token` is a bearer
    token from `fairway token`; without one only what needs no sign-in answers. `surface` is what
    the record says the calls came by: `python` or `cli`.
    Raises `Unavailable` when there is no node at the address.
    """
    from fairway.client.node import Node  # deferred: `import fairway` stays light
    from fairway.client.transport import http_transport

    if address.startswith(("http://", "https://")):
        return Node(http_transport(address, token, surface))
    from fairway.api.inprocess import in_process_transport  # needs the whole node

    return Node(in_process_transport(address, token, surface))


def __getattr__(name: str) -> Any:
    if name == "FairwayError":
        from fairway.nouns.errors import FairwayError

        return FairwayError
    raise AttributeError(f"module 'fairway' has no attribute {name!r}")
