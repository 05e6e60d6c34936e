"""The rows of a source as it has them: from files, a database, or JSON pages over HTTP."""

import re
from typing import cast

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import DataType, StructType

from churn_spark.errors import UserError
from churn_spark.session import FAILURES, reason
from churn_spark.settings.all import Settings
from churn_spark.settings.sources import SourceSettings
from churn_spark.simulate.records import COLUMNS
from churn_spark.sources.database import database_rows
from churn_spark.sources.first_line import wrong_kind
from churn_spark.sources.pages import fetched_pages

RAGGED = "_churn_spark_ragged"  # the text of a line with more or fewer fields than the header; else null
QUOTES: dict[str, str | bool] = {"quote": '"', "escape": '"', "multiLine": True}  # RFC 4180


def read_source(spark: SparkSession, name: str, settings: Settings) -> DataFrame | None:
    """All rows of `sources.<name>` with the source's own columns; None if it has no location.

    Values of CSV and JSON are text. Rows of CSV also have the column `RAGGED`. Raises UserError if the source cannot be
    read.
    """
    source = source_settings(name, settings)
    location = source.location
    if location is None:
        return None
    try:
        if location.startswith("jdbc:"):
            return database_rows(spark, location, source, settings.sources, name)
        if location.startswith(("http://", "https://")):
            folder = settings.lake.path("landing", "sources", name)
            fetched_pages(spark, location, source, settings.sources.rest_token).write.mode("overwrite").text(folder)
            return _json(spark, folder)
        return _files(spark, location, source, name)
    except FAILURES as error:
        raise unreadable(name, location, error) from error


def source_settings(name: str, settings: Settings) -> SourceSettings:
    """The source as it is read.

    - The customer table instead of logs lies at `ingest.logs`.
    - On simulated logs, a source without a location of its own is the simulator's.
    """
    source: SourceSettings = getattr(settings.sources, name)
    if name == "customers" and settings.ingest.origin == "customers":
        return source.model_copy(update={"location": settings.ingest.logs})
    if source.location is None and settings.records is not None:
        columns = {column: column for column in cast(StructType, DataType.fromDDL(COLUMNS[name])).names}
        folder = f"{settings.records}/{name}"
        return source.model_copy(update={"location": folder, "format": "parquet", "columns": columns})
    return source


def unreadable(name: str, location: str, error: Exception) -> UserError:
    """The sentence about a source that Spark, a driver or a worker cannot read."""
    words = reason(error)
    told = re.search(r"UserError: (.+)", str(error))  # raised by the worker that fetched the pages
    if "TIMESTAMP(NANOS" in words:
        words = "a time column counts nanoseconds; write it in microseconds, in pandas by coerce_timestamps='us'"
    if "PATH_NOT_FOUND" in words:
        words = "nothing is there; correct the location, or run jobs/simulate.py if the logs are simulated"
    if "CSV header does not conform" in words:
        words = "its files have other columns, or the same in another order; give all of them the same header"
    return UserError(f"sources.{name}.location: {location}: cannot be read: {told[1] if told else words}")


def _files(spark: SparkSession, location: str, source: SourceSettings, name: str) -> DataFrame:
    first = spark.read.text(location).first()
    kind = wrong_kind(first["value"], source.format) if first else None
    if kind is not None:
        raise UserError(f"sources.{name}.location: {location}: {kind}")
    if source.format == "json":
        return _json(spark, location)
    if source.format == "parquet":
        return spark.read.parquet(location)
    reader = spark.read.options(header=True, enforceSchema=False, columnNameOfCorruptRecord=RAGGED, **QUOTES)
    columns = reader.csv(location).schema
    return reader.schema(columns.add(RAGGED, "string")).csv(location) if columns else reader.csv(location)


def _json(spark: SparkSession, folder: str) -> DataFrame:
    return spark.read.options(primitivesAsString=True, mode="FAILFAST").json(folder)
