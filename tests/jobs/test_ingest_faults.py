"""Ingest as a process that is killed, meets another one, or finds the disk full: nothing lost, nothing doubled."""

import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from churn_spark.ingest.tables import BRONZE_EVENTS, LOG_FILES, QUARANTINE
from tests.ingest.logs import write
from tests.jobs.processes import KEY, KILLS, command, kill_during, run
from tests.lakes import lake_at
from tests.rows import log_line

pytestmark = pytest.mark.slow
FILES, EVENTS = 4, 200


@pytest.fixture
def source(tmp_path: Path) -> tuple[str, ...]:
    """Settings for files of many events with one broken line each; a batch is one file, so a run is many steps."""
    logs = tmp_path / "logs"
    for day in range(FILES):
        write(logs / f"day-{day}.json", *[log_line(session=day, item=number) for number in range(EVENTS)], "garbage")
    return f"ingest.logs={logs}", "ingest.batch_bytes=1"


def assert_whole(spark: SparkSession, root: Path) -> None:
    """Each line of each file is there once, and the ledger says so."""
    lake = lake_at(spark, root)
    events = lake.read(BRONZE_EVENTS)
    assert events.count() == events.select("sessionId", "itemInSession").distinct().count() == FILES * EVENTS
    broken = lake.read(QUARANTINE)
    assert broken.where(f"position = {EVENTS + 1}").select("source_file").distinct().count() == broken.count() == FILES
    ledger = lake.read(LOG_FILES).where("state = 'done'")
    assert ledger.agg(F.sum("events"), F.sum("quarantined")).first() == (FILES * EVENTS, FILES)


def test_kills_at_random_moments(spark: SparkSession, source: tuple[str, ...], tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    moments = random.Random(7)
    for _ in range(KILLS):
        kill_during("ingest", "ingest", lake, *source, seconds=moments.uniform(0.5, 6))
    last = run("ingest", lake, *source)
    assert last.returncode == 0, last.stderr
    assert_whole(spark, lake)


def test_two_jobs_at_once(spark: SparkSession, source: tuple[str, ...], tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    jobs = [
        subprocess.Popen(
            command("ingest", lake, *source),
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env={**os.environ, **KEY},
        )
        for _ in range(2)
    ]
    for job in jobs:
        _, shown = job.communicate()
        assert job.returncode in (0, 3), shown
        if job.returncode == 3:
            assert shown.splitlines()[-1].startswith("refused: another ingest job took batch")
    assert run("ingest", lake, *source).returncode == 0
    assert_whole(spark, lake)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for a few batches."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", disk], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_full_disk(spark: SparkSession, source: tuple[str, ...], small_disk: Path) -> None:
    lake = small_disk / "lake"
    full = run("ingest", lake, *source)
    assert full.returncode == 1
    assert "Traceback" not in full.stderr, full.stderr
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    again = run("ingest", lake, *source)
    assert again.returncode == 0, again.stderr
    assert_whole(spark, lake)
