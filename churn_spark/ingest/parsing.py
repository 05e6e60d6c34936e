"""Lines of log files in Spark: parsed by the event contract, in Arrow batches."""

from collections.abc import Iterable, Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import DataFrame

from churn_spark.contract.batch import read_lines
from churn_spark.contract.fields import FIELDS, NAMES
from churn_spark.contract.line import BLANK
from churn_spark.contract.strict import StrictDecoder
from churn_spark.settings.ingest import IngestSettings

SQL = {"text": "STRING", "id": "STRING", "ms": "BIGINT", "bigint": "BIGINT", "int": "INT", "double": "DOUBLE"}


def parse(lines: DataFrame, contract: IngestSettings) -> DataFrame:
    """Parse `line` (text, in whatever bytes the file has) by the contract; other columns stay.

    Columns: those of `churn_spark.contract.batch.read_lines`, after the others.
    """
    others = [column for column in lines.schema if column.name != "line"]
    fields = [f"{field.name} {SQL[field.type]}" for field in FIELDS]
    texts = [f"{name} STRING" for name in ("reason", "line", "rescued", "unexpected")]
    columns = [f"{column.name} {column.dataType.simpleString()}" for column in others] + fields + texts
    raw = lines.withColumn("line", lines["line"].cast("binary"))  # Spark does not check that text is UTF-8
    return raw.mapInArrow(partial(_parsed, contract, [column.name for column in others]), ", ".join(columns))


def kept(parsed: DataFrame) -> DataFrame:
    """The lines that keep the contract, as `bronze.events` has them."""
    return parsed.where("reason IS NULL").select(*NAMES, "rescued", "source_file", "ingest_batch")


def broken(parsed: DataFrame) -> DataFrame:
    """The lines that break the contract, as `bronze.quarantine` has them."""
    rows = parsed.where(f"reason IS NOT NULL AND reason != '{BLANK}'")
    return rows.select("line", "reason", "position", "source_file", "ingest_batch")


def _parsed(contract: IngestSettings, others: list[str], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    decoder = StrictDecoder(contract)
    for batch in batches:
        columns = {name: batch[name] for name in others}
        yield pa.RecordBatch.from_pydict(columns | read_lines(batch["line"].to_pylist(), contract, decoder))
