"""What is said before a fit that could not work, and a fit that does not hang on pseudonyms."""

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from churn_spark.behavior.definition import Declared
from churn_spark.errors import DataRefused, UserError
from churn_spark.settings.all import Settings
from churn_spark.training.checks import check_positives, check_workers, telling_of_arrays, telling_of_frame
from churn_spark.training.fitting import fits_locally, train_model
from churn_spark.training.matrix import fetch

SONGS = Declared("songs", "amount", "", "", since="v1.0")


def test_more_workers_than_tasks_at_once_are_refused(spark: SparkSession) -> None:
    check_workers(spark, 1, 1000)
    with pytest.raises(UserError, match=r"training\.workers: 4096 workers must all run at once, but Spark runs \d+"):
        check_workers(spark, 4096, 10**6)


def test_workers_without_rows_are_refused(spark: SparkSession) -> None:
    with pytest.raises(UserError, match=r"training\.workers: 30 rows leave some of 2 workers without any"):
        check_workers(spark, 2, 30)


ONE, SAME, NEVER, SOME = (Declared(name, "amount", "", "", since="v1.0") for name in ("one", "same", "never", "some"))


@pytest.mark.parametrize("where", ["arrays", "frame"])
def test_features_that_are_the_same_for_all_are_left_out(spark: SparkSession, where: str) -> None:
    features, nan = [ONE, SAME, NEVER, SOME], float("nan")
    values = np.array([[1, 5, nan, 3], [2, 5, nan, nan], [3, 5, nan, nan]])
    if where == "arrays":
        told = telling_of_arrays(features, values)
    else:
        columns = [F.nanvl(F.col(feature.name), F.lit(None)).alias(feature.name) for feature in features]
        rows = spark.createDataFrame(values.tolist(), [feature.name for feature in features]).select(*columns)
        told = telling_of_frame(features, rows)
    assert told == [ONE, SOME]


def test_infinite_values_are_refused() -> None:
    with pytest.raises(DataRefused, match=r"gold\.training_set: one is infinite in some row"):
        telling_of_arrays([ONE], np.array([[1.0], [np.inf]]))


def test_executors_that_come_and_go_are_refused(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("churn_spark.training.checks.allocates_dynamically", lambda spark: True)
    with pytest.raises(UserError, match=r"--conf spark\.dynamicAllocation\.enabled=false"):
        check_workers(spark, 1, 1000)


@pytest.mark.parametrize(("split", "empty"), [("train", "validation"), ("validation", "train and holdout")])
def test_a_validation_share_that_leaves_a_part_empty_is_told(
    spark: SparkSession, settings: Settings, split: str, empty: str
) -> None:
    parts = [split, "holdout"] if split == "train" else [split]
    rows = spark.createDataFrame([(part, churned) for part in parts for churned in (True, False)], ["split", "churned"])
    with pytest.raises(DataRefused, match=rf"training\.validation_share: 0\.2 of .* leaves no row of \d in {empty};"):
        check_positives(rows, settings)


def training_set(spark: SparkSession, name: str) -> DataFrame:
    """200 customers under pseudonyms that follow from `name`, in the order of these."""
    return (
        spark.range(200)
        .select(
            F.sha2(F.concat(F.lit(name), "id"), 256).alias("user_id"),
            F.lit("churn_def_v1").alias("label_version"),
            (F.col("id") * 37 % 101).cast("double").alias("songs"),
            (F.col("id") * 37 % 101 < 30).alias("churned"),
            F.element_at(F.array(*map(F.lit, ["validation", "holdout", "embargo", "train", "train"])),
                         (F.col("id") % 5 + 1).cast("int")).alias("split"),
        )
        .orderBy("user_id")
    )  # fmt: skip


@pytest.mark.parametrize("where", ["local", "distributed"])
def test_the_booster_does_not_hang_on_pseudonyms(spark: SparkSession, settings: Settings, where: str) -> None:
    few = settings.training.model_copy(update={"trees": 3, "workers": 2, "fit": where})
    chosen = settings.model_copy(update={"training": few})
    trained = [train_model(training_set(spark, name), [SONGS], chosen, None) for name in "ab"]
    one, other = (bytes(one.model.estimator.save_raw()) for one in trained)
    assert one == other


def test_both_fits_tell_the_customers_apart(spark: SparkSession, settings: Settings) -> None:
    for where in ("local", "distributed"):
        training = settings.training.model_copy(
            update={"trees": 20, "learning_rate": 0.3, "subsample": 0.8, "fit": where}
        )
        trained = train_model(
            training_set(spark, "a"), [SONGS], settings.model_copy(update={"training": training}), None
        )
        assert (trained.model.kind, trained.card.metrics["rows"]) == ("xgboost", 40)
        assert trained.card.metrics["roc_auc"] > 0.99
        assert (trained.profile.rows, sum(trained.profile.features["songs"].counts)) == (80, 80)


@pytest.mark.parametrize("method", ["isotonic", "platt"])
def test_a_calibrated_mean_is_the_churn_rate_of_the_validation_rows(
    spark: SparkSession, settings: Settings, method: str
) -> None:
    training = settings.training.model_copy(update={"trees": 3, "calibration": method})
    rows = training_set(spark, "a")
    trained = train_model(rows, [SONGS], settings.model_copy(update={"training": training}), None)
    validation = fetch(rows, [SONGS])["validation"]
    mean = trained.model.probabilities(validation.rows).mean()
    assert mean == pytest.approx(validation.churned.mean(), abs=0.02)
    assert trained.card.metrics["brier_uncalibrated"] != trained.card.metrics["brier"]


def test_rows_come_by_part_as_models_take_them(spark: SparkSession) -> None:
    parts = fetch(training_set(spark, "a"), [SONGS])
    assert {name: len(part.rows) for name, part in parts.items()} == {"train": 80, "validation": 40, "holdout": 40}
    for part in parts.values():
        np.testing.assert_array_equal(part.rows[:, 0] < 30, part.churned == 1)


def test_the_size_chooses_where_a_model_is_fitted(settings: Settings) -> None:
    training = settings.training.model_copy(update={"local_values": 100})
    assert fits_locally(50, 2, training)
    assert not fits_locally(51, 2, training)
    assert not fits_locally(1, 1, training.model_copy(update={"fit": "distributed"}))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"fit": "local"}, r"training\.fit: 51 rows of 2 features are more than training\.local_values"),
        ({"model": "perceptron"}, r"training\.model: perceptron is fitted in one process only"),
    ],
)
def test_what_cannot_be_fitted_is_refused(settings: Settings, changes: dict[str, str], complaint: str) -> None:
    training = settings.training.model_copy(update={"local_values": 100, **changes})
    with pytest.raises(UserError, match=complaint):
        fits_locally(51, 2, training)
