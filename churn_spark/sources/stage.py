"""The stage that updates the silver tables of the sources."""

from collections.abc import Mapping
from functools import reduce

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from churn_spark.errors import DataRefused
from churn_spark.identity.pseudonyms import with_pseudonyms
from churn_spark.identity.stage import lake_key, with_users
from churn_spark.lake import Lake
from churn_spark.session import cached
from churn_spark.settings.all import Settings
from churn_spark.sources.columns import typed
from churn_spark.sources.reading import read_source
from churn_spark.sources.tables import CUSTOMERS, TICKETS, TRANSACTIONS
from churn_spark.table import Table

SOURCES: Mapping[str, Table] = {"customers": CUSTOMERS, "transactions": TRANSACTIONS, "tickets": TICKETS}


def sources(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """Customers, transactions and tickets -> silver, from the sources that have a location; returns the rows of each.

    - Transactions and tickets: the table becomes what the source holds now.
    - Customers: the table keeps the history. Rows with another `updated_at` are added. If the source does not tell it,
      rows that say something new are added.

    Raises UserError for a source that cannot be read, DataRefused for a value that does not fit.
    """
    counts = {}
    for name, table in SOURCES.items():
        rows = read_source(lake.spark, name, settings)
        if rows is not None:
            source = getattr(settings.sources, name)
            dated_by_reading = source.columns.get(str(table.timestamp_key)) is None
            with cached(typed(rows, table, source, name), on_disk=True) as new:  # the source is read once
                try:
                    _write(lake, table, new, dated_by_reading, lake_key(lake, settings))
                except PySparkException as error:
                    raise _refused(error) from error
            counts[name] = lake.read(table).count()
    return counts


def changed(customers: DataFrame, history: DataFrame) -> DataFrame:
    """Rows of customers whose newest row in `history` says something else, or who have no row there.

    Example: in `history` ann pays by card. The source now says ann, invoice, and bob, card: both rows are new.
    """
    newest = Window.partitionBy("user_id").orderBy(F.desc("updated_at"))
    latest = history.withColumn("place", F.row_number().over(newest)).where("place = 1")
    said = [column for column in customers.columns if column != "updated_at"]
    same = reduce(lambda left, right: left & right, [customers[column].eqNullSafe(latest[column]) for column in said])
    return customers.join(latest, same, "left_anti")


def _write(lake: Lake, table: Table, raw: DataFrame, dated_by_reading: bool, key: bytes) -> None:
    users = with_users(lake, raw.select(F.col("user_id").alias("raw_user_id")), key)
    rows = raw.transform(with_pseudonyms, users).select(*raw.columns)
    if table.timestamp_key is None:
        lake.replace(table, rows)
    elif dated_by_reading and lake.exists(table):
        lake.create(table)  # which adds columns that an earlier release did not know
        lake.merge(table, rows.transform(changed, lake.read(table)))
    else:
        lake.merge(table, rows)


def _refused(error: PySparkException) -> Exception:
    if error.getCondition() != "USER_RAISED_EXCEPTION":
        return error
    return DataRefused(str((error.getMessageParameters() or {})["errorMessage"]))
