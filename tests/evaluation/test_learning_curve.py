"""More customers, and more days of warning."""

from itertools import pairwise

import numpy as np

from churn_spark.evaluation.learning_curve import Scorer, advance_warning, learning_curve
from churn_spark.models.candidate import Labelled
from tests.evaluation.runs import customers

TRAIN, _, _ = customers(400)
VALIDATION, PROBABILITIES, _ = customers(600, seed=2)
CUSTOMERS = np.repeat(np.arange(100), 4)


def by_sessions(part: Labelled) -> Scorer:
    return lambda rows: 1 / (1 + rows[:, 0])


def test_each_share_of_the_customers_lies_within_the_next() -> None:
    seen = []

    def fit(part: Labelled) -> Scorer:
        seen.append({tuple(np.nan_to_num(row, nan=-1)) for row in part.rows})
        return by_sessions(part)

    table = learning_curve(fit, TRAIN, CUSTOMERS, VALIDATION, seed=7)
    assert table["customers"].tolist() == [13, 25, 50, 100]
    assert table["train_rows"].tolist() == [52, 100, 200, 400]
    assert all(smaller <= larger for smaller, larger in pairwise(seen))


def test_each_fit_is_tested_on_the_validation_rows() -> None:
    table = learning_curve(by_sessions, TRAIN, CUSTOMERS, VALIDATION, seed=7)
    assert set(table["rows"]) == {600}
    assert table["roc_auc"].nunique() == 1


def test_a_share_without_churned_rows_is_left_out() -> None:
    churned = np.where(CUSTOMERS == 0, 1.0, 0.0)
    table = learning_curve(by_sessions, Labelled(TRAIN.rows, churned), CUSTOMERS, VALIDATION, seed=7)
    assert table["share"].iloc[-1] == 1
    assert len(table) < 4


def test_advance_warning_has_a_line_for_each_gap() -> None:
    by_gap = {14: (VALIDATION.churned, PROBABILITIES), 0: (VALIDATION.churned, -PROBABILITIES)}
    table = advance_warning(by_gap, seed=7)
    assert table["gap_days"].tolist() == [0, 14]
    assert table["roc_auc"].iloc[0] < 0.5 < table["roc_auc"].iloc[1]
