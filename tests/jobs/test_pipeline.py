"""The pipeline as a user runs it: simulated logs and real ones, again, and after kills."""

import re
import zipfile
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from churn_spark.features.segments import SEGMENTS
from churn_spark.tables import BRONZE_EVENTS, CHURN_SCORES, RUNS, SILVER_EVENTS
from churn_spark.training.training_set import TRAINING_SET
from tests.conftest import PipelineRun
from tests.jobs.processes import SMALL, contents, kill_during, lake_at, run_in_session

pytestmark = pytest.mark.slow
REAL_LOGS = Path(__file__).parent.parent / "data" / "sparkify-2018-11.zip"


def test_simulated_logs_go_through_to_scores(pipeline_run: PipelineRun, spark: SparkSession) -> None:
    assert pipeline_run.process.returncode == 0, pipeline_run.process.stderr
    lake = lake_at(spark, pipeline_run.lake)
    scores = lake.read(CHURN_SCORES)
    assert scores.count() == scores.select("user_id", "as_of").distinct().count() > 100
    segments = lake.read(SEGMENTS).join(scores, ["user_id", "as_of"])
    assert (segments.count(), segments.select("segment").distinct().count()) == (scores.count(), 12)
    assert scores.where("NOT churn_probability BETWEEN 0 AND 1 OR size(top_factors) != 3").count() == 0
    assert (pipeline_run.lake / "model" / "SHA256SUMS").exists()


def test_the_report_says_what_was_made(pipeline_run: PipelineRun) -> None:
    shown = pipeline_run.process.stdout
    assert re.search(r"scores\.churn_scores +\d+ rows", shown)
    assert re.search(r"Recovered user IDs\n +[\d,]+ of [\d,]+", shown)
    assert re.search(r"Segments of customers.*\n.*\n +1 +\d+", shown)
    assert re.search(r"ROC-AUC 0\.\d+, PR-AUC 0\.\d+", shown)
    assert re.search(r"oracle's ROC-AUC 0\.\d+ .* reaches \d+% of it", shown)
    assert str(pipeline_run.lake) in shown


def test_progress_is_one_line_a_stage_without_noise(pipeline_run: PipelineRun) -> None:
    # spark-submit shows the job's stderr on its own stdout.
    progress, _ = pipeline_run.process.stdout.split("\n\n", 1)
    stages = ["simulate", "ingest", "identity", "sources", "features", "segment"]
    stages += ["labels", "training_set", "train", "score", "export"]
    assert [re.split(r"  +", line)[0].replace(" ", "_") for line in progress.splitlines()] == stages
    assert pipeline_run.process.stderr.strip() == ""


def test_the_run_is_recorded_with_what_it_read_and_wrote(pipeline_run: PipelineRun, spark: SparkSession) -> None:
    [row] = lake_at(spark, pipeline_run.lake).read(RUNS).collect()
    assert (row.job, row.outcome, row.reason) == ("pipeline", "done", None)
    assert row.seconds > 0
    assert row.outputs.keys() >= {"bronze.events", "silver.events", "scores.churn_scores"}
    assert row.inputs["gold.training_set"] == row.outputs["gold.training_set"]


def test_a_second_run_leaves_every_table_equal(pipeline_run: PipelineRun, spark: SparkSession) -> None:
    before = contents(spark, pipeline_run.lake)
    again = run_in_session("pipeline", pipeline_run.lake, *SMALL)
    assert again.returncode == 0, again.stderr
    assert contents(spark, pipeline_run.lake) == before


def test_kills_at_every_stage_leave_the_tables_of_a_clean_run(
    pipeline_run: PipelineRun, spark: SparkSession, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    seconds_into = {"simulate": 2, "identity": 5, "features": 3, "train": 5}
    for stage, seconds in seconds_into.items():
        kill_during(stage, "pipeline", lake, *SMALL, seconds=seconds)
    finished = run_in_session("pipeline", lake, *SMALL)
    assert finished.returncode == 0, finished.stderr
    assert contents(spark, lake) == contents(spark, pipeline_run.lake)
    killed = lake_at(spark, lake).read(RUNS).where("outcome = 'running'")
    assert killed.count() == len(seconds_into)


def test_real_logs_without_cancellations_stop_at_the_training_set(spark: SparkSession, tmp_path: Path) -> None:
    logs, root = tmp_path / "logs", tmp_path / "lake"
    zipfile.ZipFile(REAL_LOGS).extractall(logs)
    refused = run_in_session("pipeline", root, f"ingest.logs={logs}")
    assert refused.returncode == 3
    assert re.fullmatch(r"refused: too few churned customers to train on: [^\n]+", refused.stderr.splitlines()[-1])
    lake = lake_at(spark, root)
    assert lake.read(BRONZE_EVENTS).count() == 8056
    sources = dict(lake.read(SILVER_EVENTS).groupBy("user_id_source").count().collect())
    assert sources == {"logged": 7770, "session": 249, None: 37}
    assert {row.label_version for row in lake.read(TRAINING_SET).select("label_version").distinct().collect()} == {
        "churn_def_v2"
    }
    assert not lake.exists(CHURN_SCORES)
