"""What a feature of a source is, and the columns that all tables of such features have."""

from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

from churn_spark.behavior.definition import FEATURE_VERSION, Declared
from churn_spark.calendar import midnight
from churn_spark.clock import MS_PER_DAY

MICROS_PER_DAY = 1000 * MS_PER_DAY


@dataclass(frozen=True)
class SourceFeature(Declared):
    """A feature of what the sources tell of a customer; `value` is the SQL that gives it at an `as_of`."""

    value: str

    @property
    def expression(self) -> Column:
        """The feature's value under its name."""
        return F.expr(self.value).cast(self.sql_type).alias(self.name)


def key_columns() -> tuple[Column, ...]:
    """The columns of a feature row that are no features, computed from `user_id` and `as_of_day`."""
    return (
        F.col("user_id"),
        midnight("as_of_day").alias("as_of"),
        F.lit(FEATURE_VERSION).alias("feature_version"),
    )


def days_before_as_of(time: str) -> Column:
    """How many days (with fractions) the time lies before the midnight of `as_of_day`; below 0 for one after it."""
    as_of_micros = F.unix_date("as_of_day").cast("bigint") * MICROS_PER_DAY
    return (as_of_micros - F.unix_micros(time)) / MICROS_PER_DAY
