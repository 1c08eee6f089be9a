"""Measures of a ranking, against figures worked out by hand."""

import math

import pytest

from fairway.rules.relevance import MEASURES, averaged, measured


def test_a_perfect_ranking_measures_one():
    told = measured(["a", "b"], {"a": 2, "b": 1, "c": 0})
    assert told == dict.fromkeys(MEASURES, pytest.approx(1.0))


def test_a_ranking_is_discounted_by_place():
    told = measured(["x", "b", "a"], {"a": 2, "b": 1})
    best = 2 + 1 / math.log2(3)
    assert told["ndcg@10"] == pytest.approx((1 / math.log2(3) + 2 / math.log2(4)) / best)
    assert told["map@10"] == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert (told["recall@100"], told["hit@10"]) == (1.0, 1.0)


def test_nothing_found_and_nothing_relevant_measure_nothing():
    nothing = dict.fromkeys(MEASURES, 0.0)
    assert measured([], {"a": 1}) == nothing
    assert measured(["a"], {"a": 0}) == nothing
    assert averaged([]) == nothing


def test_the_mean_is_over_queries():
    assert averaged([measured(["a"], {"a": 1}), measured(["b"], {"a": 1})])["hit@10"] == 0.5
