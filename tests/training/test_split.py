"""The temporal split."""

from datetime import date, datetime, timedelta

from pyspark.sql import SparkSession

from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings
from churn_spark.training.split import split_by_customer, split_by_time
from tests.lakes import LOCAL

HOLDOUT = date(2026, 3, 2)
LABELS = load_settings(LOCAL).labels.model_copy(update={"gap_days": 1, "horizon_days": 13})


def test_no_horizon_of_a_training_row_reaches_the_holdout(spark: SparkSession, settings: Settings) -> None:
    rows = spark.createDataFrame(
        [("ann", datetime(2026, 3, 2) - timedelta(weeks=weeks)) for weeks in range(5)],
        "user_id STRING, as_of TIMESTAMP",
    )
    splits = {row.as_of.date(): row.split for row in split_by_time(rows, HOLDOUT, LABELS, settings.training).collect()}
    assert splits[date(2026, 3, 2)] == "holdout"
    assert splits[date(2026, 2, 23)] == "embargo"
    assert {splits[date(2026, 2, 16)], splits[date(2026, 2, 9)], splits[date(2026, 2, 2)]} <= {
        "train",
        "validation",
    }


def test_a_customer_is_in_train_or_in_validation_never_in_both(spark: SparkSession, settings: Settings) -> None:
    rows = spark.createDataFrame(
        [(str(user), datetime(2026, 1, 5) + timedelta(weeks=week)) for user in range(200) for week in range(3)],
        "user_id STRING, as_of TIMESTAMP",
    )
    splits = split_by_time(rows, HOLDOUT, LABELS, settings.training)
    assert (
        splits.groupBy("user_id")
        .agg({"split": "max"})
        .exceptAll(splits.groupBy("user_id").agg({"split": "min"}).toDF("user_id", "max(split)"))
        .count()
        == 0
    )
    share = splits.where("split = 'validation'").count() / 600
    assert 0.1 < share < 0.3


def test_customers_of_one_time_are_split_by_customer(spark: SparkSession, settings: Settings) -> None:
    rows = spark.range(1000).selectExpr("string(id) AS user_id")
    splits = {
        row.split: row["count"] for row in split_by_customer(rows, settings.training).groupBy("split").count().collect()
    }
    assert sum(splits.values()) == 1000
    assert all(150 < splits[split] < 250 for split in ("validation", "holdout"))
