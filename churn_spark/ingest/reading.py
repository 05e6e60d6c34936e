"""One batch of files, read to their ends: parsed and counted in one pass, and cached until it is written."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession

from churn_spark.ingest.landing import LogFile, landed_files, named, read_lines, unreadable
from churn_spark.ingest.parsing import parse
from churn_spark.ingest.tally import Tally, tally
from churn_spark.session import cached
from churn_spark.settings.all import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """Files that were read to their ends, their parsed lines and counts, and the number of files left out by cause."""

    files: list[LogFile]
    parsed: DataFrame
    tally: Tally
    left_out: Counter[str]


@contextmanager
def read_whole(spark: SparkSession, settings: Settings, files: list[LogFile]) -> Iterator[Batch]:
    """The files as a batch, cached within the context.

    A file that cannot be read to its end, or that changes while it is read, is left out with a warning.
    """
    left_out: Counter[str] = Counter()
    while True:
        with cached(parse(read_lines(spark, settings.logs, files), settings.ingest)) as parsed:
            try:
                counted = tally(parsed)
            except Exception as error:
                bad = unreadable(error, files)
                if bad is None:
                    raise
                name = named([bad.source_file])
                again = "rename it, because of the colon" if ":" in name else "the next run tries again"
                log.warning("%s: left out, cannot be read to its end; %s", name, again)
                left_out["files unreadable"] += 1
                files = [file for file in files if file != bad]
                continue
            yield _unchanged(spark, settings, Batch(files, parsed, counted, left_out))
            return


def _unchanged(spark: SparkSession, settings: Settings, batch: Batch) -> Batch:
    """The batch without the files that changed while they were read."""
    landed = {LogFile(*row) for row in landed_files(spark, settings.logs).collect()}
    whole = [file for file in batch.files if file in landed]
    names = [file.source_file for file in whole]
    changed = {file.source_file for file in batch.files}.difference(names)
    if not changed:
        return batch
    log.warning("%s: left out, changed while being read; the next run tries again", named(changed))
    left_out = batch.left_out + Counter({"files changing": len(changed)})
    return Batch(whole, batch.parsed.where(batch.parsed.source_file.isin(names)), batch.tally.only(names), left_out)
