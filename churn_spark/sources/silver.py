"""Brings the silver tables of the sources up to what the sources say now."""

from collections.abc import Mapping
from functools import reduce

from pyspark import StorageLevel
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from churn_spark.errors import DataRefused
from churn_spark.identity.key import pseudonym_key
from churn_spark.identity.pseudonyms import with_pseudonyms
from churn_spark.identity.silver import known_users
from churn_spark.lake import Lake
from churn_spark.settings import Settings
from churn_spark.sources.columns import typed
from churn_spark.sources.reading import read_source
from churn_spark.sources.tables import CUSTOMERS, TICKETS, TRANSACTIONS
from churn_spark.tables import Table

SOURCES: Mapping[str, Table] = {"customers": CUSTOMERS, "transactions": TRANSACTIONS, "tickets": TICKETS}


def update_sources(lake: Lake, settings: Settings) -> dict[str, int]:
    """Read every source that has a location into its silver table; the rows of each.

    Transactions and tickets become what the source holds now. Of customers the history is kept: rows of another
    `updated_at`, or, where the source knows none, rows that say something new, are added to it.
    Raises UserError for a source that cannot be read, DataRefused for a value that does not fit.
    """
    counts = {}
    for name, table in SOURCES.items():
        rows = read_source(lake.spark, name, settings)
        if rows is not None:
            source = getattr(settings.sources, name)
            new = typed(rows, table, source, name).persist(StorageLevel.DISK_ONLY)  # the source is read once
            try:
                _write(lake, table, new, source.columns.get(str(table.timestamp_key)) is None, pseudonym_key(settings))
            except PySparkException as error:
                raise _refused(error) from error
            finally:
                new.unpersist()
            counts[name] = lake.read(table).count()
    return counts


def changed(customers: DataFrame, known: DataFrame) -> DataFrame:
    """Customers whose newest row in `known`, the history so far, says something else, or who have none there."""
    newest = Window.partitionBy("user_id").orderBy(F.desc("updated_at"))
    latest = known.withColumn("place", F.row_number().over(newest)).where("place = 1")
    said = [column for column in customers.columns if column != "updated_at"]
    same = reduce(lambda left, right: left & right, [customers[column].eqNullSafe(latest[column]) for column in said])
    return customers.join(latest, same, "left_anti")


def _write(lake: Lake, table: Table, raw: DataFrame, dated_by_reading: bool, key: bytes) -> None:
    users = known_users(lake, raw.select(F.col("user_id").alias("raw_user_id")), key)
    rows = raw.transform(with_pseudonyms, users).select(*raw.columns)
    if table.timestamp_key is None:
        lake.replace(table, rows)
    elif dated_by_reading and lake.exists(table):
        lake.merge(table, rows.transform(changed, lake.read(table)))
    else:
        lake.merge(table, rows)


def _refused(error: PySparkException) -> Exception:
    if error.getCondition() != "USER_RAISED_EXCEPTION":
        return error
    return DataRefused(str((error.getMessageParameters() or {})["errorMessage"]))
