"""Bronze events -> one row per event, named and typed as silver has them."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from churn_spark.clock import MS_PER_DAY


def without_duplicates(bronze: DataFrame) -> DataFrame:
    """Drop rows that equal another in every field of the line, whichever file or batch brought them.

    By a sort of each session in time, which finding the session_key needs as well, where an aggregate by all fields
    would shuffle the rows once more.
    """
    rows = bronze.drop("source_file", "ingest_batch")
    fields = sorted(rows.columns, key=lambda name: {"sessionId": 0, "ts": 1}.get(name, 2))
    copy = F.row_number().over(Window.partitionBy(*fields).orderBy("ts"))
    return rows.repartition("sessionId").withColumn("copy", copy).where("copy = 1").drop("copy")


def to_silver_names(events: DataFrame) -> DataFrame:
    """Name the columns as silver does, add the UTC day; names of persons and rescued fields stay in bronze."""
    return events.select(
        F.col("userId").alias("user_id"),
        F.col("ts").alias("event_ms"),
        day_of(F.col("ts")).alias("event_date"),
        F.col("sessionId").alias("session_id"),
        F.col("itemInSession").alias("item_in_session"),
        "page",
        "auth",
        "method",
        "status",
        "level",
        F.col("registration").alias("registration_ms"),
        "gender",
        "location",
        F.col("userAgent").alias("user_agent"),
        "artist",
        "song",
        F.round(F.col("length") * 1000).cast("bigint").alias("length_ms"),
    )


def day_of(ms: Column) -> Column:
    """The day, UTC, of a time in ms since epoch."""
    return F.date_from_unix_date(F.floor(ms / MS_PER_DAY).cast("int"))
