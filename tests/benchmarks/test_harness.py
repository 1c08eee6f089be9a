"""The harness measures fairly and tells the truth; how fast anything is, is not tested here."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
BENCHMARKS = ROOT / "benchmarks"


@pytest.fixture
def harness(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    monkeypatch.setenv("FAIRWAY_BENCH_RESULTS", str(tmp_path / "results.jsonl"))
    monkeypatch.delitem(sys.modules, "harness", raising=False)
    yield importlib.import_module("harness")
    sys.modules.pop("harness", None)


def test_turns_are_taken_and_the_first_is_not_counted(harness):
    turns = []

    def side(name):
        return lambda: turns.append(name) or float(len(turns))

    a, b = harness.interleaved(side("a"), side("b"), 3)
    assert "".join(turns) == "ab" + "ab" + "ba" + "ab"
    assert (a, b) == ([3.0, 6.0, 7.0], [4.0, 5.0, 8.0])


def test_percentiles_and_means(harness):
    assert harness.percentile(range(1, 101), 0.95) == 95
    assert harness.percentile([3.0], 0.95) == 3.0
    assert harness.geometric_mean([0.5, 2.0]) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("given", "met"),
    [
        ({}, None),
        ({"target": 2.0}, True),
        ({"target": 0.5}, False),
        ({"target": 0.5, "at_least": True}, True),
        ({"target": 1.15, "of_ratio": True, "ratio": 1.2}, False),
        ({"target": 1.15, "of_ratio": True, "ratio": 1.1}, True),
        ({"target": 1.15, "of_ratio": True}, False),
    ],
)
def test_a_target_is_met_or_missed(harness, given, met):
    assert harness.Figure("a figure", 1.0, "s", **given).met is met


def test_a_figure_is_one_line_and_is_kept(harness, capsys, tmp_path):
    figure = harness.Figure("start", 1.5, "s", yardstick="nothing", ratio=2.0, target=1.0)
    harness.report(figure)
    assert capsys.readouterr().out == ("start: 1.5 s | 2.00 × nothing | target ≤ 1 s | MISSED\n")
    kept = json.loads((tmp_path / "results.jsonl").read_text())
    assert (kept["name"], kept["value"], kept["met"]) == ("start", 1.5, False)


def run(tmp_path, *arguments):
    command = [sys.executable, BENCHMARKS / "run.py", *arguments]
    environment = {"PATH": "/usr/bin:/bin", "FAIRWAY_BENCH_RESULTS": str(tmp_path / "r.jsonl")}
    return subprocess.run(command, env=environment, check=False, capture_output=True, text=True)


def test_a_small_run_ends_with_a_line_per_figure(tmp_path):
    done = run(tmp_path, "--quick", "decisions")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("decisions: ")
    assert len((tmp_path / "r.jsonl").read_text().splitlines()) == 1


def test_an_unknown_benchmark_is_refused(tmp_path):
    done = run(tmp_path, "--quick", "nothing-of-the-kind")
    assert done.returncode == 2
    assert "there is no benchmark" in done.stderr


def test_every_benchmark_has_its_file(harness):
    run_file = importlib.util.spec_from_file_location("run_all", BENCHMARKS / "run.py")
    module = importlib.util.module_from_spec(run_file)
    run_file.loader.exec_module(module)
    names = {*module.BENCHMARKS, *module.ON_REQUEST}
    assert {n for n in names if not (BENCHMARKS / f"{n}.py").exists()} == set()
