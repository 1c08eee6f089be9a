"""The server under examination, as a client with a profile reaches it."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq

from fairway.nouns.errors import BadInput, Unavailable

CAPABILITIES = "delta-sharing-capabilities"
VERSION = "delta-table-version"
SECONDS = 120.0


class Failed(AssertionError):
    """What a server answers is not what the protocol has it answer."""


class PassedOver(Exception):
    """The server does not offer what is examined, as the protocol lets it."""


def that(holds: bool, otherwise: str) -> None:
    """Raise `Failed` with a sentence where something does not hold."""
    if not holds:
        raise Failed(otherwise)


@dataclass
class Server:
    """A server with its endpoint and a profile; `http` is how bytes travel."""

    endpoint: str
    profile: Mapping[str, Any]
    http: httpx.Client
    wanted: str = ""
    _token: str = field(default="", repr=False)

    @property
    def token(self) -> str:
        """The bearer token: of the profile, or exchanged for its id and secret."""
        if not self._token:
            self._token = str(self.profile.get("bearerToken") or self.exchange()["access_token"])
        return self._token

    @property
    def oauth(self) -> bool:
        """Whether the profile has an id and a secret."""
        return "tokenEndpoint" in self.profile

    def exchange(self, secret: str = "") -> Any:
        """Return what the token endpoint answers. Raises `Failed` where that is no token."""
        answer = self.ask_for_token(secret)
        that(answer.status_code == 200, f"The token endpoint answered {answer.status_code}.")
        return answer.json()

    def ask_for_token(self, secret: str = "") -> httpx.Response:
        """Ask the token endpoint, with the profile's own secret or another."""
        client = str(self.profile["clientId"])
        return self.http.post(
            str(self.profile["tokenEndpoint"]),
            data={"grant_type": "client_credentials"},
            auth=(client, secret or str(self.profile["clientSecret"])),
        )

    # ------------------------------------------------------------------ asking

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """Send a request to the endpoint; `token` is another than the profile's, empty for none."""
        given = self.token if token is None else token
        said = {"Authorization": f"Bearer {given}"} if given else {}
        return self.http.request(
            method, f"{self.endpoint}{path}", headers={**said, **(headers or {})}, **more
        )

    def well(self, path: str, **more: Any) -> httpx.Response:
        """Ask for what has to be answered with 200."""
        answer = self.ask(path, **more)
        that(answer.status_code == 200, f"It answered {answer.status_code}, not 200.")
        return answer

    def refused(self, path: str, *statuses: int, **more: Any) -> httpx.Response:
        """Ask for what has to be refused, in the protocol's own words."""
        answer = self.ask(path, **more)
        listed = " or ".join(map(str, statuses))
        that(answer.status_code in statuses, f"It answered {answer.status_code}, not {listed}.")
        if more.get("method") != "HEAD":
            body = an_object(answer)
            named = all(isinstance(body.get(k), str) for k in ("errorCode", "message"))
            that(named, "The error has no errorCode and message.")
        return answer

    def items(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Return every item of a list, page by page."""
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {}
        for _ in range(1000):
            body = an_object(self.well(path, params={**params, **page}))
            found += body.get("items", [])
            if not body.get("nextPageToken"):
                return found
            page = {"pageToken": body["nextPageToken"]}
        raise Failed("The list has no end.")

    # ------------------------------------------------------------------ the table examined

    @cached_property
    def shares(self) -> list[dict[str, Any]]:
        """Every share that the profile opens."""
        return self.items("/shares")

    @cached_property
    def tables(self) -> list[dict[str, Any]]:
        """Every table of every share."""
        return [
            table
            for share in self.shares
            for table in self.items(f"/shares/{share['name']}/all-tables")
        ]

    @cached_property
    def table(self) -> str:
        """The path of the table that is examined: the one that is named, or the first."""
        for one in self.tables:
            name = f"{one['share']}.{one['schema']}.{one['name']}"
            if self.wanted.casefold() in {"", name.casefold()}:
                return f"/shares/{one['share']}/schemas/{one['schema']}/tables/{one['name']}"
        raise Failed("The profile opens no such table.")

    @cached_property
    def share(self) -> str:
        """The name of the share of the table that is examined."""
        return self.table.split("/")[2]

    @cached_property
    def schema(self) -> str:
        """The name of the schema of the table that is examined."""
        return self.table.split("/")[4]

    @cached_property
    def version(self) -> int:
        """The newest version of the table."""
        return a_version(self.well(f"{self.table}/version"))

    def query(self, form: str = "parquet", more: str = "", **body: Any) -> httpx.Response:
        """Read the table in a format."""
        said = {CAPABILITIES: f"responseformat={form}{more}"}
        return self.well(f"{self.table}/query", method="POST", headers=said, json=body)

    def files(self, form: str = "parquet", **body: Any) -> list[dict[str, Any]]:
        """Return the files of the table, with `url`, in either format."""
        return files_in(lines(self.query(form, **body)))

    def read(self, file: Mapping[str, Any]) -> pa.Table:
        """Follow a link, without the token, and return what is in the file."""
        answer = self.http.get(str(file["url"]))
        that(answer.status_code == 200, f"The link answered {answer.status_code}, not 200.")
        return pq.read_table(io.BytesIO(answer.content))


def reach(address: str, text: str, wanted: str, http: httpx.Client) -> Server:
    """Return a server by its endpoint and the text of a profile. Raises `BadInput`."""
    try:
        profile = json.loads(text)
        endpoint = str(address or profile["endpoint"]).rstrip("/")
        complete = "bearerToken" in profile or {"tokenEndpoint", "clientId", "clientSecret"} <= set(
            profile
        )
    except (ValueError, KeyError, TypeError):
        complete, endpoint, profile = False, "", {}
    if not complete:
        raise BadInput(
            "conformance.bad_profile",
            "The file is no profile with a bearer token or OAuth client credentials.",
            remedy="Make one with: fairway share profile AGREEMENT --out FILE.",
        )
    return Server(endpoint, profile, http, wanted)


def unreachable(endpoint: str) -> Unavailable:
    """Return the error of a server that does not answer at all."""
    return Unavailable(
        "conformance.no_server",
        f"Nothing answers at {endpoint}.",
        remedy="Check the endpoint, and that the server runs.",
    )


# ------------------------------------------------------------------ reading answers


def an_object(answer: httpx.Response) -> dict[str, Any]:
    """Return the JSON object that an answer is."""
    kind = answer.headers.get("content-type", "")
    that(kind.startswith("application/json"), f"It is of type {kind or 'none'}, not JSON.")
    try:
        body = answer.json()
    except ValueError:
        raise Failed("It is not JSON.") from None
    that(isinstance(body, dict), "It is no JSON object.")
    return dict(body)


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    """Return the objects of an answer of lines, each of which has one member."""
    kind = answer.headers.get("content-type", "")
    that(kind.startswith("application/x-ndjson"), f"It is of type {kind or 'none'}, not ndjson.")
    try:
        found = [json.loads(line) for line in answer.text.splitlines() if line.strip()]
    except ValueError:
        raise Failed("A line is not JSON.") from None
    single = all(isinstance(one, dict) and len(one) == 1 for one in found)
    that(single, "A line has not exactly one member.")
    return found


def a_version(answer: httpx.Response) -> int:
    """Return the version that an answer's header tells."""
    told = answer.headers.get(VERSION, "")
    that(told.isdigit(), f"The header Delta-Table-Version is '{told}', not a number.")
    return int(told)


def capabilities(answer: httpx.Response) -> dict[str, str]:
    """Return what an answer says that it is made of, lower case."""
    said = answer.headers.get(CAPABILITIES, "").casefold()
    return dict(part.split("=", 1) for part in said.split(";") if "=" in part)


def files_in(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the files among lines, flat: those of delta format as those of parquet format."""
    files = []
    for one in found:
        if "file" in one and "deltaSingleAction" in one["file"]:
            action = dict(one["file"]["deltaSingleAction"])
            that(len(action) == 1, "A single action is not single.")
            ((kind, body),) = action.items()
            files.append({**body, **one["file"], "url": body.get("path"), "kind": kind})
        elif "file" in one:
            files.append(one["file"])
    return files
