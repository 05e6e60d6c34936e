"""MLflow's store of runs: opened where the settings say, and made there if it is missing."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # MLflow must not send data to anybody

import mlflow
import pandas as pd
from mlflow.entities import Metric, Param
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

from churn_spark.settings.all import Settings

LogNested = Callable[[str, Mapping[str, Any], Mapping[str, float]], None]  # name, parameters, metrics
SQLITE = "sqlite:///"
PLACES = (  # where MLflow's store keeps absolute paths of artifacts
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)


def open_store(settings: Settings) -> None:
    """Point MLflow at the settings' store and experiment, and make both if they are missing.

    A lake that was moved or copied gets its store beside it set right: artifacts lie in this lake, not in the old one.
    """
    uri = settings.tracking_uri
    if uri.startswith(SQLITE):
        file = Path(uri.removeprefix(SQLITE))
        _make_database(file)
        if settings.mlflow.tracking_uri is None:
            _move_artifacts(file, settings.lake.path("mlflow", "artifacts"))
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


@contextmanager
def parent_run(name: str, mark: str, settings: Settings) -> Iterator[LogNested]:
    """The run of this mark, begun, or gone on with if there is one; gives what logs a finished run below it."""
    client = mlflow.MlflowClient()
    experiment = mlflow.set_experiment(settings.mlflow.experiment).experiment_id
    known = client.search_runs([experiment], f"tags.mark = '{mark}'", max_results=1)
    with mlflow.start_run(run_id=known[0].info.run_id if known else None, run_name=name) as parent:
        mlflow.set_tag("mark", mark)

        def log(name: str, parameters: Mapping[str, Any], metrics: Mapping[str, float]) -> None:
            tags = {"mlflow.parentRunId": parent.info.run_id, "mlflow.runName": name}
            run, now = client.create_run(experiment, tags=tags).info.run_id, int(time.time() * 1000)
            values = [Metric(key, value, now, 0) for key, value in metrics.items()]
            client.log_batch(run, values, [Param(key, str(value)) for key, value in parameters.items()])
            client.set_terminated(run)

        yield log


def log_summary(metrics: Mapping[str, float], texts: Mapping[str, str]) -> None:
    """Add metrics, and texts by file name, to the run that is open."""
    mlflow.log_metrics(dict(metrics))
    for file, text in texts.items():
        mlflow.log_text(text, file)


def _make_database(file: Path) -> None:
    """Make MLflow's tables beside the file, then rename it: half the tables of a killed job would stop later runs."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    SqlAlchemyStore(f"{SQLITE}{unfinished}", str(file.parent / "artifacts"))
    unfinished.rename(file)


def _move_artifacts(file: Path, folder: str) -> None:
    """Let all paths in the store begin with this folder that begin with the folder of another place of the lake.

    The experiment 0, which the store made for itself, tells what that was: its artifacts are in `<folder>/0`.
    """
    with closing(sqlite3.connect(file, timeout=60)) as store, store:
        made = store.execute("SELECT artifact_location FROM experiments WHERE experiment_id = 0").fetchone()
        before = made[0].removesuffix("/0") if made else folder
        if before == folder:
            return
        for table, column in PLACES:
            store.execute(
                f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE substr({column} || '/', 1, ?) = ?",
                (folder, len(before) + 1, len(before) + 1, f"{before}/"),
            )
