"""What can be set on a node, where its secrets lie, and what Django is told.

A workspace is a directory: `fairway.toml` holds the settings, `secrets/` the keys, `data/` the
data that the node may read.
"""

from fairway.settings.application import django_settings
from fairway.settings.connections import (
    Connection,
    Store,
    has_connections,
    read_connections,
)
from fairway.settings.databases import FILE, checked_url
from fairway.settings.node import KEYS, Key, NodeSettings, read_settings
from fairway.settings.workspace import (
    SECRETS,
    add_peer_key,
    create_workspace,
    prepare_workspace,
    read_provider_secret,
    read_secret,
    renew_peer_key,
    write_settings,
)

__all__ = [
    "FILE",
    "KEYS",
    "SECRETS",
    "Connection",
    "Key",
    "NodeSettings",
    "Store",
    "add_peer_key",
    "checked_url",
    "create_workspace",
    "django_settings",
    "has_connections",
    "prepare_workspace",
    "read_connections",
    "read_provider_secret",
    "read_secret",
    "read_settings",
    "renew_peer_key",
    "write_settings",
]
