"""The official client of Delta Sharing reads a served share, in both formats."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CLIENT = ROOT / ".venv-partner/bin/python"
RUNNING = Path(__file__).parent / "running_client.py"

READS = """
import json, sys
import delta_sharing as ds
import pyarrow as pa

profile, share = sys.argv[1:]
url = f"{profile}#{share}.dwp.visits"
told = {"tables": [t.name for t in ds.SharingClient(profile).list_all_tables()]}
told["version"] = ds.get_table_version(url)
for name, delta in (("either", None), ("delta", True), ("parquet", False)):
    frame = ds.load_as_pandas(url, use_delta_format=delta).sort_values("visits")
    told[name] = frame.drop(columns="person").astype(str).values.tolist()
    told[name + "_arrow"] = pa.Table.from_pandas(frame).num_rows
    told[name + "_limit"] = len(ds.load_as_pandas(url, limit=2, use_delta_format=delta))
    told[name + "_first"] = len(ds.load_as_pandas(url, version=0, use_delta_format=delta))
for name, delta in (("delta", True), ("parquet", False)):
    frame = ds.load_table_changes_as_pandas(url, starting_version=0, use_delta_format=delta)
    rows = frame[["visits", "_change_type", "_commit_version"]].values.tolist()
    told[name + "_changes"] = sorted(map(str, rows))
print(json.dumps(told))
"""


@pytest.fixture
def client():
    if not CLIENT.exists():
        pytest.fail("The official client is not installed: make partner-ready")
    return CLIENT


def profile_of(tmp_path, given):
    file = tmp_path / "partner.share"
    file.write_text(json.dumps(given))
    return file


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bearer", "oauth"])
def test_the_official_client_reads_it(client, partner, department, tmp_path, kind, new_partner):
    mine = partner if kind == "bearer" else new_partner()
    given = mine.profile
    if kind == "oauth":
        with department.node("dfe-analyst") as node:
            made = node.make_profile(mine.agreement, kind="oauth", address=mine.address)
        given = dict(made.profile)
    program = READS if kind == "bearer" else READS.partition('for name, delta in (("delta"')[0]
    program += "" if kind == "bearer" else "print(json.dumps(told))\n"
    file = tmp_path / "reads.py"
    file.write_text(program)
    run = subprocess.run(
        [client, RUNNING, file, profile_of(tmp_path, given), mine.agreement],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "no_proxy": "*"},
        timeout=240,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    told = json.loads(run.stdout.splitlines()[-1])
    wanted = [
        ["Wales", "0", "2024-01-01"],
        ["Wales", "0", "2024-01-01"],
        ["Wales", "1", "2024-01-02"],
    ]
    assert told["tables"] == ["visits"]
    assert told["version"] == 3
    for name in ("either", "delta", "parquet"):
        assert told[name][:3] == wanted
        assert (len(told[name]), told[f"{name}_arrow"]) == (7, 7)
        assert (told[f"{name}_limit"], told[f"{name}_first"]) == (2, 6)
    if kind == "bearer":
        assert told["delta_changes"] == told["parquet_changes"]
        assert len(told["delta_changes"]) == 9  # 6 and 2 came, 1 went; what was hidden is not told
        assert "[3, 'delete', 3]" in told["delta_changes"]


def test_suspending_stops_reads_from_the_next_request_on_links_included(department, new_partner):
    partner = new_partner()
    link = partner.links()[0]
    assert partner.ask("GET", link, token="")[0] == 200
    with department.node("dwp-owner") as owner:
        owner.decide(partner.agreement, "suspend", "Doubt")
        answers = [
            partner.ask("GET", link, token="")[0],
            partner.ask("HEAD", link, token="")[0],
            partner.ask("GET", "/delta-sharing/shares")[0],
            partner.ask("POST", f"{partner.table}/query", body={})[0],
        ]
        assert answers == [403] * 4
        owner.decide(partner.agreement, "resume")
    assert partner.ask("GET", link, token="")[0] == 200


def test_a_partner_needs_only_the_profile(partner):
    assert sys.version_info >= (3, 11)
    assert set(partner.profile) == {
        "shareCredentialsVersion",
        "endpoint",
        "bearerToken",
        "expirationTime",
    }
