"""The temporal split."""

from datetime import date, datetime, timedelta

from pyspark.sql import DataFrame, SparkSession

from churn_spark.identity.pseudonyms import pseudonyms
from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings
from churn_spark.training.split import split_by_customer, split_by_time, with_bucket
from tests.lakes import LOCAL

HOLDOUT = date(2026, 3, 2)
LABELS = load_settings(LOCAL).labels.model_copy(update={"gap_days": 1, "horizon_days": 13})


def test_no_horizon_of_a_training_row_reaches_the_holdout(spark: SparkSession, settings: Settings) -> None:
    rows = spark.createDataFrame(
        [("ann", datetime(2026, 3, 2) - timedelta(weeks=weeks)) for weeks in range(5)],
        "user_id STRING, as_of TIMESTAMP",
    )
    splits = {
        row.as_of.date(): row.split
        for row in split_by_time(
            with_bucket(rows, None, settings.training), HOLDOUT, LABELS, settings.training
        ).collect()
    }
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
    splits = split_by_time(with_bucket(rows, None, settings.training), HOLDOUT, LABELS, settings.training)
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
    split = split_by_customer(with_bucket(rows, None, settings.training), settings.training)
    splits = {row.split: row["count"] for row in split.groupBy("split").count().collect()}
    assert sum(splits.values()) == 1000
    assert all(150 < splits[split] < 250 for split in ("validation", "holdout"))


def test_two_lakes_with_different_keys_split_alike(spark: SparkSession, settings: Settings) -> None:
    raw = spark.range(100).selectExpr("string(id) AS raw_user_id")

    def split_under(key: bytes) -> tuple[DataFrame, set[tuple[str, str]]]:
        users = pseudonyms(raw, key)
        rows = with_bucket(users.select("user_id"), users, settings.training)
        split = split_by_customer(rows, settings.training)
        return split, set(map(tuple, split.join(users, "user_id").select("raw_user_id", "split").collect()))

    (split, one), (_, other) = split_under(b"a" * 32), split_under(b"b" * 32)
    assert len(one) == 100
    assert one == other
    assert split.columns == ["user_id", "split"]  # and no bucket, from which an ID could be guessed
