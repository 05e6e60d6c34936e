"""Rows of a table or query of PostgreSQL."""

import re
from collections.abc import Iterable, Mapping

from pyspark.sql import DataFrame, DataFrameReader, SparkSession
from pyspark.sql.types import DataType, DateType, DecimalType, TimestampNTZType, TimestampType

from churn_spark.errors import DataRefused
from churn_spark.settings.sources import SourceSettings, SourcesSettings

DRIVER = "org.postgresql.Driver"
FETCH_ROWS = 10_000  # rows that the driver of the database holds at a time; without it, all of them
TIMES = (DateType, TimestampType, TimestampNTZType)


def database_rows(
    spark: SparkSession, url: str, source: SourceSettings, sources: SourcesSettings, name: str
) -> DataFrame:
    """A table or query, read in `partitions` ranges of `split_by`; without `split_by`, by one connection.

    Raises DataRefused for a number or a time that Spark has no value for.
    """
    reader = spark.read.format("jdbc").options(
        url=url, driver=DRIVER, fetchsize=FETCH_ROWS, user=sources.jdbc_user, preferTimestampNTZ=True
    )
    if sources.jdbc_password is not None:
        reader = reader.option("password", sources.jdbc_password.get_secret_value())
    table = f"{source.table} AS source"
    rows = reader.option("dbtable", table).load()
    _refuse_unknown_to_spark(reader, table, rows, source.columns, name)
    if source.split_by is None:
        return rows
    bounds = f"(SELECT min({source.split_by}), max({source.split_by}) FROM {table}) AS bounds"
    [(lowest, highest)] = reader.option("dbtable", bounds).load().collect()
    if lowest is None:
        return rows
    ranges = reader.options(
        partitionColumn=source.split_by,
        lowerBound=str(lowest),
        upperBound=str(highest),
        numPartitions=source.partitions,
    )
    return ranges.option("dbtable", table).load()


def _refuse_unknown_to_spark(
    reader: DataFrameReader, table: str, rows: DataFrame, columns: Mapping[str, str | None], name: str
) -> None:
    """One pass of the database over the columns in use whose types have such values."""
    suspects = {
        field.name: condition
        for field in rows.schema
        if (condition := _unknown_to_spark(field.name, field.dataType)) and _used(field.name, columns.values())
    }
    if not suspects:
        return
    examples = [f'max(CASE WHEN {condition} THEN "{column}"::text END)' for column, condition in suspects.items()]
    query = f"(SELECT ARRAY[{', '.join(examples)}] AS examples FROM {table}) AS suspects"
    [(found,)] = reader.option("dbtable", query).load().collect()
    for column, value in zip(suspects, found or (), strict=False):
        if value is not None:
            raise DataRefused(
                f"sources.{name}.columns: {column} has the value {value}, which Spark does not know; correct it, "
                "or name a query as sources."
                f"{name}.table that does not give it, such as (SELECT nullif({column}, '{value}') AS {column}, ...)"
            )


def _unknown_to_spark(column: str, kind: DataType) -> str | None:
    """A condition of PostgreSQL for the values that Spark does not know; None if the type has none."""
    if isinstance(kind, TIMES):
        return f'NOT isfinite("{column}") OR "{column}" < \'0001-01-01\' OR "{column}" >= \'10000-01-01\''
    if isinstance(kind, DecimalType):
        return f'"{column}" = \'NaN\' OR abs("{column}") >= 1e{kind.precision - kind.scale}'
    return None


def _used(column: str, expressions: Iterable[str | None]) -> bool:
    word = re.compile(rf"(?<!\w){re.escape(column)}(?!\w)", re.IGNORECASE)
    return any(word.search(expression) for expression in expressions if expression)
