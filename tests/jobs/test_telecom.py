"""The pipeline on one customer table in the layout of the public telecom file, without any logs."""

import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from churn_spark.features.demographics import DEMOGRAPHICS
from churn_spark.lake import Lake
from churn_spark.scoring.tables import CHURN_SCORES
from churn_spark.settings.reading import load_settings
from churn_spark.sources.tables import CUSTOMERS
from churn_spark.training.tables import TRAINING_SET
from serving.model import load_model
from tests.jobs.processes import PROJECT, execute
from tests.sources.telco import write_telco

pytestmark = pytest.mark.slow

TELECOM = PROJECT / "conf" / "telecom.yml"
CUSTOMER_COUNT = 1500


class TelecomRun(NamedTuple):
    lake: Lake
    process: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def telecom(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> TelecomRun:
    folder = tmp_path_factory.mktemp("telecom")
    write_telco(folder / "telco.csv", CUSTOMER_COUNT)
    options = [f"lake.root={folder / 'lake'}", f"ingest.logs={folder / 'telco.csv'}", "training.trees=60"]
    arguments = ["--config", str(TELECOM), *(option for setting in options for option in ("--set", setting))]
    process = execute(str(PROJECT / "jobs" / "pipeline.py"), *arguments)
    return TelecomRun(Lake(spark, load_settings(TELECOM, options).lake), process)


def test_it_goes_through_to_the_report(telecom: TelecomRun) -> None:
    assert telecom.process.returncode == 0, telecom.process.stderr
    assert "at the highest risk" in telecom.process.stdout


def test_blank_total_charges_are_missing_and_nothing_else_is(telecom: TelecomRun) -> None:
    known = telecom.lake.read(CUSTOMERS).agg(
        *[F.count(name) for name in ("total_charges", "contract_months", "service_count", "monthly_charges")]
    )
    assert tuple(known.first()) == (CUSTOMER_COUNT - 1, CUSTOMER_COUNT, CUSTOMER_COUNT, CUSTOMER_COUNT)


def test_the_customers_are_split_and_none_is_lost(telecom: TelecomRun) -> None:
    splits = {row.split: row["count"] for row in telecom.lake.read(TRAINING_SET).groupBy("split").count().collect()}
    assert splits.keys() == {"train", "validation", "holdout"}
    assert sum(splits.values()) == CUSTOMER_COUNT


def test_it_learns_what_the_columns_tell(telecom: TelecomRun) -> None:
    auc = float(telecom.process.stdout.partition("ROC-AUC ")[2].partition(",")[0])
    assert auc > 0.75


def test_only_who_has_not_left_is_scored(telecom: TelecomRun) -> None:
    stayed = telecom.lake.read(CUSTOMERS).where("NOT churned").select("user_id")
    scored = telecom.lake.read(CHURN_SCORES).select("user_id")
    assert (scored.count(), scored.join(stayed, "user_id", "left_anti").count()) == (stayed.count(), 0)


def test_no_raw_id_reaches_the_features(telecom: TelecomRun) -> None:
    assert telecom.lake.read(DEMOGRAPHICS).where("user_id LIKE '%TELCO%'").isEmpty()


def test_the_exported_model_takes_just_the_features_of_the_table(telecom: TelecomRun) -> None:
    contract = load_model(Path(telecom.lake.settings.path("model"))).contract
    names = {feature.name for feature in contract.features}
    assert "contract_type" in names
    assert "songs_30d" not in names
