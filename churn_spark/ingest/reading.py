"""One batch of files, read whole: parsed and counted in one pass, kept in Spark's cache until it is written."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession

from churn_spark.ingest.audit import Audit, audit
from churn_spark.ingest.contract import parse
from churn_spark.ingest.landing import LogFile, landed_files, named, read_lines, unreadable
from churn_spark.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """Files that were read whole, their parsed lines, what those hold, and how many files were left out and why."""

    files: list[LogFile]
    parsed: DataFrame
    found: Audit
    left_out: Counter[str]


@contextmanager
def read_whole(spark: SparkSession, settings: Settings, files: list[LogFile]) -> Iterator[Batch]:
    """The files as a batch, cached for the time of the context.

    A file that cannot be read to its end, or that is not the same before and after, is left out with a warning.
    """
    left_out: Counter[str] = Counter()
    parsed, found = None, None
    while parsed is None or found is None:
        parsed = parse(read_lines(spark, settings.logs, files), settings.ingest).persist()
        try:
            found = audit(parsed)
        except Exception as error:
            parsed.unpersist()
            bad = unreadable(error, files)
            if bad is None:
                raise
            log.warning("%s: left out, cannot be read to its end; the next run tries again", named([bad.source_file]))
            left_out["files unreadable"] += 1
            files = [file for file in files if file != bad]
    try:
        landed = {LogFile(*row) for row in landed_files(spark, settings.logs).collect()}
        whole = [file for file in files if file in landed]
        names = [file.source_file for file in whole]
        if changed := {file.source_file for file in files}.difference(names):
            log.warning("%s: left out, changed while being read; the next run tries again", named(changed))
            left_out["files changing"] = len(changed)
        yield Batch(
            whole, parsed.where(parsed.source_file.isin(names)) if changed else parsed, found.only(names), left_out
        )
    finally:
        parsed.unpersist()
