"""Numbers of a source: text with a point, or columns of any number type."""

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DoubleType, IntegerType

EXACT = "decimal(38, 10)"
LARGEST_WHOLE = 1 << 31


def number(raw: Column, wanted: DataType) -> Column:
    """The number; null if the value is none, too large, or not whole where a whole number is wanted.

    Examples: "12.0" is the whole number 12. "12.5" is none. NaN and Infinity are no numbers.
    """
    if wanted == IntegerType():
        exact = raw.try_cast(EXACT)
        return F.when(exact == F.floor(exact), exact.try_cast(wanted))
    if wanted == DoubleType():
        value = raw.try_cast(wanted)
        return F.when(~F.isnan(value) & (F.abs(value) < F.lit(float("inf"))), value)
    return raw.try_cast(wanted)


def cure(text: Column, wanted: DataType, expression: str) -> Column:
    """What to do about a text that is no such number, where `expression` is the SQL that gave it."""
    written = "write an SQL expression for it, such as "
    too_large = "it is too large; correct it at the source"
    fraction = F.lit(f"{written}floor({expression})" if wanted == IntegerType() else too_large)
    return (
        F.when(
            text.rlike(r"^[+-]?(?i:nan|inf)"), F.concat(F.lit(f"{written}nullif({expression}, '"), text, F.lit("')"))
        )
        .when(text.rlike(r"\.\d*,"), F.lit(f"{written}replace(replace({expression}, '.'), ',', '.')"))
        .when(text.rlike(r",.*\."), F.lit(f"{written}replace({expression}, ',')"))
        .when(text.contains(","), F.lit(f"{written}replace({expression}, ',', '.')"))
        .when(F.abs(text.try_cast("double")) < LARGEST_WHOLE, fraction)
        .when(text.try_cast("double").isNotNull(), F.lit(too_large))
        .otherwise(F.lit("correct it at the source, or write an SQL expression for it"))
    )
