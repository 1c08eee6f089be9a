"""Where the sharing server is mounted: include this at `delta-sharing/`."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path

from fairway.nouns.errors import NotFound
from fairway.sharing import files, listing, oauth, tables
from fairway.sharing.answers import answers_to

_ALL = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
_SHARE = "shares/<str:share>"
_FILE = "files/<str:recipient>/<str:policy>/<str:version>/<str:part>/<str:number>.parquet"
_TABLE = f"{_SHARE}/schemas/<str:schema>/tables/<str:table>"


@answers_to(*_ALL)
def nothing(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001 - Django gives it
    """Answer an address that does not exist."""
    raise NotFound("share.no_such_route", "There is nothing at this address.")


urlpatterns: list[URLPattern] = [
    path("shares", listing.list_shares),
    path(_SHARE, listing.get_share),
    path(f"{_SHARE}/schemas", listing.list_schemas),
    path(f"{_SHARE}/schemas/<str:schema>/tables", listing.list_tables),
    path(f"{_SHARE}/all-tables", listing.list_all_tables),
    path(_TABLE, tables.newest),
    path(f"{_TABLE}/version", tables.version),
    path(f"{_TABLE}/metadata", tables.metadata),
    path(f"{_TABLE}/query", tables.query),
    path(f"{_TABLE}/changes", tables.changes),
    path(f"{_TABLE}/temporary-table-credentials", tables.credentials),
    path(_FILE, files.file),
    path("oauth/token", oauth.token),
    re_path(r"^.*$", nothing),
]
