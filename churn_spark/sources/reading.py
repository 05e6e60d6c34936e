"""The rows of a source as it has them: from files, a database, or JSON pages over HTTP."""

import re

from py4j.protocol import Py4JJavaError
from pyspark.errors import AnalysisException, PythonException
from pyspark.sql import DataFrame, SparkSession

from churn_spark.errors import UserError
from churn_spark.settings import Settings, SourceSettings, SourcesSettings
from churn_spark.sources.pages import fetched_pages

DRIVER = "org.postgresql.Driver"
FETCH_ROWS = 10_000  # rows that the driver of the database holds at a time; without it, all of them


def read_source(spark: SparkSession, name: str, settings: Settings) -> DataFrame | None:
    """All rows of `sources.<name>` with the source's own columns; None where it has no location.

    Values of CSV and JSON are text. Raises UserError where the source cannot be read.
    """
    source: SourceSettings = getattr(settings.sources, name)
    location = settings.ingest.logs if name == "customers" and settings.ingest.kind == "customers" else source.location
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
    except Py4JJavaError as error:
        raise UserError(_unreadable(name, location, str(error.java_exception.getMessage()))) from error
    except AnalysisException as error:
        cause = getattr(error, "_cause", None)  # of a database, the only one who says what is wrong
        raise UserError(_unreadable(name, location, str(cause or error.getMessage()))) from error
    except PythonException as error:
        told = re.search(r"UserError: (.+)", str(error))  # by the worker that fetched the pages
        if told is None:
            raise
        raise UserError(_unreadable(name, location, told[1])) from error


def _unreadable(name: str, location: str, reason: str) -> str:
    return f"sources.{name}.location: {location}: cannot be read: {reason.partition(chr(10))[0]}"


def _json(spark: SparkSession, folder: str) -> DataFrame:
    return spark.read.options(primitivesAsString=True, mode="FAILFAST").json(folder)


def _database(spark: SparkSession, url: str, source: SourceSettings, sources: SourcesSettings) -> DataFrame:
    """A table or query, read in as many ranges of `split_by` as `partitions` says, else by one connection."""
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
