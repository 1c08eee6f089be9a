"""Attacks on shares, tokens and links, by category; made from a seed, so that each run tries the
same. Each is a request; what it may bring about is held by `test_attacks`.
"""

import random
from urllib.parse import parse_qs, quote, urlsplit

from tests.sharing import queries_attacked
from tests.sharing.prey import Attack, Prey

__all__ = ["Attack", "Prey", "every"]

SEED = 20260825


def every(prey: Prey) -> list[Attack]:
    """Return every attack; no two are the same."""
    chance = random.Random(SEED)
    found: list[Attack] = []
    for make in (
        _tokens,
        _other_shares,
        _links,
        _paths,
        queries_attacked.pages,
        queries_attacked.versions,
        queries_attacked.hints,
        queries_attacked.bodies,
        _headers,
        _ranges,
        _methods,
        _oauth,
        _replay,
    ):
        found += make(prey, chance)
    return list({repr(attack): attack for attack in found}.values())


def _tokens(prey: Prey, chance: random.Random) -> list[Attack]:
    """Tokens that were tampered with, cut, joined, or come by another way."""
    token, out = prey.own.token, []
    places = chance.sample(range(len(token)), 14)
    odd = [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in places]
    odd += [token[:-1], token[1:], token + "A", token * 2, token.swapcase(), token[::-1]]
    odd += ["null", "undefined", "Bearer", "0", "*", "%00", "../" * 3, "' OR '1'='1", "{}"]
    odd += [prey.oauth_secret, prey.oauth_id, prey.own.agreement, f"{token}.{'0' * 64}", "e30."]
    for given in odd:
        out.append(Attack("token tampering", "GET", "/delta-sharing/shares", token=given))
    for header in (
        f"Basic {token}",
        f"Token {token}",
        token,
        f"Bearer{token}",
        "Bearer",
        "Bearer ",
        f"Bearer {token},Bearer x",
        f"Bearer x {token}",
        f"bearer:{token}",
    ):
        sent = {"Authorization": header}
        out.append(Attack("token tampering", "GET", "/delta-sharing/shares", sent, token=""))
    for name in ("token", "access_token", "bearerToken", "authorization"):
        target = f"/delta-sharing/shares?{name}={token}"
        out.append(Attack("token tampering", "GET", target, token=""))
        sent = {"Cookie": f"{name}={token}"}
        out.append(Attack("token tampering", "GET", "/delta-sharing/shares", sent, token=""))
    return out


def _other_shares(prey: Prey, _: random.Random) -> list[Attack]:
    """Somebody else's share by one's own token, and what lies around it."""
    other, out = prey.other.agreement, []
    base = f"/delta-sharing/shares/{other}"
    table = f"{base}/schemas/dwp/tables/visits"
    reads = ["", "/schemas", "/all-tables", "/schemas/dwp/tables"]
    out += [Attack("another's share", "GET", base + path) for path in reads]
    for path in ("version", "metadata", "changes?startingVersion=0"):
        out.append(Attack("another's share", "GET", f"{table}/{path}"))
    for path in ("query", "temporary-table-credentials"):
        out.append(Attack("another's share", "POST", f"{table}/{path}", body={}))
    own = f"/delta-sharing/shares/{prey.own.agreement}"
    for schema, name in (
        ("dwp", "claims"),
        ("dwp", "regions"),
        ("dfe", "visits"),
        ("main", "visits"),
        ("dwp", "visits%20"),
        ("dwp", "visits%00"),
        ("*", "*"),
        ("dwp", "vis_ts"),
        ("information_schema", "tables"),
        ("shared", "now"),
        ("shared", "before"),
    ):
        target = f"{own}/schemas/{schema}/tables/{name}"
        out.append(Attack("another's share", "GET", f"{target}/metadata"))
        out.append(Attack("another's share", "POST", f"{target}/query", body={}))
    return out


def _signed(link: str) -> tuple[str, str, str]:
    parts = urlsplit(link)
    query = parse_qs(parts.query)
    return parts.path, query["X-Amz-Expires"][0], query["X-Amz-Signature"][0]


def _link(path: str, until: str, seal: str) -> str:
    return f"{path}?X-Amz-Algorithm=HMAC-SHA256&X-Amz-Expires={until}&X-Amz-Signature={seal}"


def _links(prey: Prey, chance: random.Random) -> list[Attack]:
    """Links that were stripped, changed, joined with others, or have expired."""
    path, until, seal = _signed(prey.own_link)
    theirs, their_until, their_seal = _signed(prey.other_link)
    out = []
    places = chance.sample(range(64), 10)
    seals = [seal[:i] + ("0" if seal[i] != "0" else "1") + seal[i + 1 :] for i in places]
    seals += ["", seal[:-1], seal + "0", seal.upper(), their_seal, "0" * 64, "%00" + seal, "é"]
    seals = [quote(one, safe="%") for one in seals if one != seal]
    out += [Attack("link tampering", "GET", _link(path, until, one), token="") for one in seals]
    for moment in ("9999999999", "0", "-1", "", "1e12", str(int(until) + 1), until + "0", "NaN"):
        out.append(Attack("link tampering", "GET", _link(path, moment, seal), token=""))
    for stripped in (
        path,
        f"{path}?",
        f"{path}?X-Amz-Expires={until}",
        f"{path}?X-Amz-Signature={seal}",
        f"{path}?x-amz-signature={seal}",
    ):
        out.append(Attack("link tampering", "GET", stripped, token=""))
        out.append(Attack("link tampering", "GET", f"{stripped}#with-token"))
    head, recipient, policy, version, part, number = path.rsplit("/", 5)
    _, their_recipient, *_ = theirs.rsplit("/", 5)
    for changed in (
        [their_recipient, policy, version, part, number],
        [recipient, "0" * 16, version, part, number],
        [recipient, policy, "0", part, number],
        [recipient, policy, "-1", part, number],
        [recipient, policy, version, "added", number],
        [recipient, policy, version, "removed", number],
        [recipient, policy, version, part, "1.parquet"],
        [recipient, policy, version, part, "-1.parquet"],
        ["*", policy, version, part, number],
        [recipient.upper(), policy, version, part, number],
        [recipient, policy.upper() + "x", version, part, number],
        [recipient, policy, f"0{version}", part, number],
        [recipient, policy, version, "ALL", number],
    ):
        target = "/".join([head, *changed])
        out.append(Attack("link tampering", "GET", _link(target, until, seal), token=""))
    out.append(Attack("link tampering", "GET", _link(theirs, until, seal), token=""))
    out.append(Attack("link tampering", "GET", _link(path, their_until, their_seal), token=""))
    out.append(Attack("expired link", "GET", prey.expired_link, token=""))
    out.append(Attack("expired link", "HEAD", prey.expired_link, token=""))
    out.append(Attack("expired link", "GET", prey.expired_link))
    sent = {"Date": "Thu, 01 Jan 2026 00:00:00 GMT", "X-Amz-Date": "20260101T000000Z"}
    out.append(Attack("expired link", "GET", prey.expired_link, sent, token=""))
    return out


def _paths(prey: Prey, _: random.Random) -> list[Attack]:
    """Ways out of the path: dots, encoded slashes, odd characters, letters in another case."""
    path, until, seal = _signed(prey.own_link)
    folder, own, out = path.rpartition("/")[0], prey.own.agreement, []
    steps = (
        "../../../../etc/passwd",
        "..%2f..%2f..%2ffairway.toml",
        "%2e%2e/%2e%2e/fairway.sqlite3",
        "..%252f..%252fsecrets%252fdjango.key",
        "....//....//secrets",
        "%c0%ae%c0%ae/x",
        "..\\..\\x",
        "%5c..%5c..%5cx",
        "0.parquet/../../x",
        "0.parquet%00.txt",
        "0%2Eparquet%2F..",
        ";/0.parquet",
        "./extract.json",
        "extract.json",
        ".%2fextract.json",
        "file:%2f%2f%2fetc%2fpasswd",
    )
    for step in steps:
        target = f"{folder}/{step}?X-Amz-Expires={until}&X-Amz-Signature={seal}"
        out.append(Attack("path", "GET", target, token=""))
        out.append(Attack("path", "GET", f"/delta-sharing/shares/{step}"))
    for target in (
        f"/delta-sharing/shares/{own}%2Fschemas",
        f"/delta-sharing/shares//{own}",
        f"/delta-sharing/shares/{own}/../{prey.other.agreement}",
        f"/delta-sharing/shares/{own}%00",
        f"/delta-sharing/shares/{own}%0d%0aX-Bad:1",
        f"/delta-sharing/shares/{own};x=1",
        f"/delta-sharing//shares/{prey.other.agreement}",
        "/delta-sharing/../api/v1/me",
        "/delta-sharing/%2e%2e/api/v1/agreements",
        "/delta-sharing/files",
        "/delta-sharing/files/",
        "/delta-sharing/",
        "/delta-sharing/oauth",
        "/delta-sharing/shares/" + "a" * 5000,
        "/DELTA-SHARING/shares",
        "/delta-sharing/SHARES",
    ):
        statuses = (200, 302, 400, 401, 403, 404, 405)  # 200 where it names one's own after all
        out.append(Attack("path", "GET", target, allowed=statuses))
    return out


def _headers(prey: Prey, _: random.Random) -> list[Attack]:
    """Headers that would change where links lead, who asks, or what the answer says."""
    target, out = f"{prey.own.table}/query", []
    for name, value in (
        ("Host", "evil.example"),
        ("X-Forwarded-Host", "evil.example"),
        ("Forwarded", "host=evil.example"),
        ("X-Original-URL", "/api/v1/me"),
        ("X-Rewrite-URL", "/api/v1/me"),
        ("X-Forwarded-Proto", "evil"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("Accept", "text/html"),
        ("delta-sharing-capabilities", "responseformat=iceberg"),
        ("delta-sharing-capabilities", "=;=;;"),
        ("delta-sharing-capabilities", "responseformat=delta" + ";x=y" * 2000),
        ("delta-sharing-capabilities", "responseformat=parquet;includeendstreamaction=maybe"),
        ("fileidhash", "none"),
        ("fileidhash", "sha1"),
        ("fileidhash", "raw"),
        ("Cookie", "sessionid=x"),
        ("X-Fairway-Surface", "cli"),
        ("Origin", "https://evil.example"),
        ("If-None-Match", "*"),
        ("TE", "trailers"),
        ("Accept-Encoding", "gzip"),
        ("Authorization", "Bearer \t"),
    ):
        statuses = (200, 400, 401, 403, 404, 501)
        token = "" if name == "Authorization" else None
        attack = Attack("headers", "POST", target, {name: value}, {}, token, statuses)
        out.append(attack)
    return out


def _ranges(prey: Prey, _: random.Random) -> list[Attack]:
    """Ranges that overlap, overflow, or ask for what is not in the file."""
    out = []
    for value in (
        "bytes=0-99999999999999999999",
        "bytes=99999999-",
        "bytes=-0",
        "bytes=-99999999999",
        "bytes=5-1",
        "bytes=0-0," * 500 + "0-0",
        "bytes=0-1,2-3",
        "bytes=a-b",
        "bytes=",
        "bytes=-",
        "bytes=--1",
        "bytes=0-1-2",
        "lines=0-1",
        "bytes=1e3-2e3",
        "bytes=0x0-0x10",
        "bytes=\u0660-\u0663",
        "bytes=18446744073709551616-",
        "bytes = 0-3",
        "bytes=0-3\t",
    ):
        sent = {"Range": value.encode("utf-8").decode("latin-1")}
        statuses = (200, 206, 400, 416)
        out.append(Attack("ranges", "GET", prey.own_link, sent, token="", allowed=statuses))
    return out


def _methods(prey: Prey, _: random.Random) -> list[Attack]:
    """Methods that no route has."""
    out = []
    table = prey.own.table
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "FOO", "CONNECT"):
        for target in ("/delta-sharing/shares", f"{table}/query", prey.own_link):
            statuses = (400, 404, 405)
            out.append(Attack("methods", method, target, allowed=statuses))
    out.append(Attack("methods", "GET", f"{table}/query"))
    out.append(Attack("methods", "POST", f"{table}/metadata", body={}))
    out.append(Attack("methods", "POST", prey.own_link, body={}))
    out.append(Attack("methods", "POST", f"{table}/temporary-table-credentials", body={}))
    return out


def _oauth(prey: Prey, _: random.Random) -> list[Attack]:
    """The token endpoint misused."""
    out, target = [], "/delta-sharing/oauth/token"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    good = f"client_id={prey.oauth_id}&client_secret={quote(prey.oauth_secret)}"
    for body in (
        "",
        "grant_type=password&" + good,
        "grant_type=authorization_code&code=x",
        good,
        "grant_type=client_credentials",
        f"grant_type=client_credentials&client_id={prey.oauth_id}",
        f"grant_type=client_credentials&client_id={prey.oauth_id}&client_secret=x",
        f"grant_type=client_credentials&client_id=R-other&client_secret={prey.oauth_secret}",
        "grant_type=client_credentials&grant_type=client_credentials&" + good,
        f"grant_type=client_credentials&{good}&client_id=R-x",
        "grant_type=refresh_token&" + good,
        f"grant_type=client_credentials&client_id=%27+OR+1%3D1&client_secret={prey.oauth_secret}",
        "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=e30.e30.",
        f"grant_type=client_credentials&client_id={prey.own.agreement}&client_secret={prey.own.token}",
    ):
        out.append(Attack("oauth", "POST", target, form, body.encode(), token=""))
    for header in ("Basic", "Basic !", "Basic Og==", "Basic eDp5", "Bearer x", "Basic eA=="):
        sent = {**form, "Authorization": header}
        out.append(
            Attack("oauth", "POST", target, sent, b"grant_type=client_credentials", token="")
        )
    address = f"{target}?grant_type=client_credentials&{good}"
    out.append(Attack("oauth", "GET", address, token=""))
    out.append(Attack("oauth", "POST", address, form, b"", token=""))
    body = b'{"grant_type":"client_credentials"}'
    out.append(
        Attack("oauth", "POST", target, {"Content-Type": "application/json"}, body, token="")
    )
    return out


def _replay(prey: Prey, _: random.Random) -> list[Attack]:
    """What worked before it was revoked."""
    table, token = prey.revoked.table, prey.revoked.token
    base = f"/delta-sharing/shares/{prey.revoked.agreement}"
    out = [
        Attack("replay after revocation", "GET", path, token=token)
        for path in (
            "/delta-sharing/shares",
            base,
            f"{base}/all-tables",
            f"{table}/version",
            f"{table}/metadata",
            f"{table}/changes?startingVersion=0",
        )
    ]
    out.append(Attack("replay after revocation", "POST", f"{table}/query", body={}, token=token))
    for method in ("GET", "HEAD"):
        out.append(Attack("replay after revocation", method, prey.revoked_link, token=""))
    sent = {"Range": "bytes=0-3"}
    out.append(Attack("replay after revocation", "GET", prey.revoked_link, sent, token=""))
    return out
