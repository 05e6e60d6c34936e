"""Labels from a customer table that tells which customers have left, without events that tell when."""

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.calendar import midnight

SNAPSHOT = "churn_snapshot"


def snapshot_labels(customers: DataFrame, as_of_day: date) -> DataFrame:
    """Rows of `gold.labels` of version `churn_snapshot` at one midnight: what the newest row of each customer says.

    The label is not of a time after `as_of`, but of the same moment as the features. So a model learns which customers
    have left, not which customers will leave within a horizon.
    """
    newest = customers.groupBy("user_id").agg(F.max_by("churned", "updated_at").alias("churned"))
    return newest.select(
        "user_id",
        midnight(F.lit(as_of_day)).alias("as_of"),
        F.lit(SNAPSHOT).alias("label_version"),
        "churned",
    )
