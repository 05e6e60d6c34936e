"""What is said before a fit that could not work, and a fit that does not hang on pseudonyms."""

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from churn_spark.behavior.definition import Declared
from churn_spark.errors import DataRefused, UserError
from churn_spark.settings.all import Settings
from churn_spark.training.boosting import fit
from churn_spark.training.fitting import check_positives, check_workers

SONGS = Declared("songs", "amount", "", "", since="v1.0")


def test_more_workers_than_tasks_at_once_are_refused(spark: SparkSession) -> None:
    check_workers(spark, 1)
    with pytest.raises(UserError, match=r"training\.workers: 4096 workers must all run at once, but Spark runs \d+"):
        check_workers(spark, 4096)


def test_executors_that_come_and_go_are_refused(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("churn_spark.training.fitting.allocates_dynamically", lambda spark: True)
    with pytest.raises(UserError, match=r"--conf spark\.dynamicAllocation\.enabled=false"):
        check_workers(spark, 1)


@pytest.mark.parametrize(("split", "empty"), [("train", "validation"), ("validation", "train and holdout")])
def test_a_validation_share_that_leaves_a_part_empty_is_told(
    spark: SparkSession, settings: Settings, split: str, empty: str
) -> None:
    parts = [split, "holdout"] if split == "train" else [split]
    rows = spark.createDataFrame([(part, churned) for part in parts for churned in (True, False)], ["split", "churned"])
    with pytest.raises(DataRefused, match=rf"training\.validation_share: 0\.2 of .* leaves no row of \d in {empty};"):
        check_positives(rows, settings)


def test_the_booster_does_not_hang_on_pseudonyms(spark: SparkSession, settings: Settings) -> None:
    def training_set(name: str) -> DataFrame:
        return spark.range(200).select(
            F.sha2(F.concat(F.lit(name), "id"), 256).alias("user_id"),
            F.timestamp_seconds(F.lit(0)).alias("as_of"),
            (F.col("id") * 37 % 101).cast("double").alias("songs"),
            (F.col("id") * 37 % 101 < 30).alias("churned"),
            F.when(F.col("id") % 5 == 0, "validation").otherwise("train").alias("split"),
        )

    few = settings.training.model_copy(update={"trees": 3, "workers": 2})
    one, other = (bytes(fit(training_set(name).orderBy("user_id"), [SONGS], few).save_raw()) for name in "ab")
    assert one == other
