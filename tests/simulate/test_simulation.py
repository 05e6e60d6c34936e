"""The whole simulation on Spark."""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from churn_spark.ingest.parsing import parse
from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings
from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate.blocks import BLOCK_USERS
from churn_spark.simulate.records import COLUMNS, simulate_records
from churn_spark.simulate.simulation import simulate_logs
from tests.lakes import LOCAL

SETTINGS = Settings.model_construct(
    simulate=SimulateSettings(users=BLOCK_USERS + 44, days=4, start=date(2026, 1, 1), seed=7)
)


@pytest.fixture(scope="module")
def folder(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four days of two blocks of users."""
    folder = tmp_path_factory.mktemp("simulation")
    simulate_logs(spark, SETTINGS.simulate, str(folder / "logs"), str(folder / "truth"))
    return folder


@pytest.fixture
def other_partitions(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One input partition instead of one a block, and other shuffle partitions."""
    monkeypatch.setattr("churn_spark.simulate.simulation.MAX_TASKS", 1)
    before = spark.conf.get("spark.sql.shuffle.partitions")
    spark.conf.set("spark.sql.shuffle.partitions", 3)
    yield
    spark.conf.set("spark.sql.shuffle.partitions", before)


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (folder / "logs").glob("*-events.json")}


def truth(spark: SparkSession, folder: Path, table: str) -> DataFrame:
    return spark.read.parquet(str(folder / "truth" / table))


def log_lines(spark: SparkSession, folder: Path) -> DataFrame:
    lines = spark.read.text(str(folder / "logs"))
    return parse(lines.select(F.col("value").alias("line")), load_settings(LOCAL).ingest)


def test_the_same_settings_give_the_same_content_whatever_the_partitions(
    spark: SparkSession, folder: Path, tmp_path: Path, other_partitions: None
) -> None:
    simulate_logs(spark, SETTINGS.simulate, str(tmp_path / "logs"), str(tmp_path / "truth"))
    assert files(tmp_path) == files(folder)
    for table in ("events", "hazards"):
        assert_df_equality(truth(spark, tmp_path, table), truth(spark, folder, table), ignore_row_order=True)


def test_records_are_the_same_whatever_the_partitions_and_written_once(
    spark: SparkSession, tmp_path: Path, other_partitions: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    simulate_records(spark, SETTINGS.simulate, one)
    monkeypatch.undo()
    simulate_records(spark, SETTINGS.simulate, two)
    for name in COLUMNS:
        rows = [spark.read.parquet(f"{folder}/{name}") for folder in (one, two)]
        assert_df_equality(*rows, ignore_row_order=True)
    shutil.rmtree(tmp_path / "one" / "tickets")
    simulate_records(spark, SETTINGS.simulate, one)
    assert not (tmp_path / "one" / "tickets").exists()


def test_there_is_one_file_a_day(folder: Path) -> None:
    assert sorted(files(folder)) == [f"2026-01-0{day}-events.json" for day in (1, 2, 3, 4)]


def test_lines_break_the_contract_only_where_the_truth_says_so(spark: SparkSession, folder: Path) -> None:
    kept = log_lines(spark, folder).where("reason IS NULL").distinct()
    keys = ["ts", "sessionId", "itemInSession", "page"]
    readable = truth(spark, folder, "events").where("`case` != 'broken'")
    assert_df_equality(kept.select(keys), readable.select(keys), ignore_row_order=True, ignore_nullable=True)


def test_the_truth_has_the_user_of_every_line(spark: SparkSession, folder: Path) -> None:
    lines = log_lines(spark, folder).where("reason IS NULL").distinct()
    true = truth(spark, folder, "events").withColumnRenamed("userId", "true_user")
    wrong = lines.join(true, ["ts", "sessionId", "itemInSession", "page"]).where(
        "logged != (userId IS NOT NULL) OR userId != true_user OR logged != (registration IS NOT NULL)"
    )
    assert wrong.isEmpty()


def test_servers_share_session_ids(spark: SparkSession, folder: Path) -> None:
    users = truth(spark, folder, "events").groupBy("sessionId").agg(F.countDistinct("userId").alias("users"))
    counts = {row["users"] for row in users.collect()}
    assert {1, 4} <= counts <= {1, 2, 3, 4}


def test_session_ids_meet_in_the_same_hours(spark: SparkSession, folder: Path) -> None:
    tracks = (
        truth(spark, folder, "events")
        .groupBy("sessionId", "userId")
        .agg(F.min("ts").alias("a"), F.max("ts").alias("b"))
    )
    others = tracks.select(
        "sessionId", F.col("userId").alias("other"), F.col("a").alias("from"), F.col("b").alias("to")
    )
    meeting = tracks.join(others, "sessionId").where("userId < other AND a <= to AND from <= b")
    assert not meeting.isEmpty()


def test_old_and_new_app_write_at_the_same_time(folder: Path) -> None:
    lines = [json.loads(line) for line in files(folder)["2026-01-02-events.json"].splitlines() if line.endswith(b"}")]
    assert {"appVersion" in line for line in lines} == {True, False}
