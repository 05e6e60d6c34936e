"""User IDs have one spelling, and what stands for nobody is no user."""

from collections.abc import Sequence

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from churn_spark.identity.user_ids import user_id

PLACEHOLDERS = ("Guest ", "0", "-1", "[object Object]", "n/a")


def spelled(spark: SparkSession, texts: Sequence[str | None], placeholders: Sequence[str] = PLACEHOLDERS) -> list[str]:
    rows = spark.createDataFrame([(text,) for text in texts], "text STRING")
    return [row.user_id for row in rows.select(user_id(F.col("text"), placeholders).alias("user_id")).collect()]


@pytest.mark.parametrize(
    ("written", "one"),
    [
        (("39", " 39 ", "39.0", "39.", "39.000000000000000000", "3.9e1", "3.9E+01", "\t39\n", "\u00a039"), "39"),
        (("1001.0", "1.001E3", "1.001e+03"), "1001"),
        (("10000000", "1.0E7", "1e7"), "10000000"),
        (("12345678901234567890123", "12345678901234567890123.0"), "12345678901234567890123"),
        (("-7", "-7.0", "-7e0"), "-7"),
    ],
)
def test_a_number_has_one_spelling(spark: SparkSession, written: Sequence[str], one: str) -> None:
    assert set(spelled(spark, written)) == {one}


def test_what_is_no_whole_number_stays_as_it_is(spark: SparkSession) -> None:
    other = ["039", "1.5", "3.95e1", "ann", "Ann@Example.com", "12e45", "1234e567", "1e-3", "7e99", "0x10", "1,001"]
    assert spelled(spark, other) == other


def test_blanks_and_placeholders_are_nobody(spark: SparkSession) -> None:
    nobody = [None, "", " ", "\u00a0\t", "guest", " GUEST", "0", "0.0", "0e0", "-1.0", "[Object object]", "N/A"]
    assert set(spelled(spark, nobody)) == {None}


def test_without_placeholders_only_blanks_are_nobody(spark: SparkSession) -> None:
    assert spelled(spark, ["guest", "0", " "], ()) == ["guest", "0", None]
