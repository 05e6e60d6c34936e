"""The frame round every job: arguments, progress, `ops.runs`, and exit statuses."""

import argparse
import json
import logging
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from logging.handlers import MemoryHandler
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from churn_spark import __version__
from churn_spark.errors import DataRefused, UserError
from churn_spark.lake import Lake
from churn_spark.session import log_cause, spark_session
from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings
from churn_spark.table import Table

STAGE_WIDTH = 23  # columns of the console for a stage's name

Stage = Callable[[Lake, Settings], Mapping[str, int]]  # returns counts, for the console and for ops.runs
Report = Callable[[Lake, Settings], str]

RUNS = Table(
    "ops.runs",
    "One row per run of a job",
    """
    run_id STRING NOT NULL COMMENT 'Run',
    job STRING NOT NULL COMMENT 'File of the job in jobs/, without .py',
    started_at TIMESTAMP NOT NULL COMMENT 'Start',
    seconds DOUBLE COMMENT 'Duration; null while it runs or where it was killed',
    outcome STRING NOT NULL COMMENT 'running (or killed), done, refused or failed',
    reason STRING COMMENT 'Why it was refused or failed',
    version STRING NOT NULL COMMENT 'Version of churn_spark',
    settings STRING NOT NULL COMMENT 'Settings of the run, JSON',
    rows MAP<STRING, BIGINT> COMMENT 'What the stages counted, as <stage>.<what>, for example features.warnings',
    inputs MAP<STRING, BIGINT> COMMENT 'Tables read, with their versions',
    outputs MAP<STRING, BIGINT> COMMENT 'Tables written, with the versions made'
    """,
    keys=("run_id",),
)

CHATTY = ("mlflow", "XGBoost-PySpark", "DataFrameQueryContextLogger", "SQLQueryContextLogger")

# Warnings wait until the line of their stage is complete.
_STDERR = logging.StreamHandler()
_STDERR.setFormatter(logging.Formatter("warning: %(message)s"))
WARNINGS = MemoryHandler(capacity=100, flushLevel=logging.CRITICAL, target=_STDERR)

EPILOG = """\
settings:
  conf/base.yml lists every setting. The file given with --config changes what differs in its place. Environment
  variables such as CHURN_SPARK_LAKE__ROOT=/data/lake, then --set lake.root=/data/lake, change single settings.

exit status:
  0  done
  2  bad arguments or settings
  3  refused by the data, with the reason
  1  crash; the cause stands in the log

examples:
  python jobs/{job}.py --config conf/local.yml
  spark-submit jobs/{job}.py --config conf/cluster.yml --set lake.root=s3a://company/churn
"""


@dataclass
class Run:
    """One run of a job, as `ops.runs` will have it."""

    job: str
    settings: Settings
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float | None = None
    outcome: str = "running"
    reason: str | None = None
    rows: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Option:
    """An argument that one job has: another way to give a setting of type text."""

    flag: str
    setting: str
    metavar: str
    help: str


def run_job(
    job: str,
    description: str,
    stages: Sequence[Stage],
    *,
    on_simulated_logs: Sequence[Stage] = (),
    on_customers: Sequence[Stage] = (),
    report: Report | None = None,
    options: Sequence[Option] = (),
) -> None:
    """Run the stages in order on the lake that the command line's settings name; exit non-zero if one fails.

    - `stages`: the stages on logs.
    - `on_simulated_logs`: the stages on simulated logs; none: the same as on other logs.
    - `on_customers`: the stages on a customer table without logs; none: the job refuses such a table.

    Prints a line per stage (seconds and what it counted) and the stage's warnings on stderr, and the report on
    stdout. The run is a row in `ops.runs` from its start on.
    """
    given = _arguments(job, description, options).parse_args()
    logging.getLogger("churn_spark").addHandler(WARNINGS)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        settings = load_settings(given.config, given.overrides)
        chosen = {"logs": stages, "simulator": on_simulated_logs or stages, "customers": on_customers}
        if not chosen[settings.ingest.origin]:
            raise UserError(f"jobs/{job}.py: works on logs, but ingest.kind says that there is a customer table alone")
        lake = Lake(spark_session(settings), settings.lake)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    run = Run(job, settings)
    status = _run(run, lake, chosen[settings.ingest.origin])
    if report is not None and status in (0, 3):
        print(report(lake, settings))
    if run.reason:
        print(f"{run.outcome}: {run.reason}", file=sys.stderr)
    if status:
        sys.exit(status)


def _arguments(job: str, description: str, options: Sequence[Option]) -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(
        prog=f"{job}.py",
        description=description,
        epilog=EPILOG.format(job=job),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments.add_argument("--config", type=Path, required=True, help="settings of a place, e.g. conf/local.yml")
    arguments.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="overrides",
        help="change a setting; repeatable",
    )
    for option in options:
        arguments.add_argument(
            option.flag,
            action="append",
            type=partial(_override, option.setting),
            metavar=option.metavar,
            dest="overrides",
            help=option.help,
        )
    return arguments


def _override(setting: str, text: str) -> str:
    return f"{setting}={json.dumps(text)}"  # in quotes, as YAML reads 2018-11-05 as a date


def _run(run: Run, lake: Lake, stages: Sequence[Stage]) -> int:
    started = time.monotonic()
    status = 0
    try:
        lake.append(RUNS, _row(run, lake), writer=lake.run_id, batch=0)  # at the start, so that a killed run shows
        for stage in stages:
            counts = _with_progress(stage, lake, run.settings)
            run.rows.update({f"{stage.__name__}.{what}": count for what, count in counts.items()})
        run.outcome = "done"
    except UserError as error:
        status, run.outcome, run.reason = 2, "failed", str(error)
    except DataRefused as error:
        status, run.outcome, run.reason = 3, "refused", str(error)
    except Exception as error:
        status, run.outcome, run.reason = 1, "failed", _crash(error, lake.spark)
    run.seconds = time.monotonic() - started
    try:
        lake.write_recorded()
        lake.merge(RUNS, _row(run, lake))
    except Exception as error:  # if the disk is full, for example, the run itself cannot be recorded either
        status, run.outcome, run.reason = status or 1, "failed", run.reason or _crash(error, lake.spark)
    return status


def _with_progress(stage: Stage, lake: Lake, settings: Settings) -> Mapping[str, int]:
    print(f"{stage.__name__.replace('_', ' '):<{STAGE_WIDTH}}", end="", file=sys.stderr, flush=True)
    started = time.monotonic()
    try:
        counts = stage(lake, settings)
    except BaseException:
        print(f"{time.monotonic() - started:7.1f} s  stopped", file=sys.stderr)
        WARNINGS.flush()
        raise
    described = ", ".join(f"{what} {count:,}" for what, count in counts.items()) or "nothing to do"
    print(f"{time.monotonic() - started:7.1f} s  {described}", file=sys.stderr, flush=True)
    WARNINGS.flush()
    return counts


def _crash(error: Exception, spark: SparkSession) -> str:
    """The error in a line; its stack trace goes into Spark's log, wherever that is."""
    log = log_cause(spark, traceback.format_exc())
    first_line = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {first_line} (the cause stands in {log})"


def _row(run: Run, lake: Lake) -> DataFrame:
    versions = {table: lake.version(table) for table in (lake.tables_read | lake.tables_written) - {RUNS}}
    row = (
        lake.run_id, run.job, run.started, run.seconds, run.outcome, run.reason, __version__,
        run.settings.model_dump_json(), run.rows,
        {table.name: version for table, version in versions.items() if table in lake.tables_read},
        {table.name: version for table, version in versions.items() if table in lake.tables_written},
    )  # fmt: skip
    return lake.spark.createDataFrame([row], RUNS.columns)
