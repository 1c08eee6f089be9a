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
    [
        *(("corpus", '{"title": "x"}'), ("corpus", '{"id": true}'), ("corpus", "[1]")),
        *(("corpus", '{"id": "x", "title": ["x"]}'), ("corpus", '{"id": "\\ud800"}')),
        *(("queries", "no tab"), ("queries", "1\train\n1\trent"), ("qrels", "1 0 rain")),
        ("qrels", "9 0 x 1"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_line(collection, capsys, name, text):
    (collection / name).write_text(text, encoding="utf-8")
    assert command(collection) == 2
    assert name in capsys.readouterr().err


def test_text_that_is_not_utf_8_is_said_to_be_so(collection, capsys):
    (collection / "queries").write_bytes(b"1\train\n2\t\xff\n")
    assert command(collection) == 2
    assert "UTF-8" in capsys.readouterr().err


def test_unusual_collections_are_measured_as_they_are(collection, capsys):
    """A byte order mark, no text, an id twice, no words, unknown documents."""
    documents = [
        {"id": 7, "title": "Rainfall", "text": None},
        {"id": "b", "title": None, "text": "Wärme und Regen — 雨"},
        {"id": "b", "title": "Niederschlag 雨"},
    ]
    lines = "\r\n".join(json.dumps(one, ensure_ascii=False) for one in documents)
    (collection / "corpus").write_text("\ufeff" + lines, encoding="utf-8")
    queries = "1\trainfall\r\n2\t\r\n3\t雨\r\n4\t?!\r\n"
    (collection / "queries").write_text(queries, encoding="utf-8")
    judged = "1 0 7 1\n1 0 not-there 1\n2 0 7 1\n3 0 b 2\n4 0 7 1\n"
    (collection / "qrels").write_text(judged, encoding="utf-8")
    assert command(collection, "--json") == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told["queries"] == 4
    assert told["hit@10"] == 0.5  # the first and the third
    assert told["recall@100"] == 0.375  # (1/2 + 0 + 1 + 0) / 4
    assert "took: 1." in err
