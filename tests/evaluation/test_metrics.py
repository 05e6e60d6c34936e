"""Metrics from counts of scores."""

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession
from sklearn.metrics import average_precision_score, roc_auc_score

from churn_spark.evaluation.metrics import array_counts, best_threshold, evaluate, interval, roc_auc, score_counts

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


def test_alarms_are_counted_at_the_threshold(counts: pd.DataFrame) -> None:
    metrics = evaluate(counts, threshold=0.6)  # 3 hits, 2 false alarms, 5 others
    assert (metrics.precision, metrics.recall, metrics.accuracy) == (3 / 5, 1, 8 / 10)
    assert metrics.false_positive_rate == pytest.approx(2 / 7)
    assert metrics.balanced_accuracy == pytest.approx((1 + 5 / 7) / 2)


def test_without_an_alarm_there_is_no_precision(counts: pd.DataFrame) -> None:
    assert evaluate(counts, threshold=0.95).precision is None


def test_the_precision_of_a_risk_level_is_its_share_of_churned(counts: pd.DataFrame) -> None:
    metrics = evaluate(counts, threshold=0.6)
    assert (metrics.precision_critical, metrics.precision_high, metrics.precision_medium) == (1, 0, 0.5)
    assert metrics.precision_low == 0


def test_arrays_are_counted_as_spark_counts(counts: pd.DataFrame) -> None:
    ours = array_counts(np.array(TRUTH, float), np.array(SCORE))
    places = ["score", "churned"]
    pd.testing.assert_frame_equal(
        ours.sort_values(places, ignore_index=True), counts.sort_values(places, ignore_index=True), check_dtype=False
    )


def test_the_interval_holds_the_metric_and_narrows_with_more_rows(counts: pd.DataFrame) -> None:
    low, high = interval(counts, roc_auc, seed=7)
    narrow = interval(counts.assign(rows=counts["rows"] * 100), roc_auc, seed=7)
    assert low < roc_auc(counts) < high
    assert narrow[1] - narrow[0] < (high - low) / 4
