"""MLflow's store of runs: opened where the settings say, and made there if it is missing."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # MLflow must not send data to anybody

import mlflow
import pandas as pd
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

from churn_spark.settings.all import Settings

SQLITE = "sqlite:///"


def open_store(settings: Settings) -> None:
    """Point MLflow at the settings' store and experiment, and make both if they are missing."""
    uri = settings.tracking_uri
    if uri.startswith(SQLITE):
        _make_database(Path(uri.removeprefix(SQLITE)))
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(f"{uri}-uc" if uri == "databricks" else uri)
    name = settings.mlflow.experiment
    if settings.mlflow.tracking_uri is None and mlflow.get_experiment_by_name(name) is None:
        mlflow.create_experiment(name, artifact_location=settings.lake.path("mlflow", "artifacts"))
    mlflow.set_experiment(name)


def log_run(name: str, parameters: Mapping[str, Any], metrics: Mapping[str, float], table: pd.DataFrame) -> None:
    """Log a run that trains no model for the registry; its table becomes the artifact `<name>.json`."""
    with mlflow.start_run(run_name=name):
        mlflow.log_params(dict(parameters))
        mlflow.log_metrics(dict(metrics))
        mlflow.log_table(table, f"{name}.json")


def _make_database(file: Path) -> None:
    """Make MLflow's tables beside the file, then rename it: half the tables of a killed job would stop later runs."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    SqlAlchemyStore(f"{SQLITE}{unfinished}", str(file.parent / "artifacts"))
    unfinished.rename(file)
