"""The ranking of scores, and parts of the customers."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from churn_spark.evaluation.ranking import FEWEST, Ranking, ranking
from churn_spark.evaluation.slices import slice_table, slices_of
from churn_spark.models.candidate import Labelled
from tests.evaluation.runs import FEATURES, customers


def test_the_figures_are_those_of_the_rows_also_with_equal_scores() -> None:
    holdout, probabilities, _ = customers(500)
    scores = probabilities.round(1)
    found = ranking(holdout.churned, scores, seed=7)
    assert found.roc_auc == pytest.approx(roc_auc_score(holdout.churned, scores))
    assert found.pr_auc == pytest.approx(average_precision_score(holdout.churned, scores))


def test_the_intervals_hold_the_figures() -> None:
    holdout, probabilities, _ = customers(500)
    found = ranking(holdout.churned, probabilities, seed=7)
    assert found.roc_auc_low < found.roc_auc < found.roc_auc_high
    assert found.pr_auc_low < found.pr_auc < found.pr_auc_high


def test_too_few_churned_rows_give_no_figure() -> None:
    churned = np.array([1.0] * (FEWEST - 1) + [0.0] * 100)
    assert ranking(churned, np.linspace(0, 1, len(churned)), seed=7) == Ranking(len(churned), FEWEST - 1)


def test_a_slice_whose_feature_the_model_lacks_is_left_out() -> None:
    names = [part.name for part in slices_of(FEATURES)]
    assert "Level: paid" in names
    assert not any("Season" in name or "Customer for" in name for name in names)


def test_a_slice_holds_the_customers_that_its_condition_names() -> None:
    age = np.array([10.0, 29.0, 30.0, np.nan])
    rows = np.column_stack([np.ones(4), age, np.zeros(4), np.array([0, 1, 1, 1]), np.zeros(4)])
    table = slice_table(Labelled(rows, np.array([1.0, 0, 0, 1])), np.full(4, 0.5), FEATURES, seed=7)
    sizes = table.set_index("slice")[["rows", "churned"]].T.to_dict("list")
    assert sizes == {
        "New customers, registered less than 30 days ago": [2, 1],
        "Level: free": [1, 1],
        "Level: paid": [3, 1],
    }
