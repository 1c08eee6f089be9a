"""What can be set on a node, and how its settings file is read.

`KEYS` is the whole list of settings; anything else in the file is refused with its line.
"""

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fairway.nouns.errors import BadInput, Unavailable
from fairway.nouns.queries import Limits
from fairway.nouns.rates import Rates
from fairway.nouns.signing_in import Match, SignIn
from fairway.settings.databases import FILE, checked_url

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """The settings of one node.

    `database` is empty for the SQLite file in the workspace, else a `postgresql://` address.
    `data_roots` are the directories that sources may lie in. `hosts` are the names that the web
    server answers to; `https` is true when it is reached over TLS, and makes cookies secure.
    `address` is where partners reach the node, empty when each request's own address serves.
    `spark_address` is a Spark Connect server, empty for none, `spark_server` whose it is, and
    `spark_above` how many bytes of files a query has to read to go there.
    `cache_bytes` bounds the files kept for shares, `url_seconds` how long a link to one works.
    """

    workspace: Path
    name: str
    data_roots: tuple[Path, ...]
    database: str = field(default="", repr=False)
    limits: Limits = field(default_factory=Limits)
    rates: Rates = field(default_factory=Rates)
    hosts: tuple[str, ...] = LOCAL_HOSTS
    https: bool = False
    session_hours: int = 8
    idle_minutes: int = 30
    confirm_minutes: int = 15
    sign_in: SignIn = field(default_factory=SignIn)
    provisioning_domain: str = ""
    token_days: int = 90
    address: str = ""
    cache_bytes: int = 8 * 1024**3
    url_seconds: int = 3600
    spark_address: str = field(default="", repr=False)
    spark_server: str = "spark"
    spark_above: int = 64 * 1024**3
    peer_networks: tuple[str, ...] = ()
    follow_local: bool = False

    @property
    def checkpoint(self) -> Path:
        """The file that mirrors the signed head of the ledger."""
        return self.workspace / "ledger.checkpoint"

    def shown(self) -> dict[str, Any]:
        """Return what verbs and screens may know: no address of a database, no secret."""
        return {
            "name": self.name,
            "workspace": str(self.workspace),
            "https": self.https,
            "token_days": self.token_days,
            "confirm_minutes": self.confirm_minutes,
            "address": self.address,
            "url_seconds": self.url_seconds,
            "sign_in": self.sign_in,
            "provisioning_domain": self.provisioning_domain,
        }


@dataclass(frozen=True, slots=True)
class Key:
    """A setting: the type of its value in the file, and what it means."""

    type: type
    meaning: str


KEYS: Mapping[str, Key] = {
    "name": Key(str, "What the node is called on its pages."),
    "database": Key(str, "Empty for SQLite in the workspace, or postgresql://user:secret@host/db."),
    "data.roots": Key(list, "Directories that sources may lie in, from the workspace."),
    "limits.rows": Key(int, "The most rows that one query may return."),
    "limits.bytes": Key(int, "The most bytes that one query may return."),
    "limits.memory": Key(int, "The most bytes of memory that one query may work in."),
    "limits.seconds": Key(float, "The most seconds that one query may take."),
    "rates.principal": Key(
        int, "Requests a minute that one person, partner or other node may make."
    ),
    "rates.agreement": Key(int, "Requests a minute under one agreement, whoever makes them."),
    "web.hosts": Key(list, "Names that the web server answers to."),
    "web.https": Key(bool, "True when people reach the node over https://."),
    "web.session_hours": Key(int, "Hours until somebody has to sign in again, however busy."),
    "web.idle_minutes": Key(int, "Minutes without a request until a session ends."),
    "web.confirm_minutes": Key(
        int, "Minutes after signing in until an approval, a download or a token asks who is there."
    ),
    "follow.local": Key(
        bool, "True when catalogues on this machine or a private network may be followed."
    ),
    "tokens.days": Key(int, "Days until a new token expires."),
    "spark.address": Key(str, "A Spark Connect server for what is large, as sc://host:port."),
    "spark.server": Key(str, "Whose server that is: spark, or sail."),
    "spark.above": Key(int, "Bytes of files that a query has to read to go to Spark."),
    "sharing.address": Key(str, "Where partners reach the node, such as https://data.example."),
    "sharing.cache_bytes": Key(int, "The most bytes of files that are kept for shares."),
    "sharing.url_seconds": Key(
        int, "Seconds that a link to a shared file works; Spark renews what has more than 900."
    ),
    "sign_in.issuer": Key(str, "The https:// address of the department's OpenID Connect provider."),
    "sign_in.client": Key(str, "The name by which the provider knows this node."),
    "sign_in.label": Key(str, "What people call the provider, on the sign-in page."),
    "sign_in.claim": Key(str, "The claim of the provider's answer that names people."),
    "sign_in.match": Key(
        str, "What that claim is compared with: account, user name or external id."
    ),
    "sign_in.break_glass": Key(
        list, "Accounts that a password still opens, with a second factor, beside the provider."
    ),
    "sign_in.breached": Key(
        str,
        "A list of breached passwords: sorted SHA-1 hashes, in a file from the workspace.",
    ),
    "provisioning.domain": Key(
        str, "The domain of people whom the directory places in none that is here."
    ),
    "peers.networks": Key(
        list, "Networks besides the public internet in which other nodes may lie: 10.1.0.0/16."
    ),
}
"""Every setting by its dotted name in the file."""


def read_settings(workspace: Path, *, database: str | None = None) -> NodeSettings:
    """Read the settings of the node in a directory; `database` overrides the file's.

    Raises `Unavailable` when there is no node, `BadInput` naming file, field and line.
    """
    workspace = workspace.resolve()
    try:
        text = (workspace / FILE).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise Unavailable(
            "settings.no_node",
            "There is no node in this directory.",
            remedy="Make one with `fairway init DIR`.",
            file=str(workspace),
        ) from None
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput("settings.not_toml", f"This is not TOML: {error}.", file=FILE) from None
    values = dict(_flattened(tree))
    for name, value in values.items():
        _check(name, value, text)
    settings = _settings(workspace, values, text)
    return settings if database is None else replace(settings, database=checked_url(database))


def _flattened(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in tree.items():
        if isinstance(value, dict):
            found.extend(_flattened(value, f"{prefix}{name}."))
        else:
            found.append((f"{prefix}{name}", value))
    return found


def _check(name: str, value: Any, text: str) -> None:
    key = KEYS.get(name)
    if key is None:
        raise BadInput(
            "settings.unknown_key",
            "There is no such setting.",
            remedy=_meant(name),
            file=FILE,
            field=name,
            line=_line(text, name),
        )
    wanted = (int, float) if key.type is float else (key.type,)
    if type(value) not in wanted:
        raise _bad(name, text, f"This has to be {_NAMES[key.type]}.")
    if isinstance(value, list) and not (value and all(isinstance(v, str) for v in value)):
        raise _bad(name, text, "This has to be a list of one text or more.")
    if isinstance(value, int | float) and key.type is not bool and value <= 0:
        raise _bad(name, text, "This has to be more than zero.")


def _meant(name: str) -> str:
    close = difflib.get_close_matches(name, KEYS, n=1)
    return f"Did you mean {close[0]}?" if close else f"The settings are: {', '.join(KEYS)}."


_NAMES = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
}


def _bad(name: str, text: str, message: str) -> BadInput:
    return BadInput("settings.bad_value", message, file=FILE, field=name, line=_line(text, name))


def _line(text: str, name: str) -> int | None:
    """Return the line of a dotted name, as far as plain TOML shows it."""
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = header[1].strip().replace('"', "") + "."
        elif (key := re.match(r"\s*([\w.\"-]+)\s*=", line)) and (
            table + key[1].replace('"', "") == name
        ):
            return number
    return None


def _settings(workspace: Path, values: Mapping[str, Any], text: str) -> NodeSettings:
    if not values.get("name", "").strip():
        raise _bad("name", text, "A node needs a name.")
    roots = values.get("data.roots", ["data"])
    limits = {name: values[f"limits.{name}"] for name in _LIMITS if f"limits.{name}" in values}
    rates = {name: values[f"rates.{name}"] for name in _RATES if f"rates.{name}" in values}
    given = {name: values[key] for key, name in _FIELDS.items() if key in values}
    if "hosts" in given:
        given["hosts"] = tuple(given["hosts"])
    checked_url(given.get("database", ""), line=_line(text, "database"))
    sign_in = _sign_in(values, text)
    if not re.fullmatch(r"(sc://[^\s/]+(/\S*)?)?", given.get("spark_address", "")):
        raise _bad("spark.address", text, "This has to be an address such as sc://host:15002.")
    if given.get("spark_server", "spark") not in {"spark", "sail"}:
        raise _bad("spark.server", text, "This has to be spark or sail.")
    if "peer_networks" in given:
        given["peer_networks"] = _networks(given["peer_networks"], text)
    return NodeSettings(
        workspace=workspace,
        data_roots=tuple((workspace / root).resolve() for root in roots),
        limits=Limits(**limits),
        rates=Rates(**rates),
        sign_in=sign_in,
        **given,
    )


def _sign_in(values: Mapping[str, Any], text: str) -> SignIn:
    """Return how people sign in. A provider needs its address, our name there, and TLS."""
    given = {
        name: values[key]
        for name in ("issuer", "client", "label", "claim", "match", "break_glass", "breached")
        if (key := f"sign_in.{name}") in values
    }
    if "match" in given:
        try:
            given["match"] = Match(given["match"])
        except ValueError:
            known = ", ".join(Match)
            raise _bad("sign_in.match", text, f"This has to be one of: {known}.") from None
    if "break_glass" in given:
        given["break_glass"] = tuple(given["break_glass"])
    rules = SignIn(**given)
    if bool(rules.issuer) != bool(rules.client):
        missing = "sign_in.client" if rules.issuer else "sign_in.issuer"
        raise _bad(missing, text, "A provider needs both sign_in.issuer and sign_in.client.")
    if rules.issuer and not is_safe_issuer(rules.issuer):
        raise _bad("sign_in.issuer", text, "This has to be an https:// address.")
    if not rules.claim.strip():
        raise _bad("sign_in.claim", text, "This has to name a claim.")
    return rules


def is_safe_issuer(address: str) -> bool:
    """Say whether a provider is reached over TLS, or on this machine itself."""
    parts = urlsplit(address)
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and local))


def _networks(written: list[str], text: str) -> tuple[str, ...]:
    for network in written:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            raise _bad("peers.networks", text, "This is not a list of networks.") from None
    return tuple(written)


_LIMITS = ("rows", "bytes", "memory", "seconds")
_RATES = ("principal", "agreement")
_FIELDS = {
    "name": "name",
    "database": "database",
    "web.hosts": "hosts",
    "web.https": "https",
    "web.session_hours": "session_hours",
    "web.idle_minutes": "idle_minutes",
    "web.confirm_minutes": "confirm_minutes",
    "tokens.days": "token_days",
    "spark.address": "spark_address",
    "spark.server": "spark_server",
    "spark.above": "spark_above",
    "sharing.address": "address",
    "sharing.cache_bytes": "cache_bytes",
    "sharing.url_seconds": "url_seconds",
    "provisioning.domain": "provisioning_domain",
    "peers.networks": "peer_networks",
    "follow.local": "follow_local",
}
