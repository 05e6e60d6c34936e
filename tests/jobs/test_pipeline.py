"""The pipeline as a user runs it: simulated logs and real ones, again, and after kills."""

import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from churn_spark.features.support import SUPPORT
from churn_spark.identity.tables import SILVER_EVENTS, USER_PSEUDONYMS
from churn_spark.ingest.tables import BRONZE_EVENTS
from churn_spark.runs import RUNS
from churn_spark.scoring.tables import CHURN_SCORES
from churn_spark.segments.tables import SEGMENTS
from churn_spark.training.tables import TRAINING_SET
from serving.model import load_model
from tests.conftest import PipelineRun
from tests.jobs.processes import KILLS, SMALL, kill_during, run_in_session
from tests.lakes import assert_same_tables, contents, lake_at
from tests.sources import pages, postgres

pytestmark = pytest.mark.slow
CUSTOMERS_IN_SQL = (
    "CREATE TABLE customers AS SELECT user_id, DATE '2026-01-01' AS updated_at, "
    "CASE WHEN user_id::int % 3 = 0 THEN 1 ELSE 12 END AS contract_months, 9.99 AS monthly_charges, "
    "99.9 AS total_charges, 1 AS service_count, true AS paperless_billing, false AS automatic_payment "
    "FROM (VALUES {users}) AS known (user_id)"
)
TICKET_COLUMNS = {
    "ticket_id": "id",
    "opened_at": "created",
    "closed_at": "solved",
    "by_phone": "via.channel = 'phone'",
    "urgent": "priority = 'urgent'",
}
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
    assert re.search(r"log ceiling's ROC-AUC 0\.\d+ .* reaches \d+\.\d% of it", shown)
    assert str(pipeline_run.lake) in shown


def test_progress_is_one_line_a_stage_without_noise(pipeline_run: PipelineRun) -> None:
    # spark-submit shows the job's stderr on its own stdout.
    progress, _ = pipeline_run.process.stdout.split("\n\n", 1)
    stages = ["simulate", "ingest", "identity", "sources", "features", "segment"]
    stages += ["labels", "training_set", "train", "promote_if_better", "score", "export"]
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


def test_scores_of_an_as_of_are_replaced_as_a_whole(pipeline_run: PipelineRun, spark: SparkSession) -> None:
    before, lake = contents(spark, pipeline_run.lake), lake_at(spark, pipeline_run.lake)
    held = lake.read(CHURN_SCORES).limit(1).localCheckpoint().withColumn("user_id", F.lit("gone"))
    days = F.explode(F.array(*map(F.lit, (-7, 0, 7))))
    others = held.select(*[column for column in held.columns if column != "as_of"], "as_of", days.alias("days"))
    others = others.withColumn("as_of", F.timestamp_add("DAY", "days", "as_of")).drop("days")
    lake.append(CHURN_SCORES, others, "test", 0)
    finished = run_in_session("score", pipeline_run.lake, *SMALL)
    assert finished.returncode == 0, finished.stderr
    [left] = lake.read(CHURN_SCORES).where("user_id = 'gone'").collect()
    assert left.as_of < lake.read(CHURN_SCORES).agg(F.max("as_of")).first()[0]
    lake.replace(CHURN_SCORES, others.limit(0), f"as_of = TIMESTAMP'{left.as_of:%Y-%m-%d}'")
    assert contents(spark, pipeline_run.lake) == before


def test_customers_payments_and_tickets_reach_the_model(
    pipeline_run: PipelineRun, spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, payments = tmp_path / "lake", tmp_path / "payments.csv"
    shutil.copytree(pipeline_run.lake, root, ignore=shutil.ignore_patterns("mlflow", "model", "landing"))
    users = sorted(row.raw_user_id for row in lake_at(spark, root).read(USER_PSEUDONYMS).collect())
    lines = [f"{number},{user},2026-01-05,{number % 9 + 1}" for number, user in enumerate(users)]
    payments.write_text("\n".join(["transaction_id,user_id,paid_at,amount", *lines]))
    monkeypatch.setenv("CHURN_SPARK_SOURCES__JDBC_PASSWORD", postgres.PASSWORD)
    monkeypatch.setenv("CHURN_SPARK_SOURCES__REST_TOKEN", pages.TOKEN)
    with postgres.running() as database, pages.running() as service:
        database.run(CUSTOMERS_IN_SQL.format(users=", ".join(f"('{user}')" for user in users)))
        named = {
            "customers.location": database.url,
            "transactions.location": payments,
            "tickets.location": f"{service}/tickets",
            "tickets.rows": "tickets",
            "tickets.next": "next_page",
            **{f"tickets.columns.{ours}": theirs for ours, theirs in TICKET_COLUMNS.items()},
            "tickets.columns.user_id": f"if(customer = 'ann', '{users[0]}', '{users[1]}')",
            "jdbc_user": postgres.USER,
        }
        sources = [f"sources.{key}={json.dumps(str(value))}" for key, value in named.items()]
        finished = run_in_session("pipeline", root, *SMALL, f"ingest.logs={pipeline_run.lake}/landing/logs", *sources)
    assert finished.returncode == 0, finished.stderr
    lake = lake_at(spark, root)
    known = lake.read(TRAINING_SET).where("contract_type IS NOT NULL AND days_since_last_purchase IS NOT NULL")
    assert known.count() == lake.read(TRAINING_SET).count() > 0
    tickets = lake.read(SUPPORT).groupBy("user_id").agg(F.max("open_tickets").alias("open")).orderBy("open").collect()
    assert [row.open for row in tickets] == [2, 3]
    taken = {feature.name for feature in load_model(root / "model").contract.features}
    assert taken >= {"songs_30d", "contract_type", "days_since_last_purchase", "support_tickets_30d"}


def test_kills_at_stages_on_a_local_master_leave_the_tables_of_a_clean_run_on_a_cluster(
    pipeline_run: PipelineRun, spark: SparkSession, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    seconds_into = {"simulate": 2, "identity": 5, "features": 3, "train": 5} if KILLS > 1 else {"features": 3}
    for stage, seconds in seconds_into.items():
        kill_during(stage, "pipeline", lake, *SMALL, seconds=seconds)
    finished = run_in_session("pipeline", lake, *SMALL)
    assert finished.returncode == 0, finished.stderr
    assert_same_tables(spark, lake, pipeline_run.lake)
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
