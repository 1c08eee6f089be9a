"""A shared table: its version, its metadata, its files; and what is never offered of it."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from fairway.nouns.errors import Refused
from fairway.sharing import actions, capabilities, requests
from fairway.sharing.answers import JSON, answers_to, lines
from fairway.verbs import shared_tables
from fairway.verbs.shared_files import Link
from fairway.verbs.shared_tables import Span
from fairway.verbs.shares import TableName
from fairway.wiring import current

VERSION = "Delta-Table-Version"


@answers_to("GET", "HEAD")
def version(request: HttpRequest, share: str, schema: str, table: str) -> HttpResponseBase:
    """Tell the newest version, or the earliest that stood at a moment or later."""
    given = requests.token(request)
    since = requests.moment(request.GET.get("startingTimestamp"), "startingTimestamp")
    read = shared_tables.show_table(current(), given, TableName(share, schema, table), since)
    return HttpResponse(headers={VERSION: str(read.version.number)}, content_type=JSON)


@answers_to("HEAD")
def newest(request: HttpRequest, share: str, schema: str, table: str) -> HttpResponseBase:
    """Tell the newest version, as clients of the first days ask for it."""
    return version(request, share=share, schema=schema, table=table)


@answers_to("GET", "HEAD")
def metadata(request: HttpRequest, share: str, schema: str, table: str) -> HttpResponseBase:
    """Tell what the table looks like, now or at an earlier version."""
    given, wanted = requests.token(request), capabilities.asked(request)
    name, as_of = TableName(share, schema, table), requests.as_of(request)
    read = shared_tables.show_table(current(), given, name, as_of=as_of)
    told = [actions.protocol(wanted), actions.metadata(read, wanted)]
    if wanted.ends:
        told.append(actions.end(read.links, read.page, read.refresh))
    return lines(told, **_headers(read.version.number, wanted, ends=wanted.ends))


@answers_to("POST")
def query(request: HttpRequest, share: str, schema: str, table: str) -> HttpResponseBase:
    """Give the files of the table, with links that work for a while."""
    given, wanted = requests.token(request), capabilities.asked(request)
    asked = requests.reading(request)
    if isinstance(asked, Span):
        return _changes(request, given, wanted, TableName(share, schema, table), asked)
    read = shared_tables.query_table(current(), given, TableName(share, schema, table), asked)
    travelled = asked.version is not None or asked.timestamp is not None
    where = requests.base(request)
    told = [
        actions.protocol(wanted),
        actions.metadata(read, wanted, versioned=travelled),
        *actions.files(read, wanted, lambda link: address(where, link), versioned=travelled),
    ]
    ends = wanted.ends or bool(read.page or read.refresh)
    if ends:
        told.append(actions.end(read.links, read.page, read.refresh))
    return lines(told, **_headers(read.version.number, wanted, ends=ends))


@answers_to("GET")
def changes(request: HttpRequest, share: str, schema: str, table: str) -> HttpResponseBase:
    """Give what came and what went with each version, as files."""
    given, wanted = requests.token(request), capabilities.asked(request)
    name, span = TableName(share, schema, table), requests.span(request)
    return _changes(request, given, wanted, name, span)


def _changes(
    request: HttpRequest,
    given: str,
    wanted: capabilities.Capabilities,
    name: TableName,
    span: Span,
) -> HttpResponseBase:
    read = shared_tables.read_changes(current(), given, name, span)
    where = requests.base(request)
    told = [
        actions.protocol(wanted, feed=True),
        actions.metadata(read.table, wanted, versioned=True, feed=True),
        *actions.changes(read, wanted, lambda link: address(where, link)),
    ]
    if wanted.ends:
        told.append(actions.end([link for change in read.changes for link in change.links]))
    return lines(told, **_headers(read.table.version.number, wanted, ends=wanted.ends))


@answers_to("POST")
def credentials(request: HttpRequest, share: str, schema: str, table: str) -> HttpResponseBase:
    """Refuse credentials for where the data lies: they would pass by rows and treatments."""
    given = requests.token(request)
    shared_tables.show_table(current(), given, TableName(share, schema, table))
    raise Refused(
        "share.no_credentials",
        "This node gives no credentials for where its data lies.",
        remedy="Read the table by its files: its access mode is url.",
    )


def address(where: str, link: Link) -> str:
    """Return the address of a file.

    The query's names are those of Amazon's presigned links: clients tell by them that a link needs
    no credentials of theirs.
    """
    signed = {
        "X-Amz-Algorithm": "HMAC-SHA256",
        "X-Amz-Expires": link.ticket.until,
        "X-Amz-Signature": link.ticket.signature,
    }
    of = link.ticket
    path = f"{of.recipient}/{of.policy}/{of.version}/{of.part}/{of.number}.parquet"
    return f"{where}/files/{path}?{urlencode(signed)}"


def _headers(number: int, wanted: capabilities.Capabilities, *, ends: bool) -> dict[str, str]:
    return {VERSION: str(number), **wanted.headers(ends=ends)}
