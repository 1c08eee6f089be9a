"""Every attack on a served share is refused, or shows what is one's own and no more."""

import json
from collections import Counter
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from tests.sharing.attacks import Prey, every
from tests.sharing.conftest import CANARY

from fairway.privacy.keys import DerivedKeys
from fairway.rules.seals import signature
from fairway.settings import read_secret, read_settings


def signed_long_ago(department, link):
    """Return a link as the node itself would have signed it, which ended long ago."""
    key = DerivedKeys(read_secret(read_settings(department.workspace), "pseudonyms")).seal_key()
    path = urlsplit(link).path
    parts = path.removesuffix(".parquet").split("/")[3:]
    until = "1700000000"
    seal = signature(key, "link", [*parts, until])
    return f"{path}?X-Amz-Algorithm=HMAC-SHA256&X-Amz-Expires={until}&X-Amz-Signature={seal}"


@pytest.fixture(scope="module")
def prey(department, new_partner):
    own, other, revoked = new_partner(), new_partner(), new_partner()
    revoked_link = revoked.links()[0]
    oauth = new_partner()
    with department.node("dfe-analyst") as node:
        node.revoke_profile(revoked.agreement)
        made = node.make_profile(oauth.agreement, kind="oauth", address=own.address).profile
    status, _, body = own.ask("GET", "/delta-sharing/shares?maxResults=0")
    assert status == 200
    return Prey(
        own=own,
        other=other,
        own_link=own.links()[0],
        other_link=other.links()[0],
        other_token=other.token,
        expired_link=signed_long_ago(department, own.links()[0]),
        revoked=revoked,
        revoked_link=revoked_link,
        oauth_id=made["clientId"],
        oauth_secret=made["clientSecret"],
        page=json.loads(body)["nextPageToken"],
    )


def test_there_are_at_least_250_different_attacks(prey):
    attacks = every(prey)
    told = [(a.method, a.target, str(a.headers), str(a.body), str(a.token)) for a in attacks]
    assert len(set(told)) == len(told)
    assert len(attacks) >= 250
    assert len({attack.category for attack in attacks}) >= 12


def left_by(hints, files):
    """Return the ids of the files that hints leave, by what the recipient sees of each file alone.

    A predicate in JSON among the attacks asks for rows without a value in one column.
    """
    column = None
    with suppress(ValueError, KeyError):  # those that are no JSON leave everything
        column = json.loads(hints["jsonPredicateHints"])["children"][0]["name"]
    nulls = [json.loads(file["stats"])["nullCount"].get(column) for file in files]
    return {file["id"] for file, count in zip(files, nulls, strict=True) if count != 0}


def test_none_of_them_leaks(prey, department):
    """What an answer may hold: nothing hidden, nothing of others, no place, no link elsewhere."""
    own_files = [one["file"] for one in prey.own.lines() if "file" in one]
    leaks = []
    tried = Counter()
    for attack in every(prey):
        status, headers, body = prey.own.ask(
            attack.method, attack.target, attack.headers, attack.body, attack.token
        )
        tried[attack.category] += 1
        text = f"{headers}\n{body.decode('utf-8', 'replace')}"
        hidden = [CANARY, "/tmp/", "Traceback", prey.other_token, prey.oauth_secret]
        if prey.other.agreement not in attack.target:
            hidden.append(prey.other.agreement)
        found = [word for word in hidden if word in text and word not in str(attack)]
        if "http" in text and "evil" in text:
            found.append("a link elsewhere")
        if attack.category == "hints" and status == 200:
            files = [json.loads(line) for line in body.splitlines()]
            ids = {one["file"]["id"] for one in files if "file" in one}
            found += ["other files"] * (ids != left_by(attack.body, own_files))
        if status not in attack.allowed or (status >= 500 and status != 501) or found:
            leaks.append((attack.category, attack.method, attack.target[-90:], status, found))
    assert leaks == [], leaks
    assert sum(tried.values()) >= 250
    assert department.workspace.joinpath("serve.log").read_text().count("incident") == 0


def test_the_data_does_hold_what_the_attacks_look_for(department):
    from deltalake import DeltaTable

    table = DeltaTable(str(department.workspace / "data/visits")).to_pyarrow_table()
    assert CANARY in str(table.to_pylist())


def test_what_is_not_there_and_what_is_somebody_else_s_are_answered_alike(prey):
    answers = []
    for share in (prey.other.agreement, "AG-000000000000", "x"):
        for path in ("", "/schemas", "/all-tables", "/schemas/dwp/tables/visits/metadata"):
            status, headers, body = prey.own.ask("GET", f"/delta-sharing/shares/{share}{path}")
            answers.append((status, body, headers["Content-Type"]))
    assert len(set(answers)) == 1
    assert answers[0][0] == 404


def test_the_record_holds_the_refusals(prey, department):
    prey.own.ask("GET", f"/delta-sharing/shares/{prey.other.agreement}")
    with department.node("auditor") as node:
        told = node.audit(action="share.refused", limit=5)
    assert told[0].outcome == "denied"
