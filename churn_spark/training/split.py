"""The split of a training set: by time, or by customer if all rows are of one time."""

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from churn_spark.calendar import day_of
from churn_spark.settings.labels import LabelSettings
from churn_spark.settings.training import TrainingSettings

BUCKETS = 10_000


def split_by_customer(rows: DataFrame, training: TrainingSettings) -> DataFrame:
    """Add `split` to labelled rows of one time: holdout and validation get `validation_share` of the customers each.

    The holdout is not later than the rows that are trained on. So it shows how well the model tells customers apart,
    not how well it foresees.
    """
    share = int(training.validation_share * BUCKETS)
    bucket = _bucket(training)
    role = F.when(bucket < share, "validation").when(bucket < 2 * share, "holdout").otherwise("train")
    return rows.withColumn("split", role)


def split_by_time(rows: DataFrame, holdout: date, labels: LabelSettings, training: TrainingSettings) -> DataFrame:
    """Add `split` to labelled rows so that nothing is learned from the time that is tested on.

    - holdout: rows as of the midnight of `holdout`.
    - train, validation: rows whose horizon ends at or before that midnight. A hash of `user_id` keeps a fixed share of
      the customers for validation (early stopping and the threshold).
    - embargo: the rows in between. Their labels look into the time of the holdout, and nothing uses them.

    Example: `as_of` is weekly, the holdout 29 May, the gap 0 and the horizon 14 days. Rows as of 15 May and before are
    for training and validation, and rows as of 22 May are the embargo.
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
