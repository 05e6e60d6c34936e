"""Bronze events -> one row per event, with the column names and types of silver."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from churn_spark.calendar import day_of_ms


def without_duplicates(bronze: DataFrame) -> DataFrame:
    """Keep one of the rows that are equal in every field of the line, whichever file or batch brought them.

    The function sorts each session by time. `with_session_key` needs the same sort, so the rows are shuffled once.
    An aggregate by all fields would shuffle them a second time.
    """
    rows = bronze.drop("source_file", "ingest_batch")
    fields = sorted(rows.columns, key=lambda name: {"sessionId": 0, "ts": 1}.get(name, 2))
    copy = F.row_number().over(Window.partitionBy(*fields).orderBy("ts"))
    return rows.repartition("sessionId").withColumn("copy", copy).where("copy = 1").drop("copy")


def to_silver_names(events: DataFrame) -> DataFrame:
    """Give the columns the names of silver and add the UTC day.

    Names of persons and rescued fields stay in bronze.
    """
    return events.select(
        F.col("userId").alias("user_id"),
        F.col("ts").alias("event_ms"),
        day_of_ms(F.col("ts")).alias("event_date"),
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
