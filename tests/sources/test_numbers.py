"""Which values are numbers, and what to do about the others."""

from decimal import Decimal

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DecimalType, DoubleType, IntegerType

from churn_spark.sources.numbers import cure, number

MONEY = DecimalType(18, 4)
AMOUNTS = {"9.99": Decimal("9.99"), "-9.99": Decimal("-9.99"), "1e2": Decimal(100), " 9.99 ": Decimal("9.99")}
NO_AMOUNTS = {
    "9,99": "such as replace(v, ',', '.')",
    "1,234.50": "such as replace(v, ',')",
    "1.234,50": "such as replace(replace(v, '.'), ',', '.')",
    "NaN": "such as nullif(v, 'NaN')",
    "Infinity": "such as nullif(v, 'Infinity')",
    "99999999999999999999": "it is too large; correct it at the source",
    "1e40": "it is too large; correct it at the source",
    **dict.fromkeys(("$9.99", "9.99 EUR", "(9.99)", "free"), "correct it at the source, or write an SQL expression"),
}


def test_amounts_have_a_point(spark: SparkSession) -> None:
    texts = spark.createDataFrame([(text,) for text in (*AMOUNTS, *NO_AMOUNTS)], "v STRING")
    rows = texts.select("v", number(F.col("v"), MONEY).alias("number"), cure(F.col("v"), MONEY, "v").alias("cure"))
    found = rows.collect()
    assert {row["v"]: row["number"] for row in found} == AMOUNTS | dict.fromkeys(NO_AMOUNTS)
    for row in found[len(AMOUNTS) :]:
        assert NO_AMOUNTS[row["v"]] in row["cure"]


def test_whole_numbers_may_have_zeros_behind_the_point(spark: SparkSession) -> None:
    values = [1.0, 12.0, 12.5, 1e40, float("nan")]
    rows = spark.createDataFrame([(value, str(value)) for value in values], "v DOUBLE, text STRING")
    whole = rows.select(number(F.col("v"), IntegerType()), number(F.col("text"), IntegerType()))
    assert [tuple(row) for row in whole.collect()] == [(1, 1), (12, 12), (None, None), (None, None), (None, None)]
    words = rows.where("v = 12.5").select(cure(F.col("text"), IntegerType(), "v")).collect()
    assert words[0][0] == "write an SQL expression for it, such as floor(v)"


def test_nan_and_infinity_are_no_numbers(spark: SparkSession) -> None:
    rows = spark.createDataFrame([("NaN",), ("-Infinity",), ("1.5",)], "v STRING")
    assert [row[0] for row in rows.select(number(F.col("v"), DoubleType())).collect()] == [None, None, 1.5]
