"""How good a ranking is, by the measures that the field has agreed on."""

import math
from collections.abc import Mapping, Sequence

MEASURES = ("ndcg@5", "ndcg@10", "map@10", "recall@100", "hit@10")


def measured(ranked: Sequence[str], judged: Mapping[str, int]) -> dict[str, float]:
    """Return the measures of one query's ranking; what nobody judged counts as not relevant."""
    relevant = {document for document, grade in judged.items() if grade > 0}
    return {
        "ndcg@5": _ndcg(ranked, judged, 5),
        "ndcg@10": _ndcg(ranked, judged, 10),
        "map@10": _precision(ranked[:10], relevant),
        "recall@100": len(relevant & set(ranked[:100])) / len(relevant) if relevant else 0.0,
        "hit@10": float(not relevant.isdisjoint(ranked[:10])),
    }


def averaged(each: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of each measure over queries."""
    return {name: sum(one[name] for one in each) / max(1, len(each)) for name in MEASURES}


def _ndcg(ranked: Sequence[str], judged: Mapping[str, int], depth: int) -> float:
    best = _gain(sorted(judged.values(), reverse=True)[:depth])
    return _gain([judged.get(document, 0) for document in ranked[:depth]]) / best if best else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum(max(0, grade) / math.log2(place + 2) for place, grade in enumerate(grades))


def _precision(ranked: Sequence[str], relevant: set[str]) -> float:
    """Return the mean precision at each relevant document, over all relevant documents."""
    found, told = 0, 0.0
    for place, document in enumerate(ranked, start=1):
        if document in relevant:
            found += 1
            told += found / place
    return told / len(relevant) if relevant else 0.0
