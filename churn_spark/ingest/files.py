"""New log files into bronze, each once, whatever the number of runs and kills."""

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.errors import DataRefused, UserError
from churn_spark.ingest.contract import broken, kept, parse
from churn_spark.lake import Lake
from churn_spark.settings import Settings
from churn_spark.tables import BRONZE_EVENTS, QUARANTINE

WRITER = "ingest"


def take_new_lines(lake: Lake, settings: Settings) -> None:
    """Append the lines of all files that no run has taken yet to `bronze.events` or `bronze.quarantine`.

    The checkpoint gives a batch its number and its files before anything is written, so a batch that was killed
    half-way comes again with the same number, and a table that has the number already passes it over.
    Raises UserError where the folder is missing, DataRefused where it holds no lines.
    """

    def write(lines: DataFrame, batch: int) -> None:
        numbered = lines.withColumn("ingest_batch", F.lit(batch).cast("bigint"))
        parsed = parse(numbered, settings.ingest.earliest, settings.ingest.latest).persist()
        lake.append(BRONZE_EVENTS, kept(parsed), WRITER, batch)
        lake.append(QUARANTINE, broken(parsed), WRITER, batch)
        parsed.unpersist()

    try:
        files = lake.spark.readStream.option("pathGlobFilter", "*.json*").text(settings.logs)
    except AnalysisException as error:
        raise UserError(
            f"ingest.logs: cannot read the folder {settings.logs}; name a folder of JSON-lines logs"
        ) from error
    lines = files.select(F.col("value").alias("line"), F.col("_metadata.file_path").alias("source_file"))
    query = (
        lines.writeStream.foreachBatch(write)
        .option("checkpointLocation", lake.settings.path("_checkpoints", "ingest"))
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination()
    if not lake.exists(BRONZE_EVENTS):
        raise DataRefused(f"ingest.logs: no lines in files *.json or *.json.gz in {settings.logs}")
