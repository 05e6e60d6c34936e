"""Runs and models in MLflow; the registry's alias `champion` names the model in use."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # nothing leaves the house unasked

import mlflow
import pandas as pd
import xgboost
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from mlflow.types.schema import ColSpec, DataType, Schema

from churn_spark.errors import DataRefused
from churn_spark.settings import Settings
from churn_spark.training.champion import Trained

CHAMPION = "champion"
FINGERPRINT = "fingerprint"
SQLITE = "sqlite:///"


@dataclass(frozen=True)
class Champion:
    """The model in use: its booster, name and version, and what was logged about it."""

    booster: xgboost.Booster
    name: str
    version: str
    description: Mapping[str, Any]


def open_store(settings: Settings) -> None:
    """Point MLflow at the settings' store and experiment, making both where they are missing."""
    uri = settings.tracking_uri
    if uri.startswith(SQLITE):
        _make_database(Path(uri.removeprefix(SQLITE)))
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(f"{uri}-uc" if uri == "databricks" else uri)
    name = settings.mlflow.experiment
    if settings.mlflow.tracking_uri is None and mlflow.get_experiment_by_name(name) is None:
        mlflow.create_experiment(name, artifact_location=settings.lake.path("mlflow", "artifacts"))
    mlflow.set_experiment(name)


def _make_database(file: Path) -> None:
    """Make MLflow's tables beside the file, then rename: half of them, after a kill, would stop all later runs."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    SqlAlchemyStore(f"{SQLITE}{unfinished}", str(file.parent / "artifacts"))
    unfinished.rename(file)


def version_trained_on(fingerprint: str, settings: Settings) -> str | None:
    """The registered version that was trained on just these rows with just these settings, if there is one."""
    versions = mlflow.MlflowClient().search_model_versions(f"name = '{settings.mlflow.model_name}'")
    found = [version.version for version in versions if version.tags.get(FINGERPRINT) == fingerprint]
    return max(found, key=int, default=None)


def register(
    trained: Trained, fingerprint: str, table_versions: Mapping[str, int], lookups: Sequence[Any], settings: Settings
) -> str:
    """Log one run and register its model; the version.

    The run holds parameters, metrics, table versions, in `lookups.json` where each feature came from, and the model
    with its signature.
    """
    names = trained.booster.feature_names or []
    signature = ModelSignature(
        Schema([ColSpec(DataType.double, name, required=False) for name in names]),
        Schema([ColSpec(DataType.float, "churn_probability")]),
    )
    with mlflow.start_run() as run:
        mlflow.log_params({**settings.training.model_dump(), **settings.labels.model_dump()})
        mlflow.log_params({f"table.{name}": version for name, version in table_versions.items()})
        mlflow.log_metrics(dict(trained.description["metrics"]))
        mlflow.log_dict({"lookups": lookups}, "lookups.json")
        mlflow.set_tag(FINGERPRINT, fingerprint)
        model = mlflow.xgboost.log_model(
            trained.booster,
            name="model",
            signature=signature,
            metadata=dict(trained.description),
            pip_requirements=[f"xgboost-cpu=={xgboost.__version__}"],  # asked of MLflow, it loads the model to find out
        )
    client, name = mlflow.MlflowClient(), settings.mlflow.model_name
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    version = client.create_model_version(
        name, model.model_uri, run.info.run_id, tags={FINGERPRINT: fingerprint}, model_id=model.model_id
    )
    return str(version.version)


def log_segments(made_from: Mapping[str, Any], profiles: pd.DataFrame, training_cost: float) -> None:
    """Log a run named `segments`: what they were made from, their profiles, and how far customers lie from them."""
    with mlflow.start_run(run_name="segments"):
        mlflow.log_params(dict(made_from))
        mlflow.log_metrics({"training_cost": training_cost, "segments": len(profiles)})
        mlflow.log_table(profiles, "profiles.json")


def make_champion(version: str, settings: Settings) -> None:
    """Give the alias `champion` to a registered version."""
    mlflow.MlflowClient().set_registered_model_alias(settings.mlflow.model_name, CHAMPION, version)


def load_champion(settings: Settings) -> Champion:
    """The champion with its booster. Raises DataRefused where none has been trained yet."""
    name = settings.mlflow.model_name
    try:
        version = mlflow.MlflowClient().get_model_version_by_alias(name, CHAMPION).version
    except MlflowException as error:
        raise DataRefused(
            f"{name}: no champion in MLflow at {settings.tracking_uri}; run jobs/train.py first"
        ) from error
    uri = f"models:/{name}/{version}"
    description = mlflow.models.get_model_info(uri).metadata or {}
    return Champion(mlflow.xgboost.load_model(uri), name, str(version), description)
