"""Profile files of Delta Sharing: what a partner's tool needs to read a share, as one JSON object.

Version 1 has a bearer token; version 2 has an id and a secret for OAuth 2.0 client credentials.
"""

import json
from typing import Any
from urllib.parse import urlsplit

from fairway.nouns.errors import BadInput
from fairway.nouns.shares import CredentialKind, Recipient

ENDING = "share"
"""What the names of profile files end with, by custom."""

MOUNT = "/delta-sharing"
"""Where the sharing server lies below a node's address."""


def endpoint(address: str) -> str:
    """Return the endpoint at a node's address. Raises `BadInput` for what is no address."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise BadInput(
            "share.no_address",
            "It is not known at which address partners reach the node.",
            remedy="Give the address, such as https://data.example.gov.uk, or set sharing.address.",
            field="address",
        )
    return address.rstrip("/") + MOUNT


def profile(recipient: Recipient, secret: str, address: str) -> dict[str, Any]:
    """Return the profile of a recipient; the only place where its secret is written."""
    where = endpoint(address)
    expires = recipient.expires.strftime("%Y-%m-%dT%H:%M:%SZ")
    if recipient.kind is CredentialKind.OAUTH:
        return {
            "shareCredentialsVersion": 2,
            "type": "oauth_client_credentials",
            "endpoint": where,
            "tokenEndpoint": f"{where}/oauth/token",
            "clientId": recipient.id,
            "clientSecret": secret,
            "expirationTime": expires,
        }
    return {
        "shareCredentialsVersion": 1,
        "endpoint": where,
        "bearerToken": secret,
        "expirationTime": expires,
    }


def text(made: dict[str, Any]) -> str:
    """Return a profile as its file holds it."""
    return json.dumps(made, indent=2) + "\n"
