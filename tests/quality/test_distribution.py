"""What a sample tells of a feature table: shifts, and features that say the same."""

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from churn_spark.features.expectations import distribution
from churn_spark.quality.distribution import correlations, shifts, unknown_findings
from churn_spark.quality.sample import sample
from churn_spark.settings.all import Settings

TEN = pd.Series(np.arange(1.0, 101.0) % 10)


def test_the_same_distribution_has_not_shifted() -> None:
    assert shifts(pd.DataFrame({"a": TEN}), pd.DataFrame({"a": TEN[::-1]}), ["a"]) == {"a": pytest.approx(0)}


@pytest.mark.parametrize("new", [TEN + 20, TEN.where(TEN > 4), TEN * 0], ids=["higher", "half unknown", "constant"])
def test_another_distribution_has_shifted(new: pd.Series) -> None:
    assert shifts(pd.DataFrame({"a": TEN}), pd.DataFrame({"a": new}), ["a"])["a"] > 0.25


def test_the_index_is_the_sum_over_the_bins() -> None:
    old, new = pd.DataFrame({"flag": [0.0] * 5 + [1.0] * 5}), pd.DataFrame({"flag": [0.0] * 8 + [1.0] * 2})
    # Bins: 0, 1, above, unknown; half a row is added to each.
    before, after = np.array([5.5, 5.5, 0.5, 0.5]) / 12, np.array([8.5, 2.5, 0.5, 0.5]) / 12
    assert shifts(old, new, ["flag"])["flag"] == pytest.approx(np.sum((after - before) * np.log(after / before)))


def test_correlation_is_over_customers_of_whom_both_are_known() -> None:
    rows = pd.DataFrame({"a": TEN, "twice": 2 * TEN, "constant": 1.0, "few": [None] * 90 + [1.0] * 10})
    rows.loc[:49, "twice"] = None
    assert correlations(rows, list(rows)) == {("a", "twice"): pytest.approx(1)}


def test_a_feature_that_nobody_has_is_warned_about() -> None:
    [finding] = unknown_findings({"a": 0.5, "b": 1.0}, 0.99)
    assert (finding.column, finding.severity, finding.success) == ("b", "warning", False)


def test_a_sample_is_that_of_the_lowest_hashes(spark: SparkSession) -> None:
    rows = spark.createDataFrame([(str(number),) for number in range(50)], "user_id STRING")
    first = set(sample(rows, 10)["user_id"])
    assert len(first) == 10
    assert first == set(sample(rows.orderBy("user_id", ascending=False).repartition(3), 10)["user_id"])


def test_a_category_shifts_by_its_levels() -> None:
    old, new = pd.DataFrame({"plan": ["a"] * 9 + ["b"]}), pd.DataFrame({"plan": ["a"] * 2 + ["b"] * 7 + [None]})
    assert shifts(old, old, ["plan"])["plan"] == pytest.approx(0)
    assert shifts(old, new, ["plan"])["plan"] > 0.25


def test_a_table_is_compared_with_its_version_before(settings: Settings) -> None:
    old = pd.DataFrame({"songs": TEN})
    kept, moved = (distribution(new, old, ["songs"], settings.features) for new in (old, old + 100))
    assert all(finding.success is True for finding in kept)  # and no bool of NumPy, which Delta does not take
    assert [(finding.column, finding.severity) for finding in moved if not finding.success] == [("songs", "warning")]
