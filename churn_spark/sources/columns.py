"""A source's columns turned into those of a silver table."""

from typing import cast

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StructField, StructType, TimestampType

from churn_spark.errors import UserError
from churn_spark.settings.sources import SourceSettings
from churn_spark.table import Table

ZONED = r"(?i):\d\d(\.\d+)?\s*(z|utc|gmt|[+-]\d\d:?\d\d)$"


def typed(rows: DataFrame, table: Table, source: SourceSettings, name: str) -> DataFrame:
    """The rows of `sources.<name>` with the columns of `table`, which `columns` of the source's settings compute.

    - Blank text is null.
    - A time that names no zone is in `time_zone`.
    - Of rows with the same keys, the greatest is kept.
    - A missing value that the table demands, or a value of another type, fails the query that reads it. The message
      names the column.

    Raises UserError if the settings do not fit the source's columns.
    """
    fields = cast(StructType, DataType.fromDDL(table.columns)).fields
    unknown = source.columns.keys() - {field.name for field in fields}
    if unknown:
        raise UserError(f"sources.{name}.columns: {table.name} has no column {', '.join(sorted(unknown))}")
    if not rows.columns:  # a text source without rows has no columns
        return rows.sparkSession.createDataFrame([], StructType(fields))
    columns = [_column(rows, field, source, f"sources.{name}.columns.{field.name}", table) for field in fields]
    values = [field.name for field in fields if field.name not in table.keys]
    unique = rows.select(*columns).groupBy(*table.keys).agg(F.max(F.struct(*values)).alias("values"))
    return unique.select(*table.keys, "values.*").select(*[field.name for field in fields])


def _column(rows: DataFrame, field: StructField, source: SourceSettings, key: str, table: Table) -> Column:
    expression = source.columns.get(field.name)
    if expression is None:
        if not field.nullable and field.name != table.timestamp_key:
            raise UserError(f"{key}: is needed; name the source's column")
        empty = F.lit(None) if field.nullable else F.current_timestamp()
        return empty.cast(field.dataType).alias(field.name)
    try:
        given = rows.select(F.expr(expression)).schema[0].dataType
    except AnalysisException as error:
        raise UserError(
            f"{key}: {expression}: cannot be computed from the source's columns, {', '.join(rows.columns)}"
        ) from error
    raw = F.expr(expression)
    absent = raw.isNull() | (F.trim(raw.cast("string")) == "")
    value = (
        _instant(raw, given, source.time_zone) if field.dataType == TimestampType() else raw.try_cast(field.dataType)
    )
    wrong = F.raise_error(F.lit(f"{key}: a value is no {field.dataType.simpleString()}; correct it at the source"))
    needed = F.raise_error(F.lit(f"{key}: a row has none; leave such rows out at the source"))
    return (
        F.when(absent, F.lit(None) if field.nullable else needed)
        .when(value.isNull(), wrong)
        .otherwise(value)
        .cast(field.dataType)
        .alias(field.name)
    )


def _instant(raw: Column, given: DataType, time_zone: str) -> Column:
    """The point in time, whatever the session's time zone; null if the text is no time."""
    if given == TimestampType():
        return raw
    wall = raw.try_cast("timestamp_ntz").cast("string")
    of_zone = F.concat(wall, F.lit(f" {time_zone}")).try_cast("timestamp")
    return F.when(raw.cast("string").rlike(ZONED), raw.cast("string").try_cast("timestamp")).otherwise(of_zone)
