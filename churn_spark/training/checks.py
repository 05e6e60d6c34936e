"""What is said before a fit that could not work."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from churn_spark.errors import DataRefused, UserError
from churn_spark.features.encoding import Input, model_inputs
from churn_spark.models.candidate import Rows
from churn_spark.session import allocates_dynamically, tasks_at_once
from churn_spark.settings.all import Settings

ROWS_A_WORKER = 20  # at least, so that no worker is left without rows
Feature = TypeVar("Feature", bound=Input)


def check_columns(training_set: DataFrame, features: Sequence[Input]) -> None:
    """Raise DataRefused if the training set lacks a feature of the tables that have been made."""
    missing = [feature.name for feature in features if feature.name not in training_set.columns]
    if missing:
        raise DataRefused(
            f"gold.training_set: lacks {missing[0]}, which a feature table has; run jobs/build_features.py first"
        )


def telling(features: Sequence[Feature], known: Rows, low: Rows, high: Rows, rows: int) -> list[Feature]:
    """The features that differ between the rows to train on.

    - `known`: of each feature, the number of rows in which it is known.
    - `low`, `high`: the lowest and highest known value, NaN if there is none.

    A feature that is known in some rows only says something even if it is constant there. Raises DataRefused if a
    feature is infinite somewhere.
    """
    infinite = np.flatnonzero(np.isinf(low) | np.isinf(high))
    if infinite.size:
        raise DataRefused(
            f"gold.training_set: {features[infinite[0]].name} is infinite in some row; correct the source that it "
            "comes from, and run jobs/build_features.py"
        )
    silent = _silent(known, low, high, rows)
    if silent.all():
        raise DataRefused("gold.training_set: no feature differs between the rows to train on; give longer logs")
    return [feature for feature, says_nothing in zip(features, silent, strict=True) if not says_nothing]


def telling_of_arrays(features: Sequence[Feature], rows: Rows) -> list[Feature]:
    """As `telling`, of rows in this process."""
    return telling(features, *_measured(rows), len(rows))


def telling_places(rows: Rows) -> NDArray[np.intp]:
    """The places of the columns that differ between the rows."""
    return np.flatnonzero(~_silent(*_measured(rows), len(rows)))


def _measured(rows: Rows) -> tuple[Rows, Rows, Rows]:
    """Of each column, the number of known values, the lowest and the highest."""
    there = ~np.isnan(rows)
    known = there.sum(axis=0)
    low = np.min(rows, axis=0, initial=np.inf, where=there)
    high = np.max(rows, axis=0, initial=-np.inf, where=there)
    return known, np.where(known, low, np.nan), np.where(known, high, np.nan)


def _silent(known: Rows, low: Rows, high: Rows, rows: int) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (known == 0) | ((known == rows) & (low == high))
    return found


def telling_of_frame(features: Sequence[Feature], train: DataFrame) -> list[Feature]:
    """As `telling`, of rows in Spark, in one pass."""
    inputs = model_inputs(features)
    measures = [measure(column) for measure in (F.count, F.min, F.max) for column in inputs]
    rows, *measured = train.agg(F.count("*"), *measures).collect()[0]
    known, low, high = np.array(measured, dtype=float).reshape(3, -1)
    return telling(features, known, low, high, rows)


def check_workers(spark: SparkSession, workers: int, rows: int) -> None:
    """Raise UserError if the XGBoost workers could not all run at once, or would not all have rows.

    Training would wait for ever.
    """
    if allocates_dynamically(spark):
        raise UserError(
            "spark.dynamicAllocation.enabled: XGBoost's workers must all run at once, which Spark refuses while "
            "executors come and go; submit the job with --conf spark.dynamicAllocation.enabled=false"
        )
    if rows < ROWS_A_WORKER * workers:
        raise UserError(
            f"training.workers: {rows:,} rows leave some of {workers} workers without any; set training.fit to local"
        )
    slots = tasks_at_once(spark)
    if slots is not None and workers > slots:
        raise UserError(
            f"training.workers: {workers} workers must all run at once, but Spark runs {slots} tasks at once here; "
            f"set it to {slots} or less, or give more cores"
        )


def check_positives(training_set: DataFrame, settings: Settings) -> None:
    """Raise DataRefused if a part of the split has too few churned rows, or no other rows, to learn or test on."""
    counts = {
        row["split"]: (row["positives"], row["others"])
        for row in training_set.groupBy("split")
        .agg(F.count_if("churned").alias("positives"), F.count_if(~F.col("churned")).alias("others"))
        .collect()
    }
    need = {
        "train": settings.training.min_positives,
        "validation": 1,
        "holdout": settings.training.min_holdout_positives,
    }
    parts = {split: counts.get(split, (0, 0)) for split in need}
    rows = {split: sum(part) for split, part in parts.items()}
    if rows["train"] + rows["validation"] and not rows["train"] * rows["validation"] * rows["holdout"]:
        empty = " and ".join(split for split in need if not rows[split])
        raise DataRefused(
            f"training.validation_share: {settings.training.validation_share:g} of the customers for validation leaves "
            f"no row of {sum(rows.values()):,} in {empty}; set another share, for example 0.2"
        )
    if any(parts[split][0] < positives or not parts[split][1] for split, positives in need.items()):
        described = ", ".join(
            f"{positives} of {positives + others} rows in {split}" for split, (positives, others) in parts.items()
        )
        raise DataRefused(
            f"too few churned customers to train on: {described}, where at least "
            f"{need['train']}, {need['validation']} and {need['holdout']} are needed; give longer logs, a shorter "
            "labels.horizon_days or a wider labels.train_on"
        )
