"""Learn the weights of `rules.ranking` again, and say what they are worth on unseen queries.

    python benchmarks/search_weights.py CORPUS QUERIES QRELS FOLD [FOLD ...]

Pairs of a better and a worse candidate of the same query are told apart by a logistic model: one
weight for each signal, held small. Each fold's queries are ranked by weights that were learnt on
the other folds alone; that figure is the one to quote. The weights printed are learnt on all.
"""

import random
import sys
import tempfile
from math import exp, sqrt
from pathlib import Path

from fairway.cli import bench
from fairway.nouns.search import SearchQuery
from fairway.rules import ranking
from fairway.rules.relevance import averaged, measured
from fairway.search import candidates as found_by
from fairway.wiring import close_node, create_node

PAIRS = 100
HELD = 0.003
ROUNDS = 400
KEPT = {"organisation": ranking.WEIGHTS["organisation"]}
NAMES = [name for name in ranking.WEIGHTS if name not in KEPT]

Candidates = list[tuple[str, list[float]]]


def candidates(corpus: Path, asked: dict[str, str]) -> dict[str, Candidates]:
    """Return each query's candidates with their signals, relative to the best."""
    seen: list[list[dict[str, float]]] = []
    weigh = found_by.scores

    def noted(told: list[dict[str, float]]) -> list[float]:
        seen.append(told)
        return [float(-place) for place in range(len(told))]

    found = {}
    with tempfile.TemporaryDirectory() as folder:
        platform = create_node(Path(folder) / "node", "Weights")
        with platform.store.transaction():
            platform.index.put_entries(bench._entries(corpus))
        found_by.scores = noted
        for query, words in asked.items():
            seen.clear()
            page = platform.index.search(SearchQuery(words, limit=found_by.CANDIDATES), None)
            told = seen[0] if seen else []
            best = {n: max(s[n] for s in told) or 1.0 for n in NAMES} if told else {}
            found[query] = [
                (hit.id, [signal[n] / best[n] for n in NAMES])
                for hit, signal in zip(page.hits, told, strict=True)
            ]
        found_by.scores = weigh
        close_node()
    return found


def pairs(told: Candidates, judged: dict[str, int], chance: random.Random) -> list:
    """Return differences between better and worse candidates, with what each counts."""
    every = []
    for better, high in told:
        worse = [
            (other, low) for other, low in told if judged.get(other, 0) < judged.get(better, 0)
        ]
        for other, low in worse:
            counts = (judged[better] - judged.get(other, 0)) / len(worse)
            every.append(([a - b for a, b in zip(high, low, strict=True)], counts))
    whole = sum(counts for _, counts in every)
    some = chance.sample(every, min(PAIRS, len(every)))
    share = sum(counts for _, counts in some)
    return [(difference, counts * whole / share) for difference, counts in some]


def learn(given: list) -> list[float]:
    """Return the weights that tell the pairs apart: gradient descent with momentum."""
    whole = sum(counts for _, counts in given)
    scale = [
        sqrt(sum(counts * d[i] ** 2 for d, counts in given) / whole) or 1.0
        for i in range(len(NAMES))
    ]
    data = [([x / s for x, s in zip(d, scale, strict=True)], c / whole) for d, c in given]
    weights, speed = [0.0] * len(NAMES), [0.0] * len(NAMES)
    for _ in range(ROUNDS):
        slope = [HELD * w for w in weights]
        for difference, counts in data:
            margin = sum(w * x for w, x in zip(weights, difference, strict=True))
            pull = counts / (1 + exp(min(margin, 50)))
            for i, x in enumerate(difference):
                slope[i] -= pull * x
        speed = [0.9 * v - 0.3 * s for v, s in zip(speed, slope, strict=True)]
        weights = [w + v for w, v in zip(weights, speed, strict=True)]
    return [w / s for w, s in zip(weights, scale, strict=True)]


def ranked(told: Candidates, weights: list[float]) -> list[str]:
    """Return a query's candidates in the order of some weights."""
    by = [(-sum(w * x for w, x in zip(weights, s, strict=True)), name) for name, s in told]
    return [name for _, name in sorted(by)]


def main(corpus: Path, queries: Path, qrels: Path, *folds: Path) -> None:
    judged = bench._judgements(qrels)
    found = candidates(corpus, {q: w for q, w in bench._queries(queries) if q in judged})
    chance = random.Random(1)
    told = {query: pairs(found[query], judged[query], chance) for query in found}
    each: list[dict[str, float]] = []
    for fold in folds:
        held = [query for query in fold.read_text("utf-8").split() if query in found]
        weights = learn([p for query in found if query not in held for p in told[query]])
        of_fold = [measured(ranked(found[q], weights), judged[q]) for q in held]
        print(f"{fold.name}, {len(held)} queries, by weights learnt on the others:")
        print(_line(of_fold))
        each += of_fold
    weights = learn([p for query in found for p in told[query]])
    fitted = [measured(ranked(found[q], weights), judged[q]) for q in found]
    print(f"cross-validated over {len(folds)} folds, {len(each)} queries:")
    print(_line(each))
    print("fitted on all of them, not to be quoted:")
    print(_line(fitted))
    for name, weight in zip(NAMES, weights, strict=True):
        print(f'        "{name}": {weight:.2f},')


def _line(each: list[dict[str, float]]) -> str:
    return "  " + "  ".join(f"{name} {value:.4f}" for name, value in averaged(each).items())


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
