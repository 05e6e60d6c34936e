"""The stage that updates the silver tables of the sources."""

import logging
from collections.abc import Mapping
from functools import reduce

from pyspark.errors import PySparkException, QueryContextType
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from churn_spark.errors import DataRefused
from churn_spark.identity.pseudonyms import with_pseudonyms
from churn_spark.identity.stage import lake_key, with_users
from churn_spark.identity.tables import SESSIONS
from churn_spark.lake import Lake
from churn_spark.session import FAILURES, cached
from churn_spark.settings.all import Settings
from churn_spark.settings.sources import SourceSettings
from churn_spark.sources.columns import typed
from churn_spark.sources.reading import read_source, source_location, unreadable
from churn_spark.sources.tables import CUSTOMERS, TICKETS, TRANSACTIONS
from churn_spark.table import Table

log = logging.getLogger(__name__)
SOURCES: Mapping[str, Table] = {"customers": CUSTOMERS, "transactions": TRANSACTIONS, "tickets": TICKETS}


def sources(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """Customers, transactions and tickets -> silver, from the sources that have a location; returns the rows of each.

    - Transactions and tickets: the table becomes what the source holds now.
    - Rows of users without an event in the logs are counted too.
    - Customers: the table keeps the history. Rows with another `updated_at` are added. If the source does not tell it,
      rows that say something new are added.

    Raises UserError for a source that cannot be read, DataRefused for a value that does not fit.
    """
    counts: dict[str, int] = {}
    for name, table in SOURCES.items():
        rows = read_source(lake.spark, name, settings)
        if rows is not None:
            source = getattr(settings.sources, name)
            dated_by_reading = source.columns.get(str(table.timestamp_key)) is None
            values = typed(rows, table, source, name, settings.identity.placeholder_ids)
            with cached(values, on_disk=True) as new:  # the source is read once
                try:
                    new.count()
                except FAILURES as error:
                    raise _refused(error, name, settings) from error
                _write(lake, table, new, dated_by_reading, lake_key(lake, settings))
            counts |= _counted(lake, table, name, settings)
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


def _counted(lake: Lake, table: Table, name: str, settings: Settings) -> Mapping[str, int]:
    """The rows of a source's table, and how many of them are of users without an event in the logs."""
    rows = lake.read(table)
    count = rows.count()
    if settings.ingest.origin == "customers" or not lake.exists(SESSIONS):
        return {name: count}
    unmatched = rows.join(lake.read(SESSIONS).select("user_id").distinct(), "user_id", "left_anti").count()
    if count and unmatched == count:
        log.warning(
            "sources.%s.columns.user_id: none of its users has an event in the logs; name the column with the same IDs",
            name,
        )
    return {name: count, f"{name} without events": unmatched}


def _refused(error: Exception, name: str, settings: Settings) -> Exception:
    """The sentence about a value that does not fit, or about a source that cannot be read to its end."""
    if isinstance(error, PySparkException):
        told: Mapping[str, str] = error.getMessageParameters() or {}
        if error.getCondition() == "USER_RAISED_EXCEPTION":
            return DataRefused(told["errorMessage"])
        failed = _failed_column(error, getattr(settings.sources, name))
        if failed is not None:
            value = "a value" if failed == "user_id" else told.get("expression", "a value")
            return DataRefused(
                f"sources.{name}.columns.{failed}: {value} does not fit the expression; correct it at the source, or "
                "use try_cast or CASE"
            )
    return unreadable(name, str(source_location(name, settings)), error)


def _failed_column(error: PySparkException, source: SourceSettings) -> str | None:
    """The column whose expression failed on a row; None if the error says nothing of an expression."""
    fragments = [
        context.fragment() for context in error.getQueryContext() or () if context.contextType() == QueryContextType.SQL
    ]
    columns = [column for column, sql in source.columns.items() if sql and any(part in sql for part in fragments)]
    return columns[0] if columns else None
