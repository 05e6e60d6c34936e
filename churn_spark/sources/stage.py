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
from churn_spark.quality.gate import audit
from churn_spark.session import FAILURES, cached
from churn_spark.settings.all import Settings
from churn_spark.settings.sources import SourceSettings
from churn_spark.sources.columns import typed
from churn_spark.sources.expectations import EXPECTED
from churn_spark.sources.reading import read_source, source_settings, unreadable
from churn_spark.sources.tables import CALENDAR, CUSTOMERS, TICKETS, TRANSACTIONS
from churn_spark.table import Table

log = logging.getLogger(__name__)
SOURCES: Mapping[str, Table] = {
    "customers": CUSTOMERS,
    "transactions": TRANSACTIONS,
    "tickets": TICKETS,
    "calendar": CALENDAR,
}


def sources(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """Customers, transactions, tickets and calendar -> silver, from the sources that have a location.

    Returns the rows of each table.

    - Transactions, tickets and calendar: the table becomes what the source holds now.
    - Rows of users without an event in the logs are counted too.
    - Customers: the table keeps the history. Rows with another `updated_at` are added. If the source does not tell it,
      rows that say something new are added.

    A table that holds all of its source already is left as it is. Raises UserError for a source that cannot be read,
    DataRefused for a value that does not fit.
    """
    counts: dict[str, int] = {}
    for name, table in SOURCES.items():
        rows = read_source(lake.spark, name, settings)
        if rows is not None:
            values = typed(rows, table, source_settings(name, settings), name, settings.identity.placeholder_ids)
            with cached(values, on_disk=True) as new:  # the source is read once
                try:
                    content = _content(new)
                except FAILURES as error:
                    raise _refused(error, name, settings) from error
                _update(lake, table, new, content, name, settings)
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


def _content(rows: DataFrame) -> Mapping[str, str]:
    """A mark of the rows, whatever their order; the same rows have the same mark."""
    numbers = F.xxhash64(*rows.columns).cast("decimal(38, 0)")
    return (
        rows.agg(F.count("*").alias("rows"), F.sum(numbers).alias("hash"))
        .selectExpr("string(rows) AS rows", "string(hash) AS hash")
        .collect()[0]
        .asDict()
    )


def _update(
    lake: Lake, table: Table, raw: DataFrame, content: Mapping[str, str], name: str, settings: Settings
) -> None:
    if table.timestamp_key is None and lake.is_current(table, content):
        return
    audit(lake, table, raw, EXPECTED[table])
    rows = raw
    if "user_id" in raw.columns:
        users = with_users(lake, raw.select(F.col("user_id").alias("raw_user_id")), lake_key(lake, settings))
        rows = raw.transform(with_pseudonyms, users).select(*raw.columns)
    if table.timestamp_key is None or not lake.exists(table):
        lake.replace(table, rows, made_from=content)
        return
    lake.create(table)  # which adds columns that an earlier release did not know
    history = lake.read(table)
    dated_by_reading = source_settings(name, settings).columns.get(table.timestamp_key) is None
    new = rows.transform(changed, history) if dated_by_reading else rows.subtract(history.select(*rows.columns))
    if not new.isEmpty():
        lake.merge(table, new)


def _counted(lake: Lake, table: Table, name: str, settings: Settings) -> Mapping[str, int]:
    """The rows of a source's table, and how many of them are of users without an event in the logs."""
    rows = lake.read(table)
    if settings.ingest.origin == "customers" or "user_id" not in rows.columns or not lake.exists(SESSIONS):
        return {name: rows.count()}
    logged = lake.read(SESSIONS).select("user_id", F.lit(True).alias("logged")).distinct()
    counts = rows.join(logged, "user_id", "left").agg(F.count("*"), F.count_if(F.col("logged").isNull()))
    [(count, unmatched)] = counts.collect()
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
        failed = _failed_column(error, source_settings(name, settings))
        if failed is not None:
            value = "a value" if failed == "user_id" else told.get("expression", "a value")
            return DataRefused(
                f"sources.{name}.columns.{failed}: {value} does not fit the expression; correct it at the source, or "
                "use try_cast or CASE"
            )
    return unreadable(name, str(source_settings(name, settings).location), error)


def _failed_column(error: PySparkException, source: SourceSettings) -> str | None:
    """The column whose expression failed on a row; None if the error says nothing of an expression."""
    fragments = [
        context.fragment() for context in error.getQueryContext() or () if context.contextType() == QueryContextType.SQL
    ]
    columns = [column for column, sql in source.columns.items() if sql and any(part in sql for part in fragments)]
    return columns[0] if columns else None
