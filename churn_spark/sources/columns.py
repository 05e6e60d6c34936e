"""A source's columns turned into those of a silver table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    DataType,
    DecimalType,
    DoubleType,
    IntegerType,
    MapType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from churn_spark.errors import UserError
from churn_spark.identity.user_ids import user_id
from churn_spark.settings.sources import SourceSettings
from churn_spark.sources import numbers, times
from churn_spark.sources.reading import RAGGED
from churn_spark.sources.refusals import PLACE, refusal, shown, with_place
from churn_spark.table import Table

NOW = re.compile(r"\b(now|curdate|current_date|current_timestamp|localtimestamp)\b", re.IGNORECASE)
NESTED = (ArrayType, MapType, StructType)
NUMBERS = (DecimalType, DoubleType, IntegerType)
MEANINGS = {
    "timestamp": "time",
    "date": "day",
    "integer": "whole number",
    "double": "number",
    "decimal": "number",
    "boolean": "yes or no",
}
NOT_UTF8 = "\ufffd"  # what a byte that is not UTF-8 is read as


@dataclass(frozen=True)
class Mapped:
    """A column of the silver table, and the setting with its SQL over the source's columns."""

    field: StructField
    key: str
    expression: str
    given: DataType


def typed(
    rows: DataFrame, table: Table, source: SourceSettings, name: str, placeholder_ids: Sequence[str] = ()
) -> DataFrame:
    """The rows of `sources.<name>` with the columns of `table`, which `columns` of the source's settings compute.

    - Blank text is null.
    - A time that names no zone is in `time_zone`.
    - A user ID is spelled as `identity.user_ids` spells those of the logs.
    - Of rows with the same keys, the greatest is kept; of a table without keys, each row once.
    - A missing value that the table demands, or a value of another type, fails the query that reads it. The message
      names the column, the value, the row and the cure.

    Raises UserError if the settings do not fit the source's columns.
    """
    fields = cast(StructType, DataType.fromDDL(table.columns)).fields
    unknown = source.columns.keys() - {field.name for field in fields}
    if unknown:
        raise UserError(f"sources.{name}.columns: {table.name} has no column {', '.join(sorted(unknown))}")
    if not rows.columns:  # a text source without rows has no columns
        return rows.sparkSession.createDataFrame([], StructType(fields))
    key = f"sources.{name}.columns"
    columns = [_column(rows, field, source, f"{key}.{field.name}", table, placeholder_ids) for field in fields]
    if RAGGED in rows.columns:
        columns[0] = _refuse_ragged(columns[0], f"sources.{name}.location").alias(fields[0].name)
    values = [field.name for field in fields if field.name not in table.keys]
    placed = rows.transform(with_place, table, source).select(*columns)
    if not table.keys:
        return placed.distinct()
    newest = placed.groupBy(*table.keys).agg(F.max(F.struct(*values)).alias("values"))
    return newest.select(*table.keys, "values.*").select(*[field.name for field in fields])


def _column(
    rows: DataFrame, field: StructField, source: SourceSettings, key: str, table: Table, placeholders: Sequence[str]
) -> Column:
    expression = source.columns.get(field.name)
    if expression is None:
        if not field.nullable and field.name != table.timestamp_key:
            raise UserError(f"{key}: is needed; name the source's column")
        empty = F.lit(None) if field.nullable else F.current_timestamp()
        return empty.cast(field.dataType).alias(field.name)
    given = _type_of(rows, expression, key, identifies=field.name in (*table.keys, "user_id"))
    mapped = Mapped(field, key, expression, given)
    value = _user(mapped, placeholders) if field.name == "user_id" else _value(mapped, source.time_zone)
    try:
        rows.withColumn(PLACE, F.lit("")).select(value)
    except AnalysisException as error:
        raise UserError(
            f"{key}: {expression}: is {given.simpleString()}, which cannot become {field.dataType.simpleString()}; "
            "write another SQL expression"
        ) from error
    return value.cast(field.dataType).alias(field.name)


def _type_of(rows: DataFrame, expression: str, key: str, identifies: bool) -> DataType:
    """The type of the expression. Raises UserError if the source's columns do not give it, or not twice the same."""
    try:
        given = rows.select(F.expr(expression)).schema[0].dataType
    except AnalysisException as error:
        columns = [column for column in rows.columns if column != RAGGED]
        raise UserError(
            f"{key}: {expression}: cannot be computed from the source's columns, {', '.join(columns)}"
        ) from error
    now = {word.lower() for word in NOW.findall(expression)}.difference(column.lower() for column in rows.columns)
    try:
        rows.agg(F.count(F.expr(expression)))
        made_anew = identifies and bool(now)
    except AnalysisException:  # Spark aggregates nothing that differs from one computation to the next
        made_anew = True
    if made_anew:
        raise UserError(
            f"{key}: {expression}: gives other values each time that the source is read, and so the same rows again; "
            "name columns of the source that stay"
        )
    return given


def _user(mapped: Mapped, placeholders: Sequence[str]) -> Column:
    """The user ID. No refusal shows it, unless it is a placeholder."""
    if isinstance(mapped.given, NESTED):
        raise UserError(f"{mapped.key}: {mapped.expression}: is {mapped.given.simpleString()}; name a column of IDs")
    raw = F.expr(mapped.expression)
    text = shown(raw)
    stands_for_nobody = refusal(
        f"{mapped.key}: '", text, "' names no user, in ", F.col(PLACE),
        "; leave such rows out at the source, or change identity.placeholder_ids",
    )  # fmt: skip
    needed = refusal(f"{mapped.key}: ", F.col(PLACE), " has none; leave such rows out at the source")
    not_text = refusal(f"{mapped.key}: ", F.col(PLACE), " is not in UTF-8; save the source in UTF-8")
    value = user_id(raw.cast("string"), placeholders)
    return (
        F.when(text.isNull(), needed)
        .when(value.isNull(), stands_for_nobody)
        .when(value.contains(NOT_UTF8), not_text)
        .otherwise(value)
    )


def _value(mapped: Mapped, time_zone: str) -> Column:
    raw, wanted = F.expr(mapped.expression), mapped.field.dataType
    text = shown(raw)
    cure: Column | str = "correct it at the source, or write an SQL expression for it"
    if wanted == TimestampType():
        value, cure = times.instant(raw, mapped.given, time_zone), times.cure(text, mapped.expression)
    elif isinstance(wanted, NUMBERS):
        value, cure = numbers.number(raw, wanted), numbers.cure(text, wanted, mapped.expression)
    elif wanted == StringType():
        value = F.when(~raw.cast("string").contains(NOT_UTF8), raw.cast("string"))
        cure = "save the source in UTF-8"
    else:
        value = raw.try_cast(wanted)
    meaning = MEANINGS.get(wanted.typeName(), "text")
    wrong = refusal(f"{mapped.key}: '", text, f"' is no {meaning}, in ", F.col(PLACE), "; ", cure)
    needed = refusal(f"{mapped.key}: ", F.col(PLACE), " has none; leave such rows out at the source")
    return (
        F.when(text.isNull(), F.lit(None) if mapped.field.nullable else needed)
        .when(value.isNull(), wrong)
        .otherwise(value)
    )


def _refuse_ragged(column: Column, key: str) -> Column:
    wrong = refusal(f"{key}: ", F.col(PLACE), " has more or fewer fields than the header; correct it at the source")
    return F.when(F.col(RAGGED).isNotNull(), wrong).otherwise(column)
