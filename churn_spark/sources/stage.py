"""The stage that updates the silver tables of the sources."""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
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


@dataclass(frozen=True)
class Source:
    """The rows that a source holds now, with the columns of its table, and the mark of their content."""

    name: str
    table: Table
    rows: DataFrame
    content: Mapping[str, str]

    @property
    def names_users(self) -> bool:
        """Whether its rows are about users."""
        return "user_id" in self.rows.columns


def sources(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """Customers, transactions, tickets and calendar -> silver, from the sources that have a location.

    Returns the rows of each table.

    - Transactions, tickets and calendar: the table becomes what the source holds now.
    - Rows of users without an event in the logs are counted too.
    - Customers: the table keeps the history. Rows with another `updated_at` are added. If the source does not tell it,
      rows that say something new are added.

    All sources are read, at the same time, before any table is written. A table that holds all of its source already is
    left as it is. Raises UserError for a source that cannot be read, DataRefused for a value that does not fit.
    """
    named = {name: rows for name in SOURCES if (rows := read_source(lake.spark, name, settings)) is not None}
    with ExitStack() as held, ThreadPoolExecutor(len(SOURCES)) as pool:  # each spends most of its time waiting

        def read(name: str) -> Source:
            values = typed(
                named[name], SOURCES[name], source_settings(name, settings), name, settings.identity.placeholder_ids
            )
            rows = held.enter_context(cached(values, on_disk=True))  # the source is read once
            try:
                return Source(name, SOURCES[name], rows, _content(rows))
            except FAILURES as error:
                raise _refused(error, name, settings) from error

        read_now = list(pool.map(read, named))
        outdated = [one for one in read_now if one.table.timestamp_key or not lake.is_current(one.table, one.content)]
        for one in outdated:
            audit(lake, one.table, one.rows, EXPECTED[one.table])
        pseudonymous = _pseudonymous(lake, outdated, settings)
        list(pool.map(lambda one: _write(lake, one, settings), pseudonymous))
    return _counted(lake, [one.table for one in read_now], settings)


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


def _pseudonymous(lake: Lake, sources: Sequence[Source], settings: Settings) -> list[Source]:
    """The sources with the pseudonyms of their users, all of whom are entered in `silver.user_pseudonyms`."""
    of_users = [one.rows.select(F.col("user_id").alias("raw_user_id")) for one in sources if one.names_users]
    if not of_users:
        return list(sources)
    users = with_users(lake, reduce(DataFrame.union, of_users), lake_key(lake, settings))
    return [
        replace(one, rows=one.rows.transform(with_pseudonyms, users).select(*one.rows.columns))
        if one.names_users
        else one
        for one in sources
    ]


def _write(lake: Lake, source: Source, settings: Settings) -> None:
    table, rows = source.table, source.rows
    if table.timestamp_key is None or not lake.exists(table):
        lake.replace(table, rows, made_from=source.content)
        return
    lake.create(table)  # which adds columns that an earlier release did not know
    history = lake.read(table)
    dated_by_reading = source_settings(source.name, settings).columns.get(table.timestamp_key) is None
    new = rows.transform(changed, history) if dated_by_reading else rows.subtract(history.select(*rows.columns))
    if not new.isEmpty():
        lake.merge(table, new)


def _counted(lake: Lake, tables: Sequence[Table], settings: Settings) -> Mapping[str, int]:
    """The rows of each table, and how many of them are of users without an event in the logs."""
    names = {table: name for name, table in SOURCES.items()}
    user = {table: "user_id" if "user_id" in table.columns else "string(null)" for table in tables}
    rows = [lake.read(table).selectExpr(f"'{names[table]}' AS source", f"{user[table]} AS user_id") for table in tables]
    if not rows:
        return {}
    logs = settings.ingest.origin != "customers" and lake.exists(SESSIONS)
    known = lake.read(SESSIONS).select("user_id", F.lit(True).alias("logged")).distinct() if logs else None
    every = reduce(DataFrame.union, rows)
    every = every.withColumn("logged", F.lit(True)) if known is None else every.join(known, "user_id", "left")
    unknown = F.count_if(F.col("user_id").isNotNull() & F.col("logged").isNull())
    by_source = {row[0]: row[1:] for row in every.groupBy("source").agg(F.count("*"), unknown).collect()}
    counts: dict[str, int] = {}
    for table, name in ((table, names[table]) for table in tables):
        count, unmatched = by_source.get(name, (0, 0))
        counts[name] = count
        if logs and user[table] == "user_id":
            counts[f"{name} without events"] = unmatched
            _warn_of_other_ids(name, count, unmatched)
    return counts


def _warn_of_other_ids(name: str, count: int, unmatched: int) -> None:
    if count and unmatched == count:
        log.warning(
            "sources.%s.columns.user_id: none of its users has an event in the logs; name the column with the same IDs",
            name,
        )


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
