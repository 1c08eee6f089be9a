"""`fairway bench search` measures the ranking that a node has."""

import json

import pytest

from fairway.cli.main import run


@pytest.fixture
def collection(tmp_path):
    documents = [
        {"id": "rain", "title": "Rainfall by month", "text": "Rain at each station."},
        {"id": "rent", "title": "Rents by area", "text": "What tenants pay each month."},
    ]
    files = {
        "corpus": "\n".join(json.dumps(one) for one in documents) + "\n\n",
        "queries": "1\trainfall\n2\trents\n3\tnobody judged this\n",
        "qrels": "1 0 rain 2\n1 0 rent 0\n2 0 rain 1\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def command(folder, *more):
    options = [f"--{name}={folder / name}" for name in ("corpus", "queries", "qrels")]
    return run(["bench", "search", *options, *more])


def test_the_measures_are_means_over_judged_queries(collection, capsys):
    assert command(collection, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "queries": 2,
        "ndcg@5": 0.5,
        "ndcg@10": 0.5,
        "map@10": 0.5,
        "recall@100": 0.5,
        "hit@10": 0.5,
    }


def test_they_are_printed_for_people(collection, capsys):
    assert command(collection) == 0
    out = capsys.readouterr().out
    assert "ndcg@10     0.5000" in out
    assert "Over 2 queries." in out


@pytest.mark.parametrize(
    ("name", "text"),
    [("corpus", '{"id": "x"}'), ("queries", "no tab"), ("qrels", "1 0 rain"), ("qrels", "9 0 x 1")],
)
def test_what_cannot_be_used_is_said_with_its_line(collection, capsys, name, text):
    (collection / name).write_text(text, encoding="utf-8")
    assert command(collection) == 2
    assert name in capsys.readouterr().err
