"""Jobs as processes of their own, as a user starts them, and the lakes that they leave."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from churn_spark.lake import Lake
from churn_spark.report import TABLES
from churn_spark.settings import load_settings

PROJECT = Path(__file__).parent.parent.parent
LOCAL = PROJECT / "conf" / "local.yml"
SPARK_SUBMIT = str(Path(sys.executable).with_name("spark-submit"))
SMALL = ("simulate.users=400", "simulate.days=50", "training.trees=40", "training.min_positives=5")


def command(job: str, lake: Path, *settings: str, launcher: Sequence[str] = (sys.executable,)) -> list[str]:
    options = [option for setting in (f"lake.root={lake}", *settings) for option in ("--set", setting)]
    return [*launcher, str(PROJECT / "jobs" / f"{job}.py"), "--config", str(LOCAL), *options]


def run(
    job: str, lake: Path, *settings: str, launcher: Sequence[str] = (sys.executable,)
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(job, lake, *settings, launcher=launcher), capture_output=True, text=True, cwd=lake.parent
    )


def kill_during(stage: str, job: str, lake: Path, *settings: str, seconds: float) -> None:
    """Start the job and kill all of it so many seconds after it has begun the stage."""
    process = subprocess.Popen(
        command(job, lake, *settings), stderr=subprocess.PIPE, start_new_session=True, cwd=lake.parent
    )
    assert process.stderr is not None
    shown = ""
    while stage not in shown:
        character = process.stderr.read(1).decode()
        assert character, f"{job} ended before {stage}: {shown}"
        shown += character
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def contents(spark: SparkSession, root: Path) -> dict[str, tuple[int, int]]:
    """Rows and a hash of the rows of every table, in any order, but for run times and the folders of log files."""
    lake = Lake(spark, load_settings(LOCAL, [f"lake.root={root}"]).lake)
    found = {}
    for table in TABLES:
        rows = lake.read(table).drop("scored_at")
        if "source_file" in rows.columns:
            rows = rows.withColumn("source_file", F.substring_index("source_file", "/", -1))
        count, digest = rows.agg(F.count("*"), F.sum(F.xxhash64(*rows.columns).cast("decimal(38, 0)"))).first()
        found[table.name] = (count, int(digest or 0))
    return found
