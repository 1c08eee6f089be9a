"""Attacks on lists and queries of a share: pages, versions, hints and bodies."""

import random
from urllib.parse import quote

from tests.sharing.prey import Attack, Prey


def pages(prey: Prey, chance: random.Random) -> list[Attack]:
    """Page and refresh tokens that were made up, changed, or are for something else."""
    out, page = [], prey.page
    body, _, seal = page.partition(".")
    odd = ["x", "0", "-1", "1", "e30", "e30." + "0" * 64, body, f"{body}.", f".{seal}", page[::-1]]
    odd += [f"{body}.{'0' * 64}", f"{body[:-1]}.{seal}", page + "0", "A" * 3000, "%00", "null"]
    odd += [f"{body}A.{seal}", '{"from":0}', "eyJmcm9tIjowfQ." + seal]
    for given in odd:
        target = f"/delta-sharing/shares?pageToken={quote(given)}"
        out.append(Attack("page token", "GET", target, allowed=(400, 401)))
        for name in ("pageToken", "refreshToken"):
            sent = {name: given, "maxFiles": 1}
            out.append(Attack("page token", "POST", f"{prey.own.table}/query", body=sent))
    for target in (
        f"/delta-sharing/shares/{prey.own.agreement}/schemas",
        f"/delta-sharing/shares/{prey.own.agreement}/all-tables",
    ):
        out.append(Attack("page token", "GET", f"{target}?pageToken={page}"))
    sent = {"refreshToken": page}
    out.append(Attack("page token", "POST", f"{prey.own.table}/query", body=sent))
    for given in ("-1", "1.5", "1e3", "0x10", "%31%00", "9" * 40, "true", "\u0661"):
        target = f"/delta-sharing/shares?maxResults={quote(given, safe='%')}"
        out.append(Attack("page token", "GET", target))
    return out


_OWN = (200, 400, 403, 404)


def versions(prey: Prey, _: random.Random) -> list[Attack]:
    """Versions and moments by which hidden rows might show."""
    out, table = [], prey.own.table
    for version in (0, 1, 2, 3, 4, 99, 2**31, 2**63 - 1, 2**63, -1, "1", 1.5, True, [0], {"a": 1}):
        sent = {"version": version}
        out.append(Attack("versions", "POST", f"{table}/query", body=sent, allowed=_OWN))
    moments = (
        "1970-01-01T00:00:00Z",
        "2999-01-01T00:00:00Z",
        "0000-00-00T00:00:00Z",
        "now",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "'; DROP TABLE x",
        "9" * 50,
    )
    for moment in moments:
        sent = {"timestamp": moment}
        out.append(Attack("versions", "POST", f"{table}/query", body=sent, allowed=_OWN))
        target = f"{table}/version?startingTimestamp={quote(moment)}"
        out.append(Attack("versions", "GET", target, allowed=_OWN))
    for span in (
        "startingVersion=0",
        "startingVersion=1&endingVersion=1",
        "startingVersion=-1",
        "startingVersion=0&endingVersion=99",
        "startingVersion=3&endingVersion=1",
        "startingVersion=0&includeHistoricalMetadata=true",
        "startingVersion=1e3",
        "startingTimestamp=1970-01-01T00:00:00Z",
        "endingVersion=1",
        "",
    ):
        out.append(Attack("versions", "GET", f"{table}/changes?{span}", allowed=_OWN))
    return out


def hints(prey: Prey, _: random.Random) -> list[Attack]:
    """Hints as an oracle: they name hidden columns and rows, and carry SQL."""
    out, target = [], f"{prey.own.table}/query"
    texts = (
        "secret = 'ZQCANARY-0'",
        "secret IS NOT NULL",
        "region = 'ZQCANARYland'",
        "visits > 3",
        "person LIKE 'ZQ%'",
        "1=1; SELECT * FROM dwp.claims",
        "visits = (SELECT 1)",
        "' OR ''='",
        "read_text('/etc/passwd') IS NOT NULL",
        "1/0 = 1",
        "CAST(secret AS INT) = 1",
        "visits = -1",
        "error(secret)",
        "sleep(100)",
        "repeat('a', 1000000000) = 'a'",
        "region <> 'Wales'",
    )
    for text in texts:
        out.append(Attack("hints", "POST", target, body={"predicateHints": [text]}, allowed=(200,)))
        leaf = {"op": "column", "name": text.split(" ")[0], "valueType": "string"}
        tree = f'{{"op":"isNull","children":[{str(leaf).replace(chr(39), chr(34))}]}}'
        sent = {"jsonPredicateHints": tree}
        out.append(Attack("hints", "POST", target, body=sent, allowed=(200,)))
    for limit in (0, 1, 2**31 - 1, 2**31, -1, "1", 0.5, None, True):
        out.append(Attack("hints", "POST", target, body={"limitHint": limit}, allowed=(200, 400)))
    return out


def bodies(prey: Prey, _: random.Random) -> list[Attack]:
    """Bodies that are large, deep, or not what they say."""
    target, out = f"{prey.own.table}/query", []
    bodies = (
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"{" + b'"a":1,' * 100_000 + b'"b":2}',
        b"\x00" * 1000,
        b'{"limitHint":' + b"9" * 100_000 + b"}",
        b'{"version":1e400}',
        b'{"version":NaN}',
        b'{"predicateHints":[' + b'"x",' * 200_000 + b'"x"]}',
        b"\xff\xfe{\x00}\x00",
        b'"\\ud800"',
        b'{"jsonPredicateHints":"' + b"[" * 500_000 + b'"}',
        b" " * 1_500_000,
        b"x" * 3_000_000,
        b"limitHint=1",
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
    )
    for body in bodies:
        statuses = (200, 400, 408, 413)
        out.append(Attack("bodies", "POST", target, body=body, allowed=statuses))
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x/y"):
        sent = {"Content-Type": kind}
        out.append(Attack("bodies", "POST", target, sent, b"{}", allowed=(200, 400)))
    sent = {"Content-Encoding": "gzip"}
    out.append(Attack("bodies", "POST", target, sent, b"\x1f\x8b\x08\x00", allowed=(400,)))
    return out
