"""The split of a training set: by time, or by customer if all rows are of one time."""

from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.calendar import day_of
from churn_spark.settings.labels import LabelSettings
from churn_spark.settings.training import TrainingSettings

BUCKETS = 10_000


def with_bucket(rows: DataFrame, user_pseudonyms: DataFrame | None, training: TrainingSettings) -> DataFrame:
    """Add `bucket`, a number below BUCKETS that is always the same for a customer, under whatever key.

    It is a hash of the ID as logged, so that the same data are split alike in every lake. A user without a row in
    `user_pseudonyms`, which can be dropped, gets a hash of the pseudonym. No table keeps the bucket: whoever knows an
    ID could find the few pseudonyms of its bucket.
    """
    if user_pseudonyms is not None:
        rows = rows.join(user_pseudonyms, "user_id", "left")
    known = F.coalesce("raw_user_id", "user_id") if user_pseudonyms is not None else F.col("user_id")
    bucket = F.pmod(F.xxhash64(known, F.lit(training.seed)), F.lit(BUCKETS))
    return rows.withColumn("bucket", bucket).drop("raw_user_id")


def split_by_customer(rows: DataFrame, training: TrainingSettings) -> DataFrame:
    """Put `split` in the place of `bucket`, in labelled rows of one time.

    Holdout and validation get `validation_share` of the customers each.

    The holdout is not later than the rows that are trained on. So it shows how well the model tells customers apart,
    not how well it foresees.
    """
    share, bucket = int(training.validation_share * BUCKETS), F.col("bucket")
    role = F.when(bucket < share, "validation").when(bucket < 2 * share, "holdout").otherwise("train")
    return rows.withColumn("split", role).drop("bucket")


def split_by_time(rows: DataFrame, holdout: date, labels: LabelSettings, training: TrainingSettings) -> DataFrame:
    """Put `split` in the place of `bucket`, so that nothing is learned from the time that is tested on.

    - holdout: rows as of the midnight of `holdout`.
    - train, validation: rows whose horizon ends at or before that midnight. The `bucket` keeps a fixed share of the
      customers for validation (early stopping and the threshold).
    - embargo: the rows in between. Their labels look into the time of the holdout, and nothing uses them.

    Example: `as_of` is weekly, the holdout 29 May, the gap 0 and the horizon 14 days. Rows as of 15 May and before are
    for training and validation, and rows as of 22 May are the embargo.
    """
    latest_training = holdout - timedelta(days=labels.gap_days + labels.horizon_days)
    chosen = F.col("bucket") < int(training.validation_share * BUCKETS)
    role = F.when(chosen, "validation").otherwise("train")
    return rows.withColumn(
        "split",
        F.when(day_of("as_of") == F.lit(holdout), "holdout")
        .when(day_of("as_of") <= F.lit(latest_training), role)
        .otherwise("embargo"),
    ).drop("bucket")
