"""The weights of the ranking can be learnt again, and are judged on queries not learnt from."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent.parent.parent / "benchmarks" / "search_weights.py"
DOCUMENTS = [
    {"id": "rain", "title": "Rainfall by month", "text": "Rain at each station."},
    {"id": "rent", "title": "Rents by area", "text": "What tenants pay each month, rain or shine."},
    {"id": "roads", "title": "Roads by area", "text": "Traffic each month."},
]
FILES = {
    "corpus": "\n".join(map(json.dumps, DOCUMENTS)),
    "queries": "1\train month\n2\trents area\n",
    "qrels": "1 0 rain 2\n1 0 rent 0\n2 0 rent 2\n2 0 roads 0\n",
    "one": "1\n",
    "two": "2\n",
}


def test_each_fold_is_ranked_by_weights_of_the_others(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, SCRIPT, *(tmp_path / name for name in FILES)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "one, 1 queries, by weights learnt on the others:" in done.stdout
    assert "cross-validated over 2 folds, 2 queries:\n  ndcg@5 1.0000" in done.stdout
