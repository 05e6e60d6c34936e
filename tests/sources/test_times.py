"""Which texts are times, and of which point in time."""

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StringType

from churn_spark.sources.times import cure, instant

TIMES = {
    "2026-01-18 20:00:00-05": "2026-01-19 01:00:00",
    "2026-01-18 20:00:00+01": "2026-01-18 19:00:00",
    "2026-01-18T20:00:00+0100": "2026-01-18 19:00:00",
    "2026-01-18 20:00:00.5 +01:00": "2026-01-18 19:00:00.5",
    "2026-01-18 20:00-03:30": "2026-01-18 23:30:00",
    "2026-07-18 20:00:00 Europe/Berlin": "2026-07-18 18:00:00",
    "2026-01-18T20:00:00Z": "2026-01-18 20:00:00",
    "2026-01-18 20:00:00 UTC": "2026-01-18 20:00:00",
    "2026-01-18Z": "2026-01-18 00:00:00",
    " 2026-1-8 9:05 ": "2026-01-08 14:05:00",  # in the zone of the setting
    "2026-01-18": "2026-01-18 05:00:00",
}
NO_TIMES = {
    "20260118": "to_date(at, 'yyyyMMdd')",
    "1768766400": "timestamp_seconds(at)",
    "1768766400000": "timestamp_millis(bigint(at))",
    "infinity": "nullif(at, 'infinity')",
    "-infinity": "nullif(at, 'infinity')",
    "2026-01-18 20:00:00 CET": "name the zone as +01:00 or Europe/Berlin",
    "2026-01-18 20:00:00 Europe/Nowhere": "name the zone as +01:00 or Europe/Berlin",
    "4713-01-01 00:00:00 BC": "correct it at the source",
    "18.01.2026": "to_timestamp(at, 'dd.MM.yyyy HH:mm')",
    **dict.fromkeys(
        ("2026", "202601", "12026", "2026-01", "2026-02-30", "0000-00-00 00:00:00", "20:00",
         "2026-01-18-05", "2026-01-18 08:00:00 99", "NaN", "1e40"),
        "to_timestamp(at, 'dd.MM.yyyy HH:mm')",
    ),
}  # fmt: skip


def test_a_zone_behind_a_time_counts_and_a_number_is_no_time(spark: SparkSession) -> None:
    texts = spark.createDataFrame([(text,) for text in (*TIMES, *NO_TIMES)], "at STRING")
    rows = texts.select("at", instant(F.col("at"), StringType(), "America/New_York").cast("string").alias("instant"))
    assert {row["at"]: row["instant"] for row in rows.collect()} == TIMES | dict.fromkeys(NO_TIMES)


def test_a_text_that_is_no_time_gets_a_cure(spark: SparkSession) -> None:
    texts = spark.createDataFrame([(text,) for text in NO_TIMES], "at STRING")
    cures = {row["at"]: row["cure"] for row in texts.select("at", cure(F.col("at"), "at").alias("cure")).collect()}
    assert {text: words.removeprefix("write an SQL expression for it, such as ") for text, words in cures.items()} == (
        NO_TIMES
    )


def test_a_time_that_python_does_not_know_is_none(spark: SparkSession) -> None:
    rows = spark.sql("SELECT timestamp_seconds(v) AS at FROM VALUES (-210866803200), (253402300800), (0) AS t(v)")
    kind = rows.schema["at"].dataType
    instants = rows.select(instant(F.col("at"), kind, "UTC").cast("string").alias("instant")).collect()
    assert [row["instant"] for row in instants] == [None, None, "1970-01-01 00:00:00"]
