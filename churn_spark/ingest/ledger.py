"""The ledger `bronze.files`: which batch took which file, what the file held, and whether the batch is done.

Rows are only added. A batch is entered when it is planned, and once more when it is done.

Example: batch 1 took a.json. Batch 2 was to take b.json, and its job was killed. The ledger says:

| source_file | ingest_batch | state |
| --- | --- | --- |
| a.json | 1 | planned |
| a.json | 1 | done |
| b.json | 2 | planned |

So a.json is taken, unless it was rewritten since, and b.json is interrupted.

Files that are forgotten are a batch too, in the states `forgetting` and `forgotten`. Their lines leave bronze.
"""

from typing import NamedTuple

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from churn_spark.ingest.landing import LogFile
from churn_spark.ingest.reading import Batch
from churn_spark.ingest.tables import LOG_FILES

ENDED = ("done", "forgotten")
LAST = f"struct(ingest_batch, state IN {ENDED})"  # greatest in a file's newest entry


class Changes(NamedTuple):
    """Landed files that differ from the ledger, in the order of their names.

    - `new`: no batch has taken the file.
    - `interrupted`: the batch that was to take the file is not done.
    - `rewritten`: size or time of modification have changed since the file was taken.
    """

    new: list[LogFile]
    interrupted: list[LogFile]
    rewritten: list[LogFile]


class Entry(NamedTuple):
    """A file in a batch, with numbers of lines: all, in bronze.events, in bronze.quarantine, and the last by reason."""

    source_file: str
    bytes: int
    modified_ms: int
    lines: int
    events: int
    quarantined: int
    reasons: dict[str, int]


class Entered(NamedTuple):
    """A batch as the ledger has it, its files in the order of their names."""

    number: int
    state: str | None
    entries: list[Entry]


def changes(landed: DataFrame, ledger: DataFrame) -> Changes:
    """Compare the landed files with the batches that took them last."""
    taken = ledger.groupBy("source_file").agg(
        F.max_by(F.struct("bytes", "modified_ms", "state"), F.expr(LAST)).alias("last")
    )
    same = (F.col("bytes") == F.col("last.bytes")) & (F.col("modified_ms") == F.col("last.modified_ms"))
    change = (
        F.when(F.col("last").isNull(), "new")
        .when(F.col("last.state") == "planned", "interrupted")
        .when(~same & (F.col("last.state") == "done"), "rewritten")
    )
    compared = landed.join(taken, "source_file", "left").select(*LogFile._fields, change.alias("change"))
    rows = sorted(compared.where("change IS NOT NULL").collect())
    return Changes(*([LogFile(*row[:-1]) for row in rows if row["change"] == name] for name in Changes._fields))


def known_files(landed: DataFrame, ledger: DataFrame) -> dict[LogFile, bool]:
    """All files that lie in the folder or that a batch took, as they were then; and whether they are forgotten."""
    newest = F.max_by(F.struct("bytes", "modified_ms", "state"), F.expr(LAST)).alias("last")
    taken = ledger.groupBy("source_file").agg(newest).select("source_file", "last.*")
    others = landed.join(taken, "source_file", "left_anti").withColumn("state", F.lit("landed"))
    rows = taken.unionByName(others).orderBy("source_file").collect()
    return {LogFile(*row[:3]): row["state"] == "forgotten" for row in rows}


def entries(batch: Batch) -> list[Entry]:
    """The ledger's entries of a batch, one per file."""
    listed = []
    for file in batch.files:
        events, reasons = batch.tally.events[file.source_file], batch.tally.reasons(file.source_file)
        quarantined = sum(reasons.values())
        listed.append(Entry(*file, events + quarantined, events, quarantined, reasons))
    return listed


def last_batch(ledger: DataFrame) -> Entered:
    """The batch with the highest number, in its last state; number 0 where there is none."""
    newest = ledger.agg(F.max("ingest_batch")).scalar()
    rows = ledger.where(F.col("ingest_batch") == newest).select("ingest_batch", "state", *Entry._fields).collect()
    if not rows:
        return Entered(0, None, [])
    ended = [row for row in rows if row["state"] in ENDED] or rows
    number, state, *_ = ended[0]
    return Entered(number, state, sorted(Entry(*row[2:]) for row in ended))


def rows(spark: SparkSession, batch: Entered) -> DataFrame:
    """The batch as the ledger's rows."""
    named = [{**entry._asdict(), "ingest_batch": batch.number, "state": batch.state} for entry in batch.entries]
    return spark.createDataFrame(named, LOG_FILES.columns)


def earlier_batches(ledger: DataFrame, files: list[str], number: int) -> list[int]:
    """The batches before this one that took some of the files."""
    earlier = ledger.where(F.col("source_file").isin(files) & (F.col("ingest_batch") < number))
    return [row["ingest_batch"] for row in earlier.select("ingest_batch").distinct().collect()]
