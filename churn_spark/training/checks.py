"""What is said before a fit that could not work."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from churn_spark.errors import DataRefused, UserError
from churn_spark.session import allocates_dynamically, tasks_at_once
from churn_spark.settings.all import Settings


def check_workers(spark: SparkSession, workers: int) -> None:
    """Raise UserError if the XGBoost workers could not all run at once; training would wait for ever."""
    if allocates_dynamically(spark):
        raise UserError(
            "spark.dynamicAllocation.enabled: XGBoost's workers must all run at once, which Spark refuses while "
            "executors come and go; submit the job with --conf spark.dynamicAllocation.enabled=false"
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
