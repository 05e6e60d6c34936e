"""Groups who are typically judged wrong."""

import numpy as np
import pytest

from churn_spark.evaluation.errors import Condition, Group, group_in_words, typical_errors
from tests.evaluation.runs import FEATURES, customers

HOLDOUT, _, _ = customers(2_000)
SESSIONS, AGE, _, LEVEL, _ = range(len(FEATURES))


def wrong_where(inside: np.ndarray, share: float = 0.64, usual: float = 0.2) -> np.ndarray:
    return np.random.default_rng(3).random(len(inside)) < np.where(inside, share, usual)


def test_a_planted_group_is_found_and_named() -> None:
    planted = (HOLDOUT.rows[:, SESSIONS] <= 2) & (HOLDOUT.rows[:, LEVEL] == 1)
    (group,) = typical_errors(HOLDOUT.rows, wrong_where(planted), FEATURES, seed=7)
    assert set(group.conditions) == {Condition(SESSIONS, "at most", 2), Condition(LEVEL, "is", 1)}
    assert group.share == pytest.approx(0.64, abs=0.1)
    sentence = group_in_words(group, FEATURES, "customers with an alarm", "stayed")
    assert "“Sessions begun, last 7 days” at most 2" in sentence
    assert "“Newest known level of the subscription”: paid" in sentence


def test_a_group_of_unknown_values_is_found() -> None:
    (group,) = typical_errors(HOLDOUT.rows, wrong_where(np.isnan(HOLDOUT.rows[:, AGE])), FEATURES, seed=7)
    assert group.conditions == (Condition(AGE, "unknown"),)


@pytest.mark.parametrize("seed", range(10))
def test_errors_by_chance_give_no_group(seed: int) -> None:
    wrong = np.random.default_rng(seed).random(len(HOLDOUT.rows)) < 0.2
    assert typical_errors(HOLDOUT.rows, wrong, FEATURES, seed) == []


@pytest.mark.parametrize("rows", [0, 30])
def test_few_customers_give_no_group(rows: int) -> None:
    assert typical_errors(HOLDOUT.rows[:rows], np.ones(rows, bool), FEATURES, seed=7) == []


def test_a_group_becomes_a_sentence() -> None:
    group = Group((Condition(SESSIONS, "at most", 2), Condition(AGE, "unknown")), rows=120, share=0.64, usual=0.2)
    assert group_in_words(group, FEATURES, "customers with an alarm", "stayed") == (
        "Of 120 customers with an alarm and with “Sessions begun, last 7 days” at most 2 and “Days since registration” "
        "unknown, 64 % stayed; usually 20 %."
    )
