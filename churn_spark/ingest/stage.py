"""Log files into bronze, in batches, each file once, whatever the number of runs, kills and jobs at the same time.

1. A batch is read and audited.
2. It is planned: its number and its files, with what each holds, go into the ledger `bronze.files` in one commit. Of
   several jobs that plan a batch of this number, the first wins.
3. Its rows go into `bronze.quarantine` and `bronze.events`, each in one commit. A second attempt under the same number
   changes nothing.
4. The ledger says that the batch is done.

A run that finds the newest batch planned, but not done, reads its files again. If they hold the same as before, the run
finishes the batch under its number. Otherwise it takes them in a new batch, whose rows replace the written ones.

Files that are forgotten go the same way as a batch without rows: planned in the ledger, their rows removed from both
tables, done. A run that finds such a batch planned finishes it first.
"""

import logging
from collections import Counter
from collections.abc import Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

from churn_spark.errors import DataRefused, UserError
from churn_spark.ingest import ledger
from churn_spark.ingest.causes import cause, first_broken
from churn_spark.ingest.expectations import bronze_events
from churn_spark.ingest.landing import NAMES, LogFile, landed_files, matches, named, other_files, portions
from churn_spark.ingest.parsing import broken, kept
from churn_spark.ingest.reading import Batch, read_whole
from churn_spark.ingest.tables import BRONZE_EVENTS, LOG_FILES, QUARANTINE
from churn_spark.ingest.tally import refuse_broken, unexpected_values, with_positions
from churn_spark.lake import Lake
from churn_spark.quality.gate import audit
from churn_spark.settings.all import Settings

WRITER = "ingest"
log = logging.getLogger(__name__)


def ingest(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """New log files -> `bronze.events` and `bronze.quarantine`, each file once; or those of `ingest.backfill` again.

    With `ingest.forget`, the lines of the files of that name leave bronze instead, and nothing is taken.

    A file is left out with a warning if it was rewritten since it was taken. So is a file that changes while it is
    read, or that cannot be read to its end.

    Raises UserError if the folder is missing, or no file matches the backfill or the files to forget. Raises
    DataRefused if a batch breaks the contract too often, another job takes the files, or there never were any files.
    """
    lake.create(LOG_FILES)
    last = _finish_forgetting(lake)
    if settings.ingest.forget:
        return _forget(lake, settings, settings.ingest.forget, last)
    if settings.ingest.backfill:
        return _take_again(lake, settings, settings.ingest.backfill, last)
    counts: Counter[str] = Counter()
    _report_others(lake, settings, counts)
    new, interrupted, rewritten = ledger.changes(landed_files(lake.spark, settings.logs), lake.read(LOG_FILES))
    if rewritten:
        counts["files rewritten"] = len(rewritten)
        log.warning(
            "%s: rewritten since it was taken and not read again; take it from scratch with --backfill",
            named(file.source_file for file in rewritten),
        )
    if interrupted:
        last = _take(lake, settings, interrupted, last, counts, again=True)
    for files in portions(new, settings.ingest.batch_bytes):
        last = _take(lake, settings, files, last, counts, again=False)
    if not lake.exists(BRONZE_EVENTS):
        raise DataRefused(f"ingest.logs: no readable files {NAMES} with lines below {settings.logs}")
    return counts


def _take_again(lake: Lake, settings: Settings, pattern: str, last: ledger.Entered) -> Counter[str]:
    landed = landed_files(lake.spark, settings.logs)
    missing = lake.read(LOG_FILES).join(landed, "source_file", "left_anti").select("source_file").distinct()
    if gone := [file for (file,) in missing.collect() if matches(file, pattern)]:
        log.warning("%s: no longer below %s; what was taken stays as it is", named(gone), settings.logs)
    files = [LogFile(*row) for row in landed.orderBy("source_file").collect()]
    chosen = [file for file in files if matches(file.source_file, pattern)]
    if not chosen:
        raise UserError(f"--backfill {pattern}: no log file of that name below {settings.logs}; it may hold * and ?")
    counts: Counter[str] = Counter()
    for portion in portions(chosen, settings.ingest.batch_bytes):
        last = _take(lake, settings, portion, last, counts, again=True)
    return counts


def _report_others(lake: Lake, settings: Settings, counts: Counter[str]) -> None:
    """Count and name the files in the folder that are passed over because their names are not those of log files."""
    others, names = other_files(lake.spark, settings.logs)
    if others:
        counts["files passed over"] = others
        more = f" and {others - len(names):,} more" if others > len(names) else ""
        log.warning(
            "%s%s: passed over, because a log file is named %s, with the ending of a compression in small letters",
            ", ".join(names), more, NAMES,
        )  # fmt: skip


def _forget(lake: Lake, settings: Settings, pattern: str, last: ledger.Entered) -> Mapping[str, int]:
    """Let the lines of all files that match leave bronze, and never take these files again, except by a backfill."""
    known = ledger.known_files(landed_files(lake.spark, settings.logs), lake.read(LOG_FILES))
    chosen = {file: forgotten for file, forgotten in known.items() if matches(file.source_file, pattern)}
    if not chosen:
        raise UserError(
            f"--forget {pattern}: no log file of that name was taken or lies below {settings.logs}; it may hold * and ?"
        )
    entries = [ledger.Entry(*file, 0, 0, 0, {}) for file, forgotten in chosen.items() if not forgotten]
    if entries:
        _plan(lake, sorted(entries), "forgetting", last)
        _finish_forgetting(lake)
    return {"files forgotten": len(entries)}


def _finish_forgetting(lake: Lake) -> ledger.Entered:
    """Remove the lines of the files that the ledger's last batch is to forget, and enter the batch as forgotten.

    Returns the last batch by then.
    """
    last = ledger.last_batch(lake.read(LOG_FILES))
    if last.state != "forgetting":
        return last
    replaced = _rows_of(lake, [entry.source_file for entry in last.entries], last.number)
    for table in (QUARANTINE, BRONZE_EVENTS):
        if replaced is not None and lake.exists(table):
            none = lake.spark.createDataFrame([], table.columns)
            lake.append(table, none, WRITER, last.number, replaced)
    forgotten = ledger.Entered(last.number, "forgotten", last.entries)
    lake.append(LOG_FILES, ledger.rows(lake.spark, forgotten), f"{WRITER} done", last.number)
    return forgotten


def _rows_of(lake: Lake, files: list[str], number: int) -> Column | None:
    """The rows of the files from this batch and earlier ones; None if no earlier batch has taken any of the files."""
    earlier = ledger.earlier_batches(lake.read(LOG_FILES), files, number)
    # With the batch numbers Delta skips files of the table: it keeps the lowest and the highest of each file.
    return (F.col("ingest_batch").isin(*earlier, number) & F.col("source_file").isin(files)) if earlier else None


def _take(
    lake: Lake,
    settings: Settings,
    files: list[LogFile],
    last: ledger.Entered,
    counts: Counter[str],
    again: bool,
) -> ledger.Entered:
    """Take the files as one batch, and count what was taken; returns the ledger's last batch by then.

    `last` is the ledger's last batch when the files were chosen. `again`: bronze may hold rows of the files already.
    """
    with read_whole(lake.spark, settings, files) as batch:
        counts.update(batch.left_out)
        if batch.files:
            # An error here keeps the whole batch out.
            refuse_broken(
                batch.tally,
                settings.ingest.refuse_broken_share,
                lambda file: cause(first_broken(batch.parsed, file)),
            )
            lines = kept(batch.parsed.withColumn("ingest_batch", F.lit(None).cast("bigint")))
            audit(lake, BRONZE_EVENTS, lines, bronze_events(settings.ingest))
            number = _plan(lake, ledger.entries(batch), "planned", last)
            last = _write(lake, batch, number, again)
            counts.update(files=len(batch.files), lines=batch.tally.lines)
            counts.update(kept=batch.tally.events.total(), quarantined=batch.tally.broken.total())
            if batch.tally.unexpected:
                counts.update(unexpected_values(batch.parsed))
    return last


def _plan(lake: Lake, wanted: list[ledger.Entry], state: str, last: ledger.Entered) -> int:
    """Enter a batch of these files into the ledger, in this state; returns its number.

    The number is the next one after `last`, the last batch when the files were chosen, or the one under which another
    run has entered the same batch. Raises DataRefused if another job has changed the ledger otherwise since.
    """
    if (last.state, last.entries) != (state, wanted):
        planned = ledger.Entered(last.number + 1, state, wanted)
        lake.append(LOG_FILES, ledger.rows(lake.spark, planned), WRITER, planned.number)
    now = ledger.last_batch(lake.read(LOG_FILES))
    if (now.state, now.entries) != (state, wanted):
        raise DataRefused(f"another ingest job took batch {now.number} first; run again when that has ended")
    return now.number


def _write(lake: Lake, batch: Batch, number: int, again: bool) -> ledger.Entered:
    """Write the planned batch, and enter it as done if bronze then holds as many rows as lines were read."""
    names = [file.source_file for file in batch.files]
    replaced = _rows_of(lake, names, number) if again else None
    lines = batch.parsed.withColumn("ingest_batch", F.lit(number).cast("bigint"))
    lake.create(QUARANTINE)
    if batch.tally.broken or replaced is not None:
        lake.append(QUARANTINE, with_positions(lines, batch.tally).transform(broken), WRITER, number, replaced)
    lake.append(BRONZE_EVENTS, kept(lines), WRITER, number, replaced)
    written = lake.read(BRONZE_EVENTS).select("ingest_batch", F.lit(True).alias("kept"))
    written = written.unionAll(lake.read(QUARANTINE).select("ingest_batch", F.lit(False)))
    written = written.where(F.col("ingest_batch") == number)
    events, quarantined = written.agg(F.count_if("kept"), F.count_if(~F.col("kept"))).collect()[0]
    if (events, quarantined) != (batch.tally.events.total(), batch.tally.broken.total()):
        if ledger.last_batch(lake.read(LOG_FILES)).number > number:
            raise DataRefused(
                f"another ingest job has taken over the files of batch {number}; run again when it has ended"
            )
        raise RuntimeError(
            f"batch {number}: {batch.tally.lines:,} lines were read, but {events:,} are in bronze.events and "
            f"{quarantined:,} in bronze.quarantine; take its files again with --backfill"
        )
    done = ledger.Entered(number, "done", ledger.entries(batch))
    lake.append(LOG_FILES, ledger.rows(lake.spark, done), f"{WRITER} done", number)
    return done
