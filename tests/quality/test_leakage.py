"""Features that know what they must not: the time after `as_of`, or the label."""

from datetime import date

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from churn_spark.features.catalogue import BEHAVIOR
from churn_spark.lake import Lake
from churn_spark.quality.leakage import future_known, label_aucs, label_known
from churn_spark.tables import USER_DAYS
from tests.features.events import build

MONDAYS = (date(2026, 1, 12), date(2026, 1, 19), date(2026, 1, 26))
EVENTS = (
    ("ann", "2026-01-05", 9, 1, "NextSong a/x"),
    ("ann", "2026-01-13", 9, 2, "NextSong b/y"),
    ("bob", "2026-01-11", 9, 3, "Thumbs Up"),
    ("cid", "2026-01-10", 9, 4, "NextSong b/y"),
    ("cid", "2026-01-21", 9, 5, "NextSong b/y"),
    ("cid", "2026-01-22", 9, 5, "Cancellation Confirmation"),
)


@pytest.fixture
def behavior(lake: Lake) -> DataFrame:
    build(lake, MONDAYS, *EVENTS)
    return lake.read(BEHAVIOR)


def leaks(lake: Lake, rows: DataFrame) -> dict[str | None, int | None]:
    found = future_known(lake, 50, rows)
    assert {finding.severity for finding in found} == {"critical"}
    return {finding.column: finding.unexpected for finding in found if not finding.success}


def test_honest_features_are_those_of_the_events_before_as_of(lake: Lake, behavior: DataFrame) -> None:
    assert leaks(lake, behavior) == {}


def test_a_feature_that_looks_ahead_is_named(lake: Lake, behavior: DataFrame) -> None:
    songs_ever = lake.read(USER_DAYS).groupBy("user_id").agg(F.sum("songs").cast("double").alias("songs_30d"))
    leaky = behavior.drop("songs_30d").join(songs_ever, "user_id")
    assert leaks(lake, leaky) == {"songs_30d": 1}  # cid's, as of the 19th


def test_leaving_out_who_cancels_later_is_a_leak_of_every_feature(lake: Lake, behavior: DataFrame) -> None:
    assert leaks(lake, behavior.where("user_id != 'cid'"))["days_active_30d"] == 1


def labelled(spark: SparkSession) -> DataFrame:
    return spark.range(1000).select(
        F.col("id").cast("string").alias("user_id"),
        (F.col("id") % 50 == 0).alias("churned"),
        (F.col("id") % 7).cast("double").alias("fair"),
        F.when(F.col("id") % 50 == 0, F.col("id")).otherwise(-F.col("id") - 1).cast("double").alias("leaky"),
        F.when(F.col("id") % 50 != 0, 1.0).alias("unknown_for_churned"),
    )


FAIR, LEAKY = ["fair"], ["leaky", "unknown_for_churned"]


def test_the_auc_of_a_feature_alone(spark: SparkSession) -> None:
    aucs = label_aucs(labelled(spark), [*FAIR, *LEAKY], 10)
    assert aucs["fair"] == pytest.approx(0.5, abs=0.05)
    assert aucs["leaky"] == pytest.approx(1, abs=0.005)
    assert aucs["unknown_for_churned"] == 1


def test_a_feature_that_knows_the_label_is_named(spark: SparkSession) -> None:
    found = label_known([*FAIR, *LEAKY], 0.98, 10, labelled(spark))
    assert [(finding.column, finding.severity, finding.success) for finding in found] == [
        ("leaky", "critical", False), ("unknown_for_churned", "critical", False),
    ]  # fmt: skip


def test_of_fair_features_the_one_that_tells_most_is_shown(spark: SparkSession) -> None:
    [finding] = label_known(FAIR, 0.98, 10, labelled(spark))
    assert (finding.column, finding.success) == ("fair", True)


def test_of_a_few_churned_rows_any_feature_may_tell(spark: SparkSession) -> None:
    assert label_known(LEAKY, 0.98, 21, labelled(spark)) == []  # 20 have churned


def test_without_both_labels_there_is_nothing_to_know(spark: SparkSession) -> None:
    assert label_known(FAIR, 0.98, 10, labelled(spark).where("churned")) == []
