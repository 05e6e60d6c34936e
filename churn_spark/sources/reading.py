"""The rows of a source as it has them: from files, a database, or JSON pages over HTTP."""

import re

from pyspark.sql import DataFrame, SparkSession

from churn_spark.errors import UserError
from churn_spark.session import FAILURES, reason
from churn_spark.settings.all import Settings
from churn_spark.settings.sources import SourceSettings, SourcesSettings
from churn_spark.sources.pages import fetched_pages

DRIVER = "org.postgresql.Driver"
FETCH_ROWS = 10_000  # rows that the driver of the database holds at a time; without it, all of them


def read_source(spark: SparkSession, name: str, settings: Settings) -> DataFrame | None:
    """All rows of `sources.<name>` with the source's own columns; None if it has no location.

    Values of CSV and JSON are text. Without logs, `ingest.logs` is the location of the customers. Raises UserError if
    the source cannot be read.
    """
    source: SourceSettings = getattr(settings.sources, name)
    instead_of_logs = name == "customers" and settings.ingest.origin == "customers"
    location = settings.ingest.logs if instead_of_logs else source.location
    if location is None:
        return None
    try:
        if location.startswith("jdbc:"):
            return _database(spark, location, source, settings.sources)
        if location.startswith(("http://", "https://")):
            folder = settings.lake.path("landing", "sources", name)
            fetched_pages(spark, location, source, settings.sources.rest_token).write.mode("overwrite").text(folder)
            return _json(spark, folder)
        if source.format == "json":
            return _json(spark, location)
        return spark.read.options(header=True, mode="FAILFAST").load(location, source.format)
    except FAILURES as error:
        words = reason(error)
        told = re.search(r"UserError: (.+)", str(error))  # raised by the worker that fetched the pages
        raise UserError(f"sources.{name}.location: {location}: cannot be read: {told[1] if told else words}") from error


def _json(spark: SparkSession, folder: str) -> DataFrame:
    return spark.read.options(primitivesAsString=True, mode="FAILFAST").json(folder)


def _database(spark: SparkSession, url: str, source: SourceSettings, sources: SourcesSettings) -> DataFrame:
    """A table or query, read in `partitions` ranges of `split_by`; without `split_by`, by one connection."""
    reader = spark.read.format("jdbc").options(
        url=url, driver=DRIVER, fetchsize=FETCH_ROWS, user=sources.jdbc_user, preferTimestampNTZ=True
    )
    if sources.jdbc_password is not None:
        reader = reader.option("password", sources.jdbc_password.get_secret_value())
    table = f"{source.table} AS source"
    if source.split_by is not None:
        bounds = f"(SELECT min({source.split_by}), max({source.split_by}) FROM {table}) AS bounds"
        [(lowest, highest)] = reader.option("dbtable", bounds).load().collect()
        if lowest is not None:
            reader = reader.options(
                partitionColumn=source.split_by,
                lowerBound=str(lowest),
                upperBound=str(highest),
                numPartitions=source.partitions,
            )
    return reader.option("dbtable", table).load()
