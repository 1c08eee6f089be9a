"""Shares, schemas and tables: what they list, page by page, and what is not there."""

from typing import Any

from fairway.sharing.conformance.checks import promises
from fairway.sharing.conformance.server import Server, an_object, that

_NOT_THERE = "no-such-name-3f0c"


def _lists(section: str, path: Any, *members: str) -> None:
    """Promise what every list promises."""

    @promises(section, f"200 with items that have {', '.join(members)}")
    def listed(server: Server) -> None:
        body = an_object(server.well(path(server)))
        items = body.get("items", [])
        that(isinstance(items, list), "items is no list.")
        for item in items:
            for member in members:
                that(isinstance(item.get(member), str), f"An item has no {member}.")
        ids = [item["id"] for item in items if item.get("id")]
        that(len(ids) == len(set(ids)), "Two items have the same id.")

    @promises(section, "maxResults=0 gives no item")
    def none(server: Server) -> None:
        body = an_object(server.well(path(server), params={"maxResults": 0}))
        that(not body.get("items"), "There are items.")

    @promises(section, "maxResults bounds a page, and the pages together are the list")
    def paged(server: Server) -> None:
        whole = server.items(path(server))
        body = an_object(server.well(path(server), params={"maxResults": 1}))
        that(len(body.get("items", [])) <= 1, "A page of one has more than one item.")
        that(server.items(path(server), maxResults=1) == whole, "The pages are not the list.")

    @promises(section, "The next page of maxResults=0 begins at the beginning")
    def resumed(server: Server) -> None:
        whole = server.items(path(server))
        after = an_object(server.well(path(server), params={"maxResults": 0})).get("nextPageToken")
        if whole and after:
            body = an_object(server.well(path(server), params={"pageToken": after}))
            that(body.get("items") == whole[: len(body.get("items", []))], "It begins elsewhere.")

    @promises(section, "A maxResults that is negative or no number: 400")
    def bad_number(server: Server) -> None:
        for wrong in ("-1", "many", "1.5", "99999999999999999999"):
            server.refused(path(server), 400, params={"maxResults": wrong})

    @promises(section, "A page token that is made up: 400")
    def bad_page(server: Server) -> None:
        server.refused(path(server), 400, params={"pageToken": "made-up"})


_lists("List Shares", lambda _: "/shares", "name")


@promises("List Shares", "application/json; charset=utf-8")
def json_type(server: Server) -> None:
    kind = server.well("/shares").headers["content-type"].replace(" ", "").casefold()
    that(kind == "application/json;charset=utf-8", f"It is {kind}.")


@promises("Get Share", "200 with the share's name, and the id that the list has")
def get_share(server: Server) -> None:
    share = an_object(server.well(f"/shares/{server.share}")).get("share", {})
    listed = next(one for one in server.shares if one["name"] == server.share)
    that(share.get("name") == server.share, "The name is another.")
    that(share.get("id") == listed.get("id"), "The id is another.")


@promises("Get Share", "Names compare without regard to case")
def share_case(server: Server) -> None:
    for name in (server.share.upper(), server.share.lower()):
        server.well(f"/shares/{name}")


@promises("Get Share", "A share that is not there: 404 (or 403)")
def no_share(server: Server) -> None:
    server.refused(f"/shares/{_NOT_THERE}", 404, 403)


_lists("List Schemas in a Share", lambda server: f"/shares/{server.share}/schemas", "name", "share")


@promises("List Schemas in a Share", "A share that is not there: 404 (or 403)")
def no_schemas(server: Server) -> None:
    server.refused(f"/shares/{_NOT_THERE}/schemas", 404, 403)


_lists(
    "List Tables in a Schema",
    lambda server: f"/shares/{server.share}/schemas/{server.schema}/tables",
    "name",
    "schema",
    "share",
)


@promises("List Tables in a Schema", "A share or schema that is not there: 404 (or 403)")
def no_tables(server: Server) -> None:
    server.refused(f"/shares/{server.share}/schemas/{_NOT_THERE}/tables", 404, 403)
    server.refused(f"/shares/{_NOT_THERE}/schemas/{server.schema}/tables", 404, 403)


@promises("List Tables in a Schema", "Names compare without regard to case")
def table_names_case(server: Server) -> None:
    path = f"/shares/{server.share.upper()}/schemas/{server.schema.upper()}/tables"
    same = server.items(f"/shares/{server.share}/schemas/{server.schema}/tables")
    that(server.items(path) == same, "The lists differ.")


_lists(
    "List all Tables in a Share",
    lambda server: f"/shares/{server.share}/all-tables",
    "name",
    "schema",
    "share",
)


@promises("List all Tables in a Share", "They are the tables of all schemas")
def all_of_them(server: Server) -> None:
    share = f"/shares/{server.share}"
    by_schema = [
        (table["schema"], table["name"])
        for schema in server.items(f"{share}/schemas")
        for table in server.items(f"{share}/schemas/{schema['name']}/tables")
    ]
    found = [(table["schema"], table["name"]) for table in server.items(f"{share}/all-tables")]
    that(sorted(found) == sorted(by_schema), "They are others.")


@promises("List all Tables in a Share", "A share that is not there: 404 (or 403)")
def no_share_of_tables(server: Server) -> None:
    server.refused(f"/shares/{_NOT_THERE}/all-tables", 404, 403)
