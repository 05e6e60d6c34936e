"""Metrics from counts of scores."""

import pandas as pd
import pytest
from pyspark.sql import SparkSession
from sklearn.metrics import average_precision_score, roc_auc_score

from churn_spark.training.evaluation import best_threshold, evaluate, score_counts

TRUTH = [1, 1, 0, 1, 0, 0, 0, 0, 0, 0]
SCORE = [0.9, 0.9, 0.7, 0.6, 0.6, 0.2, 0.2, 0.1, 0.1, 0.0]


@pytest.fixture(scope="module")
def counts(spark: SparkSession) -> pd.DataFrame:
    rows = [(bool(truth), score) for truth, score in zip(TRUTH, SCORE, strict=True)]
    return score_counts(spark.createDataFrame(rows, "churned BOOLEAN, churn_probability DOUBLE"))


def test_counts_give_the_metrics_of_the_rows(counts: pd.DataFrame) -> None:
    metrics = evaluate(counts, threshold=0.6)
    assert metrics.roc_auc == pytest.approx(roc_auc_score(TRUTH, SCORE))
    assert metrics.pr_auc == pytest.approx(average_precision_score(TRUTH, SCORE))
    assert metrics.f1 == pytest.approx(2 * 3 / (2 * 3 + 2))
    assert (metrics.rows, metrics.positives) == (10, 3)


def test_equal_scores_share_a_count(counts: pd.DataFrame) -> None:
    assert len(counts) == 7
    assert counts["rows"].sum() == 10


def test_the_best_threshold_has_the_highest_f1(counts: pd.DataFrame) -> None:
    assert best_threshold(counts) == 0.9  # F1 4/5; at 0.6 it is 3/4
