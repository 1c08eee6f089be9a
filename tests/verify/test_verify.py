"""What an outsider finds with `fairway-verify`: everything that was done, and nothing that was not.

An outsider has the log's key, a witness's key, and a checkpoint from before, as they should.
"""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ledger.events import an_event
from tests.verify import exported
from tests.verify.exported import LOG, TAMPERS, WITNESS, check, checkpoint, entries, trust, write

from fairway import verify
from fairway.rules.ledger import seal

CASES = 24  # of each kind of tampering
quickly = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_there_are_cases_enough():
    assert CASES * len(TAMPERS) >= 300


@pytest.mark.parametrize("tamper", TAMPERS, ids=lambda tamper: tamper.__name__)
def test_every_case_of_tampering_is_found(tmp_path, tamper):
    for seed in range(CASES):
        chance = random.Random(f"{tamper.__name__} {seed}")
        held = entries(chance.choice([20, 255, 256, 300]), seed)
        since = checkpoint(held[: chance.randrange(len(held) // 2, len(held)) + 1])
        folder = write(tmp_path / "log", held)
        check(folder, since)
        tamper(folder, held, chance)
        with pytest.raises(verify.Bad):
            check(folder, since)


@quickly
@given(size=st.integers(0, 700), data=st.data())
def test_an_honest_log_raises_no_alarm(tmp_path, size, data):
    held = entries(size)
    folder = write(tmp_path / "log", held, checkpoint(held))
    before = data.draw(st.integers(0, size))
    witnesses = size > 0
    check(folder, checkpoint(held[:before]), witnesses=witnesses)
    state = tmp_path / "state"
    state.unlink(missing_ok=True)
    write(folder, held[:before])
    verify.verify_log(folder, trust(witnesses=before > 0), [], 1, state)
    write(folder, held)
    told = verify.verify_log(folder, trust(witnesses=witnesses), [], 1, state)
    assert told[0].startswith(f"{size} entries, {before - before % 256} of them verified before")


def test_erased_on_the_record_is_no_alarm(tmp_path):
    held = entries(30)
    said = an_event(30, action="audit.erase", outcome="done", details={"sequences": [3, 9]})
    held.append(seal(said, 31, bytes(16)))
    told = check(write(tmp_path / "log", held, gone=frozenset({3, 9})))
    assert told[-1] == "29 bodies verified, 2 erased on the record"
    write(tmp_path / "log", held, gone=frozenset({3, 9, 10}))
    with pytest.raises(verify.Bad, match="entry 10 is gone"):
        check(tmp_path / "log")


def test_a_log_without_bodies_is_verified_by_its_leaves(tmp_path):
    import shutil

    folder = write(tmp_path / "log", entries(40))
    shutil.rmtree(folder / "bodies")
    assert check(folder)[-1] == "0 bodies verified, 0 erased on the record"


def test_what_was_verified_before_and_changed_since_is_found(tmp_path):
    state = tmp_path / "state"
    held = entries(300)
    folder = write(tmp_path / "log", held)
    verify.verify_log(folder, trust(), [], 1, state)
    forged = entries(310, seed=3)
    with pytest.raises(verify.Bad, match="another history"):
        verify.verify_log(write(folder, forged), trust(), [], 1, state)
    with pytest.raises(verify.Bad, match="had 300 before"):
        verify.verify_log(write(folder, held[:290]), trust(), [], 1, state)
    same = entries(300, seed=3)
    with pytest.raises(verify.Bad, match="another history"):
        verify.verify_log(write(folder, same), trust(), [], 1, state)
    state.write_text("{}")
    with pytest.raises(verify.Bad, match="damaged"):
        verify.verify_log(write(folder, held), trust(), [], 1, state)


def test_many_bundles_are_verified_in_several_processes(tmp_path):
    held = entries(256 * 66 + 5)
    folder = write(tmp_path / "log", held)
    since = [exported.old(checkpoint(held[:n])) for n in (256 * 64, 256 * 64 + 7, len(held))]
    told = verify.verify_log(folder, trust(), since, 2, None)
    assert told[0].startswith("16901 entries")
    tile = folder / "tile/1/000.p/66"
    tile.write_bytes(tile.read_bytes()[::-1])
    with pytest.raises(verify.Bad, match="level 1"):
        verify.verify_log(folder, trust(), since, 2, None)


# ------------------------------------------------------------------ proofs


def test_proofs_and_feeds_are_verified(tmp_path):
    held = entries(300)
    items = [exported.proof_of(held, index) for index in (0, 7, 299)]
    assert verify.verify_proofs(items[1], trust())
    assert "3 entries" in verify.verify_proofs({"items": items}, trust())[0]
    note = items[0].pop("checkpoint")
    verify.verify_proofs({"items": items[:1], "checkpoint": note}, trust())
    for item in items:
        item.pop("salt"), item.pop("body")
    verify.verify_proofs({"items": items[1:]}, trust())


@pytest.mark.parametrize("name", ["index", "leaf", "proof", "checkpoint", "salt", "body", "order"])
def test_a_changed_proof_is_found(name):
    held = entries(300)
    item, other = exported.proof_of(held, 7), exported.proof_of(held, 8)
    if name == "order":
        given_items = {"items": [other, item]}
    elif name == "checkpoint":
        given_items = {**item, name: checkpoint(entries(300, seed=4))}
    else:
        given_items = {**item, name: other[name]}
    with pytest.raises(verify.Bad):
        verify.verify_proofs(given_items, trust())


@pytest.mark.parametrize("given_proof", [{}, {"items": [3]}, [], {"index": "x"}])
def test_what_is_no_proof_is_not_verified(given_proof):
    with pytest.raises(verify.Bad, match="not a proof"):
        verify.verify_proofs(given_proof, trust())


# ------------------------------------------------------------------ the command


def command(*arguments: object) -> tuple[int, str]:
    """Run a copy of the file alone, where Fairway cannot be imported."""
    done = subprocess.run(
        [sys.executable, "-I", *[str(a) for a in arguments]],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_file_stands_alone(tmp_path):
    copy = tmp_path / "elsewhere" / "verify.py"
    copy.parent.mkdir()
    copy.write_bytes(Path(verify.__file__).read_bytes())
    assert "fairway" not in {
        line.split()[1].split(".")[0]
        for line in copy.read_text().splitlines()
        if line.startswith(("import ", "from "))
    }
    held = entries(300)
    folder = write(tmp_path / "log", held)
    keys = ("--key", LOG.key, "--witness", WITNESS.witness_key)
    (tmp_path / "old").write_text(checkpoint(held[:100]))
    code, said = command(copy, folder, *keys, "--since", tmp_path / "old")
    assert (code, said.splitlines()[0]) == (0, "Verified.")
    proof = tmp_path / "proof.json"
    proof.write_text(json.dumps(exported.proof_of(held, 5)))
    assert command(copy, proof, *keys)[0] == 0
    (folder / "checkpoint").write_text(checkpoint(held, witnessed=False))
    code, said = command(copy, folder, *keys)
    assert (code, said) == (
        1,
        "NOT VERIFIED: the checkpoint is cosigned by 0 witnesses, not by 1\n",
    )
    assert command(copy, folder, *keys, "--quorum", "0")[0] == 0
    assert command(copy, tmp_path / "nowhere", *keys)[0] == 2
    assert command(copy, folder, "--key", "nonsense")[0] == 1
