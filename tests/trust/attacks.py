"""Attacks on what passes between nodes, by category. Each is a change of one honest request, or a
request that a dishonest node signs with its own, known key. None may be answered with data.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.trust.wire import Caller, Request

SEED = 20260302
AGREEMENT = "AG-000000000000"
"""Stands for the agreement that the attacked node has with the attacker's."""
OTHERS = "AG-111111111111"
"""Stands for the agreement that it has with another node."""

Change = Callable[[Request], Request]
Tampered = tuple[str, str, Change]


def _replaced(name: str, old: str, new: str) -> Change:
    def change(request: Request) -> Request:
        assert old in request.header(name), (name, old)
        return request.with_header(name, request.header(name).replace(old, new))

    return change


def _flipped(text: str, place: int) -> str:
    other = "A" if text[place] != "A" else "B"
    return text[:place] + other + text[place + 1 :]


def _chance() -> random.Random:
    return random.Random(SEED)


def tampered() -> Iterator[Tampered]:
    """Changes of a request that the attacker caught on its way."""
    for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "POSTS"):
        yield "tampering: method", method, lambda r, m=method: replace(r, method=m)
    for target in (
        *("/peers/v1/use", "/peers/v1/catalogue", "/peers/v1/letter/", "/peers/v1//letter"),
        *(
            "/peers/v1/./letter",
            "/peers/v1/../v1/letter",
            "/peers/v1/%6cetter",
            "/peers/v1/letter%00",
        ),
        *("/peers/v1/letter;a=b", "/PEERS/v1/letter", "//peers/v1/letter", "/peers/v1/letter%2f"),
        *("/peers/v1/use%2f..%2fletter", "/api/v1/query", "/api/v1/me", "/peers/v2/letter"),
    ):
        yield "path confusion", target, lambda r, t=target: replace(r, target=t)
    for query in ("?", "?a=1", "?path=/peers/v1/use", "?&", "?%00", "?letter=1;use"):
        if query != "?":  # an empty query and none are the same
            yield "tampering: query", query, lambda r, q=query: replace(r, target=r.target + q)
    for kind in ("text/plain", "application/json; charset=utf-8", "", "application/JSON"):
        yield (
            "tampering: content type",
            kind or "empty",
            lambda r, k=kind: r.with_header("content-type", k),
        )
    for name in (
        "content-type",
        "content-digest",
        "signature-input",
        "signature",
        "fairway-audience",
    ):
        yield "a header is missing", name, lambda r, n=name: r.with_header(n, None)
        yield "a header comes twice", f"{name}, the same", lambda r, n=name: r.again(n)
        yield (
            "a header comes twice",
            f"{name}, another",
            lambda r, n=name: r.again(n, f"x{r.header(n)}"),
        )
        yield (
            "a header is padded",
            name,
            lambda r, n=name: r.with_header(n, f"{r.header(n)},"),
        )
        yield (
            "a header is padded",
            f"{name}, with a parameter",
            lambda r, n=name: r.with_header(n, f"{r.header(n)};x"),
        )
    for place in (0, 1, 7, 31, 63):
        yield (
            "tampering: audience",
            f"character {place}",
            lambda r, p=place: r.with_header(
                "fairway-audience", _flipped(r.header("fairway-audience"), p)
            ),
        )
    for word in ("*", "any", "0" * 64, "", "F" * 64):
        yield (
            "wrong audience",
            word or "none",
            lambda r, w=word: r.with_header("fairway-audience", w),
        )
    chance = _chance()
    for _ in range(16):
        place = chance.randrange(9, 94)
        yield (
            "tampering: signature",
            f"character {place}",
            lambda r, p=place: r.with_header("signature", _flipped(r.header("signature"), p)),
        )
    for value in (
        *("fairway=::", "fairway=:AAAA:", "fairway=", ":", "fairway=?1", "sig1=:AAAA:"),
        *(f"fairway=:{'A' * 86}==:", f"fairway=:{'A' * 88}:", f'fairway="{"A" * 88}"'),
    ):
        yield (
            "a signature of nothing",
            value[:20],
            lambda r, v=value: r.with_header("signature", v),
        )
    yield from _parameters()
    yield from _bodies()


def _parameters() -> Iterator[Tampered]:
    change = "signature-input"
    for algorithm in (
        *("none", "None", "hmac-sha256", "rsa-pss-sha512", "rsa-v1_5-sha256", "ecdsa-p256-sha256"),
        *("ed448", "ED25519", "ed25519ph", "ed25519,none", ""),
    ):
        yield (
            "algorithm confusion",
            algorithm or "empty",
            _replaced(change, 'alg="ed25519"', f'alg="{algorithm}"'),
        )
    yield "algorithm confusion", "left out", _replaced(change, ';alg="ed25519"', "")
    yield (
        "algorithm confusion",
        "said twice",
        _replaced(change, 'alg="ed25519"', 'alg="ed25519";alg="none"'),
    )
    for component in ('"@method"', '"@path"', '"@query"', '"content-type"', '"content-digest"'):
        yield "downgrade: less is covered", component, _replaced(change, f"{component} ", "")
        yield (
            "downgrade: covered otherwise",
            f"{component};req",
            _replaced(change, component, f"{component};req"),
        )
        yield (
            "downgrade: covered otherwise",
            f"{component};bs",
            _replaced(change, component, f"{component};bs"),
        )
    yield (
        "downgrade: less is covered",
        "nothing",
        lambda r: r.with_header(
            change, "fairway=()" + r.header(change)[r.header(change).index(";created") :]
        ),
    )
    yield (
        "downgrade: less is covered",
        "audience",
        _replaced(change, ' "fairway-audience"', ""),
    )
    for old, new in (
        ('"@method" "@path"', '"@path" "@method"'),
        ('"@path"', '"@request-target"'),
        ('"@path"', '"@target-uri"'),
        ('"@method"', '"@Method"'),
        ('"@query"', '"@query-param";name="a"'),
    ):
        yield "downgrade: covered otherwise", new, _replaced(change, old, new)
    for old, new in (
        ("fairway-peer-request-1", "fairway-peer-answer-1"),
        ("fairway-peer-request-1", "fairway-peer-request-0"),
        ("fairway-peer-request-1", ""),
        (';tag="fairway-peer-request-1"', ""),
    ):
        yield "downgrade: another profile", new or "none", _replaced(change, old, new)
    for label in ("sig1=", "Fairway=", "=", "fairway =", "fairway=x;"):
        yield "another label", label, _replaced(change, "fairway=(", f"{label}(")
    for name in ("created", "expires"):
        for new in ("1", "0", "-1", "9999999999", "1e9", '"1"', "01"):
            yield (
                f"tampering: {name}",
                new,
                lambda r, n=name, v=new: r.with_header(change, _number(r.header(change), n, v)),
            )
    for new in (
        "",
        "a",
        "A" * 32,
        "A" * 65,
        "../../etc/passwd......",
        "' OR 1=1 --...........",
        "\\",
    ):
        yield (
            "tampering: nonce",
            new[:12] or "empty",
            lambda r, v=new: r.with_header(change, _quoted(r.header(change), "nonce", v)),
        )
    for new in ("", "0" * 64, "F" * 64, "dfe", "../secrets/peers.key", "'; DROP TABLE store_peer"):
        yield (
            "key confusion",
            new[:12] or "empty",
            lambda r, v=new: r.with_header(change, _quoted(r.header(change), "keyid", v)),
        )


def _number(text: str, name: str, value: str) -> str:
    before, _, rest = text.partition(f"{name}=")
    return f"{before}{name}={value};{rest.partition(';')[2]}"


def _quoted(text: str, name: str, value: str) -> str:
    before, _, rest = text.partition(f'{name}="')
    return f'{before}{name}="{value}"{rest.partition(chr(34))[2]}'


def _bodies() -> Iterator[Tampered]:
    for name, change in (
        ("cut at the start", lambda b: b[1:]),
        ("cut at the end", lambda b: b[:-1]),
        ("half", lambda b: b[: len(b) // 2]),
        ("none", lambda b: b""),
        ("a space behind", lambda b: b + b" "),
        ("a line behind", lambda b: b + b"\n"),
        ("a null behind", lambda b: b + b"\0"),
        ("a mark before", lambda b: b"\xef\xbb\xbf" + b),
        ("twice", lambda b: b + b),
        ("a key more", lambda b: b[:-1] + b', "x": 1}'),
        ("a key twice", lambda b: b[:-1] + b', "move": "approve"}'),
    ):
        yield "truncated or padded body", name, lambda r, c=change: replace(r, body=c(r.body))
    chance = _chance()
    for _ in range(8):
        place = chance.randrange(2, 40)
        yield (
            "tampering: body",
            f"byte {place}",
            lambda r, p=place: replace(
                r, body=r.body[:p] + bytes([r.body[p] ^ 1]) + r.body[p + 1 :]
            ),
        )


TAMPERED = list(tampered())

TIMES = [
    *((created, 60) for created in (-3600, -600, -120, -91, -61, 45, 90, 600, 3600, 86_400 * 365)),
    *((0, lifetime) for lifetime in (61, 120, 3600, 86_400, 10**9, 0, -1, -60)),
    *((-30, 3600), (-3600, 3660), (-86_400, 86_460), (29, 61)),
]
"""When a signature is made, in seconds from now, and how long it is to live: none of these hold."""


# ------------------------------------------------------------------ a dishonest node

MOVES_OF_THE_OWNER = ("approve", "question", "refuse", "activate", "expire", "submit")
WORDS: tuple[Any, ...] = (None, 1, True, [], {}, ["x"], "x" * 5000)


def letter(**said: Any) -> dict[str, Any]:
    """A letter of a move, each under a name of its own."""
    return {
        "letter": "L-000000000000",
        "kind": "move",
        "agreement": AGREEMENT,
        "person": "dfe-analyst",
        "note": "Because.",
        **said,
    }


def asking(**said: Any) -> dict[str, Any]:
    """A letter that asks for a product, as an honest one would be but for what is said."""
    return {
        **letter(),
        "kind": "ask",
        "agreement": "AG-222222222222",
        "product": "dwp.households",
        "purpose": "policy-analysis",
        "legal_basis": "gdpr-6-1-e",
        "necessity": "To test.",
        "columns": [["area", "keep"]],
        "rows": "",
        "starts": "2026-01-01",
        "ends": "2999-12-31",
        **said,
    }


def forged() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Letters that a dishonest node of the asker signs with its own key."""
    for move in MOVES_OF_THE_OWNER:
        yield "self-approval across nodes", move, letter(move=move)
        yield (
            "self-approval across nodes",
            f"{move} as the owner",
            letter(move=move, person="dwp-owner"),
        )
    yield (
        "self-approval across nodes",
        "approve with terms",
        letter(move="approve", columns=[["secret", "keep"]], rows="", hash="", signature=""),
    )
    for move in ("resume", "terminate", "suspend", "withdraw", "answer", "approve", "refuse"):
        yield "another node's agreement", move, letter(move=move, agreement=OTHERS)
        yield (
            "another node's agreement",
            f"{move}, as its asker",
            letter(move=move, agreement=OTHERS, person="hmrc-analyst"),
        )
    yield "the other side's suspension", "resume", letter(move="resume")
    yield (
        "the other side's suspension",
        "resume, as its manager",
        letter(move="resume", person="governance-manager"),
    )
    for person in ("dwp-owner@dwp", "dfe-analyst@hmrc", "@dfe", "A", "../x", "a b", "", "admin\n"):
        yield "forged persons", repr(person), asking(person=person)
    for agreement in (
        AGREEMENT,
        OTHERS,
        "",
        "AG-1",
        "../../x",
        "ag-000000000000",
        "AG-" + "é" * 12,
    ):
        yield "taken or bad agreement names", agreement or "none", asking(agreement=agreement)
    for product in (
        "dwp.nothing",
        "dfe.places",
        "hmrc.pay",
        "dwp",
        "",
        "information_schema.tables",
    ):
        yield "products not to be asked for", product or "none", asking(product=product)
    for columns in (
        *([], [["nothing", "keep"]], [["area", "reveal"]], [["area"]], [["area", "keep", "x"]]),
        *("area", [[1, 2]], [["area", "keep"]] * 2, [["area", "keep"]] * 3000),
    ):
        yield "forged columns", str(columns)[:30], asking(columns=columns)
    for rows in (
        "1=1; DROP TABLE x",
        "area = 1",
        "secret LIKE '%' OR 1",
        "(" * 5000,
        "nothing = 'x'",
    ):
        yield "forged rows", rows[:20], asking(rows=rows)
    for days in (
        {"ends": "2020-01-01"},
        {"starts": "2999-12-31", "ends": "2026-01-01"},
        {"ends": "tomorrow"},
        {"starts": ""},
        {"ends": "9999-99-99"},
    ):
        yield "forged days", str(days)[:30], asking(**days)
    for name in ("letter", "agreement", "person", "purpose", "necessity", "rows", "starts"):
        for word in WORDS:
            if not (name in {"rows"} and word == "x" * 5000):
                yield "fields of another kind", f"{name}: {str(word)[:10]}", asking(**{name: word})
    for kind in ("", "ASK", "grant", "seal", None, ["ask"]):
        yield "letters of another kind", str(kind) or "none", asking(kind=kind)


FORGED = list(forged())

_PURPOSE = "policy-analysis"
GRANTED = "SELECT area, sum(households) AS n FROM dwp.households GROUP BY area"


def use(**said: Any) -> dict[str, Any]:
    """A part of a query, as an honest node asks for it but for what is said."""
    return {
        "query": "Q-000000000000",
        "part": 1,
        "person": "dfe-analyst",
        "purpose": _PURPOSE,
        "sql": GRANTED,
        "agreements": {AGREEMENT: "HASH"},
        "seconds": 10,
        **said,
    }


def uses() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Parts of queries that a dishonest node asks for."""
    for sql in (
        "SELECT secret FROM dwp.households",
        "SELECT * FROM dwp.households WHERE secret LIKE 'CANARY%'",
        "SELECT count(*) FROM dwp.households WHERE secret = 'CANARY-1'",
        "SELECT h.secret FROM dwp.households AS h",
        "SELECT area, (SELECT max(secret) FROM dwp.households) FROM dwp.households",
        "SELECT area FROM dwp.households ORDER BY secret",
        "SELECT person, secret FROM dwp.households UNION SELECT area, area FROM dwp.households",
        "SELECT area FROM dwp.households GROUP BY area, secret",
        "WITH x AS (SELECT secret AS area FROM dwp.households) SELECT area FROM x",
        "SELECT COLUMNS('sec.*') FROM dwp.households",
    ):
        yield "more columns than agreed", sql[:40], use(sql=sql)
    for sql in (
        "SELECT * FROM read_parquet('data/households.parquet')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM 'data/households.parquet'",
        "SELECT * FROM glob('*')",
        "COPY (SELECT 1) TO '/tmp/x'",
        "ATTACH 'fairway.sqlite3'",
        "SELECT getenv('HOME')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM information_schema.tables",
        "SELECT 1; SELECT 2",
        "PRAGMA version",
        "",
        'SELECT * FROM "fairway parts".p1',
        "SELECT * FROM fairway_answer_0",
        "SELECT * FROM dfe.places",
        "SELECT * FROM hmrc.pay",
        "SELECT area FROM dwp.households, dfe.places",
    ):
        yield "what does not lie here", sql[:40] or "nothing", use(sql=sql)
    for agreements in (
        {},
        {AGREEMENT: ""},
        {AGREEMENT: "0" * 64},
        {OTHERS: "HASH"},
        {AGREEMENT: "HASH", OTHERS: "0" * 64},
        [AGREEMENT],
        {AGREEMENT: None},
        None,
        {f"AG-{n:012}": "x" for n in range(101)},
    ):
        yield "other agreements than both signed", str(agreements)[:40], use(agreements=agreements)
    for person in (
        "dfe-owner",
        "hmrc-analyst",
        "dwp-owner",
        "administrator",
        "",
        "a@b",
        "SYSTEM",
        1,
    ):
        yield "somebody else asks", str(person) or "nobody", use(person=person)
    for purpose in ("research", "debt-recovery", "", "policy-analysis ", "*", 1):
        yield "for another purpose", str(purpose) or "none", use(purpose=purpose)
    for query in ("", "Q-1", "Q-" + "x" * 60, "../x", "Q-00000000000'", 1, None, "AG-000000000000"):
        yield "queries without a name", str(query) or "none", use(query=query)
    for seconds in (-1, 10**9, "10", None, [], True):
        yield "bounds that are none", str(seconds), use(seconds=seconds)


USES = list(uses())

SHAPES: list[bytes] = [
    *(b"", b"null", b"[]", b"1", b'"x"', b"{", b"{}", b"[" * 100_000, b'{"letter": NaN}'),
    *(b"\xff\xfe", b'{"letter": "\\ud800"}', b"{" * 5000 + b"}" * 5000, b"\0" * 100),
]
"""Bodies that are no letter and no query, signed."""


def honest(caller: Caller) -> Request:
    """The request that the attacker catches: a letter that would end the agreement."""
    return caller.request("letter", letter(move="terminate"))


FORGERIES: list[dict[str, Any]] = [
    {"columns": [["area", "keep"], ["n", "keep"], ["secret", "keep"]]},
    {"columns": [["secret", "keep"]]},
    {"rows": ""},
    {"rows": "n > 0"},
    {"starts": "2020-01-01"},
    {"ends": "2999-12-31"},
    {"columns": []},
    {"hash": "0" * 64},
    {"hash": ""},
    {"signature": ""},
    {"signature": "00" * 64},
    {"signature": "zz" * 64},
    {"agreement": "AG-444444444444"},
]
"""What a dishonest source changes in the grant that it signs."""
