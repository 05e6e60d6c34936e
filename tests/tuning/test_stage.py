"""Comparison and search on a real lake, with MLflow here and on a server."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import mlflow
import pytest
from pyspark.sql import functions as F

from churn_spark.errors import UserError
from churn_spark.features.tables import BEHAVIOR
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings
from churn_spark.training.stage import searched
from churn_spark.training.tables import SEARCHES, TRAINING_SET
from churn_spark.tuning import stage
from churn_spark.tuning.report import comparison
from churn_spark.tuning.stage import compare, search
from churn_spark.tuning.tables import COMPARISONS, TRIALS

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("mlflow_as_before")]
CUSTOMERS, WEEKS = 150, 5


@pytest.fixture
def here(lake: Lake, settings: Settings) -> Settings:
    """Customers of five weeks, a sixth of whom churn where songs_7d is low; two folds of two kinds of model."""
    number = lambda seed: F.pmod(F.xxhash64("id", F.lit(seed)), F.lit(100)).cast("double")  # noqa: E731
    rows = lake.spark.range(CUSTOMERS * WEEKS).select(
        (F.col("id") % CUSTOMERS).cast("string").alias("user_id"),
        F.timestamp_add("DAY", 7 * F.floor(F.col("id") / CUSTOMERS), F.lit(datetime(2026, 2, 2, tzinfo=UTC))).alias(
            "as_of"
        ),
        F.lit("churn_def_v1").alias("label_version"),
        (number(1) + number(2) / 2 < 40).alias("churned"),
        F.lit("train").alias("split"),
        number(1).alias("songs_7d"),
        number(3).alias("sessions_7d"),
        number(4).alias("days_since_last_event"),
    )
    lake.create(BEHAVIOR)
    lake.replace(TRAINING_SET, rows)
    tuning = settings.tuning.model_copy(
        update={"folds": 2, "candidates": ["baseline", "logistic_regression"], "budget": 2, "trials": 3}
    )
    training = settings.training.model_copy(update={"model": "logistic_regression"})
    return settings.model_copy(update={"tuning": tuning, "training": training})


def test_candidates_and_choices_are_compared_on_the_same_folds(lake: Lake, here: Settings) -> None:
    parts = here.tuning.model_copy(update={"parts": ["candidates", "selection"]})
    counts = compare(lake, here.model_copy(update={"tuning": parts}))
    assert counts["folds"] == 2
    rows = {(row["part"], row["candidate"]): row for row in lake.read(COMPARISONS).collect()}
    assert {candidate for part, candidate in rows if part == "candidates"} == {"baseline", "logistic_regression"}
    assert rows["candidates", "logistic_regression"]["roc_auc"] > rows["candidates", "baseline"]["roc_auc"] + 0.2
    assert {row["trials"] for row in rows.values()} == {2}
    assert rows["selection", "k_best"]["agreement"] > 0
    assert rows["selection", "all"]["agreement"] is None
    shown = comparison(lake, here)
    assert "Protocol rolling" in shown
    assert "logistic_regression" in shown


class Killed(BaseException):
    """Ends a run as kill -9 would."""


def test_a_search_that_was_killed_goes_on_and_its_best_reaches_training(
    lake: Lake, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, waves = stage._told, []

    def die_after_two_waves(*arguments: object) -> None:
        told(*arguments)
        waves.append(arguments)
        if len(waves) == 2:
            raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(stage, "_told", die_after_two_waves)
        search(lake, here)
    kept = lake.read(TRIALS).count()
    assert kept > 0
    assert search(lake, here)["gone on with"] == kept
    rows = lake.read(TRIALS).select("way", "number").collect()
    assert len(rows) == len(set(rows)) == 1 + 6 + 3
    [best] = lake.read(SEARCHES).collect()
    assert best["roc_auc"] == lake.read(TRIALS).agg(F.max("roc_auc")).first()[0]
    training = here.training.model_copy(update={"parameters": "searched"})
    found = searched(lake, here.model_copy(update={"training": training}))
    assert found == json.loads(best["parameters"])
    assert "C" in found
    longer = here.tuning.model_copy(update={"trials": 4})
    assert search(lake, here.model_copy(update={"tuning": longer}))["gone on with"] == 10
    [again] = lake.read(SEARCHES).collect()
    assert again["searched_at"] > best["searched_at"]
    assert "of 4" in again["reason"]


def test_a_kind_without_parameters_cannot_be_searched(lake: Lake, here: Settings) -> None:
    training = here.training.model_copy(update={"model": "baseline"})
    with pytest.raises(UserError, match=r"training\.model: baseline has no parameters to search"):
        search(lake, here.model_copy(update={"training": training}))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of an MLflow server on this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
               "--backend-store-uri", f"sqlite:///{tmp_path}/server.db", "--artifacts-destination",
               str(tmp_path / "artifacts")]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/health", timeout=1)
            break
        except OSError:
            assert process.poll() is None
            time.sleep(0.2)
    yield address
    process.terminate()
    process.wait(timeout=30)


def test_tries_are_nested_runs_on_an_mlflow_server(lake: Lake, here: Settings, server: str) -> None:
    changed = here.model_copy(
        update={
            "mlflow": here.mlflow.model_copy(update={"tracking_uri": server}),
            "tuning": here.tuning.model_copy(update={"search": ["optuna"]}),
        }
    )
    search(lake, changed)
    client = mlflow.MlflowClient(server)
    experiment = client.get_experiment_by_name(here.mlflow.experiment)
    runs = client.search_runs([experiment.experiment_id])
    [parent] = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    nested = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    assert len(nested) == 4
    assert all("roc_auc" in run.data.metrics for run in nested)
    assert sum("C" in run.data.params for run in nested) == 3
