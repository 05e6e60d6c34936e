"""The split of a training set: by time, or by customer where there is no time."""

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from churn_spark.features.calendar import day_of
from churn_spark.settings import LabelSettings, TrainingSettings

BUCKETS = 10_000


def split_by_customer(rows: DataFrame, training: TrainingSettings) -> DataFrame:
    """Add `split` to labelled rows of one time: `validation_share` of the customers each for holdout and validation.

    The holdout is no later than what is trained on, so it says how well the model tells customers apart, not how
    well it foresees.
    """
    share = int(training.validation_share * BUCKETS)
    bucket = _bucket(training)
    role = F.when(bucket < share, "validation").when(bucket < 2 * share, "holdout").otherwise("train")
    return rows.withColumn("split", role)


def split_by_time(rows: DataFrame, holdout: date, labels: LabelSettings, training: TrainingSettings) -> DataFrame:
    """Add `split` to labelled rows so that nothing is learned from the time that is tested on.

    holdout: rows as of the midnight of `holdout`. train and validation: rows whose horizon ends at or before it; a
    fixed share of the customers is kept for validation (early stopping and the threshold), by a hash of `user_id`.
    embargo: rows in between, whose label looks into the time of the holdout; nothing uses them.
    """
    latest_training = holdout - timedelta(days=labels.gap_days + labels.horizon_days)
    role = F.when(_bucket(training) < int(training.validation_share * BUCKETS), "validation").otherwise("train")
    return rows.withColumn(
        "split",
        F.when(day_of("as_of") == F.lit(holdout), "holdout")
        .when(day_of("as_of") <= F.lit(latest_training), role)
        .otherwise("embargo"),
    )


def _bucket(training: TrainingSettings) -> Column:
    """A number below BUCKETS that is always the same for a customer."""
    return F.pmod(F.xxhash64("user_id", F.lit(training.seed)), F.lit(BUCKETS))
