"""What the Spark connector sends, as requests to a served node.

The connector itself is on no registry that the tests reach. These are the requests that its code
sends, in the order of one read: metadata, files, ranges of a file, and the same files again when
their links grow old.
"""

import json
import time

import pytest

AGENT = "Delta-Sharing-Spark/1.3.3 Spark/4.2.0 QueryId-6f1d2c3b Hadoop/3.5.0"
MOST = 10_000
RENEWED_ABOVE = 15 * 60
"""Seconds that a link has to live on, or the connector takes an hour for granted."""

FILTER = {
    "op": "and",
    "children": [
        {"op": "not", "children": [{"op": "isNull", "children": [
            {"op": "column", "name": "visits", "valueType": "long"}]}]},
        {"op": "greaterThan", "children": [
            {"op": "column", "name": "visits", "valueType": "long"},
            {"op": "literal", "value": "1000", "valueType": "long"}]},
    ],
}  # fmt: skip


def said(**more):
    return {"User-Agent": AGENT, "delta-sharing-capabilities": "responseformat=parquet", **more}


def ending(**more):
    wanted = "responseformat=parquet;includeendstreamaction=true"
    return said(**{"delta-sharing-capabilities": wanted}, **more)


def body(**more):
    """Return a query as the connector writes one: what is not asked is not there, lists are."""
    return {"predicateHints": [], "maxFiles": MOST, "requestedColumns": [], **more}


def files(lines):
    return [one["file"] for one in lines if "file" in one]


def metadata(partner, query="", status=200):
    answered, headers, told = partner.ask("GET", f"{partner.table}/metadata{query}", said())
    assert answered == status, told
    return headers, [json.loads(line) for line in told.splitlines()]


def test_metadata_are_two_lines_of_now_or_of_an_earlier_version(partner):
    headers, now = metadata(partner)
    assert [next(iter(one)) for one in now] == ["protocol", "metaData"]
    assert headers["Delta-Table-Version"] == "3"
    headers, then = metadata(partner, "?version=1")
    assert headers["Delta-Table-Version"] == "1"
    assert then[1]["metaData"]["schemaString"] == now[1]["metaData"]["schemaString"]
    assert metadata(partner, "?timestamp=2199-01-01T00%3A00%3A00Z")[0]["Delta-Table-Version"] == "3"


@pytest.mark.parametrize(
    "query",
    [
        "?version=99",
        "?version=-1",
        "?timestamp=2001-01-01T00%3A00%3A00Z",
        "?timestamp=yesterday",
        "?version=1&timestamp=2199-01-01T00%3A00%3A00Z",
    ],
)
def test_metadata_of_a_version_that_is_not_there_are_refused(partner, query):
    assert metadata(partner, query, status=400)[1][0]["errorCode"] == "INVALID_PARAMETER_VALUE"


def test_a_query_ends_with_what_gives_the_same_files_again(partner):
    first = partner.lines(body=body(includeRefreshToken=True), headers=ending())
    assert [next(iter(one)) for one in first[:2]] == ["protocol", "metaData"]
    assert [next(iter(one)) for one in first[2:]] == ["file"] * (len(first) - 3) + [
        "endStreamAction"
    ]
    token = first[-1]["endStreamAction"]["refreshToken"]
    again = partner.lines(body=body(includeRefreshToken=True, refreshToken=token), headers=ending())
    assert [one["id"] for one in files(again)] == [one["id"] for one in files(first)]


def test_links_live_long_enough_to_be_renewed(partner):
    for one in files(partner.lines(body=body(), headers=ending())):
        assert one["expirationTimestamp"] / 1000 - time.time() > RENEWED_ABOVE + 60


def test_hints_of_a_filter_and_of_a_limit_are_understood(partner):
    asked = body(jsonPredicateHints=json.dumps(FILTER))
    assert files(partner.lines(body=asked, headers=ending())) == []
    assert len(files(partner.lines(body=body(limitHint=2), headers=ending()))) == 1


def test_a_file_is_read_in_ranges(partner):
    link = files(partner.lines(body=body(), headers=ending()))[0]
    url, size = link["url"].removeprefix(partner.address), link["size"]
    whole = partner.ask("GET", url, token="")[2]
    assert len(whole) == size
    for start in (size - 8, size // 2, 0):
        wanted = {"Range": f"bytes={start}-{size - 1}"}
        status, headers, told = partner.ask("GET", url, wanted, token="")
        assert (status, told) == (206, whole[start:])
        assert headers["Content-Range"] == f"bytes {start}-{size - 1}/{size}"


def test_changes_are_asked_for_by_its_own_option_too(partner):
    query = f"?readChangeFeed=true&startingVersion=0&maxFiles={MOST}"
    found = partner.lines(f"{partner.table}/changes{query}", headers=ending(), method="GET")
    kinds = {next(iter(one)) for one in found[2:-1]}
    assert kinds == {"add", "remove"}
    late = "?readChangeFeed=true&startingTimestamp=2199-01-01T00%3A00%3A00Z"
    status, _, told = partner.ask("GET", f"{partner.table}/changes{late}", ending())
    assert status == 400
    assert json.loads(told)["message"].startswith("startingTimestamp: ")


def test_who_may_not_read_any_more_is_told_why(department, new_partner):
    partner = new_partner()
    with department.node("dwp-owner") as owner:
        owner.decide(partner.agreement, "suspend", "Doubt")
    status, _, told = partner.ask("POST", f"{partner.table}/query", ending(), body())
    assert (status, json.loads(told)["errorCode"]) == (403, "PERMISSION_DENIED")
    assert "suspended" in json.loads(told)["message"]
