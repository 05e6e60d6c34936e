"""What a feature of the sources is, and the table and the rows that a list of them makes."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

from churn_spark.clock import MS_PER_DAY
from churn_spark.features.calendar import midnight
from churn_spark.features.catalogue import FEATURE_VERSION
from churn_spark.features.definition import Declared
from churn_spark.tables import Table

MICROS_PER_DAY = 1000 * MS_PER_DAY


@dataclass(frozen=True)
class SourceFeature(Declared):
    """A feature of what the sources know of a customer; `value` is the SQL that gives it at an `as_of`."""

    value: str

    @property
    def column(self) -> Column:
        """The feature's value under its name."""
        return F.expr(self.value).cast("double").alias(self.name)


def feature_table(name: str, comment: str, customers: str, features: Sequence[SourceFeature]) -> Table:
    """The table of these features, one row per customer and `as_of`; `customers` says who has a row."""
    columns = [f"{feature.name} DOUBLE COMMENT '{feature.description}'" for feature in features]
    return Table(
        name,
        comment,
        f"""
        user_id STRING NOT NULL COMMENT 'Pseudonym of the customer: {customers}',
        as_of TIMESTAMP NOT NULL COMMENT 'Midnight UTC; only what the sources say of the time before it is used',
        feature_version STRING NOT NULL COMMENT 'Version of the feature definitions',
        {", ".join(columns)}
        """,
        keys=("user_id", "as_of"),
        timestamp_key="as_of",
        cluster_by=("as_of", "user_id"),
        evolves=True,
        change_feed=True,
    )


def key_columns() -> tuple[Column, ...]:
    """The columns of a feature row that are no features, from `user_id` and `as_of_day`."""
    return (
        F.col("user_id"),
        midnight("as_of_day").alias("as_of"),
        F.lit(FEATURE_VERSION).alias("feature_version"),
    )


def days_before_as_of(time: str) -> Column:
    """How many days (with fractions) the time lies before the midnight of `as_of_day`; below 0 for one after it."""
    as_of_micros = F.unix_date("as_of_day").cast("bigint") * MICROS_PER_DAY
    return (as_of_micros - F.unix_micros(time)) / MICROS_PER_DAY
