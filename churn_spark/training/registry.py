"""Runs and models in MLflow; the registry's aliases name the model in use and the one that would follow it.

- `champion`: the version in use.
- `challenger`: the version that was trained last.
- `previous`: the version that a rollback goes back to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import mlflow
import sklearn
import xgboost
from mlflow.data.delta_dataset_source import DeltaDatasetSource
from mlflow.data.meta_dataset import MetaDataset
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.models.model import Model as Saved
from mlflow.models.model import ModelInfo
from mlflow.types.schema import ColSpec, DataType, Schema

from churn_spark.errors import DataRefused
from churn_spark.model_card import CardFeature, ModelCard
from churn_spark.models.model import Model
from churn_spark.settings.all import Settings
from churn_spark.training import flavour

CHAMPION, CHALLENGER, PREVIOUS = "champion", "challenger", "previous"
FINGERPRINT = "fingerprint"


@dataclass(frozen=True)
class Champion:
    """The model in use, its registered name and version, and its card."""

    model: Model
    name: str
    version: str
    card: ModelCard


class Source(NamedTuple):
    """A Delta table that a run reads: its name, the same in SQL (or delta.`path`), and its version."""

    name: str
    in_sql: str
    version: int

    def dataset(self) -> MetaDataset:
        """The table as MLflow knows inputs of runs; nothing is read."""
        path = self.in_sql.removeprefix("delta.`").removesuffix("`")
        place = {"path": path} if path != self.in_sql else {"delta_table_name": self.in_sql}
        source = DeltaDatasetSource(**place, delta_table_version=self.version)
        return MetaDataset(source, name=self.name)  # type: ignore[abstract]  # its profile is not needed


def version_trained_on(fingerprint: str, settings: Settings) -> str | None:
    """The newest registered version that was trained on these rows with these settings, if there is one."""
    versions = mlflow.MlflowClient().search_model_versions(f"name = '{settings.mlflow.model_name}'")
    same = [version.version for version in versions if version.tags.get(FINGERPRINT) == fingerprint]
    return max(same, key=int, default=None)


def register(
    model: Model,
    card: ModelCard,
    fingerprint: str,
    sources: Sequence[Source],
    artifacts: Mapping[str, str],
    settings: Settings,
) -> str:
    """Log one run and register its model; returns the version.

    The run holds parameters, metrics, the tables that were read as inputs, the model with its signature, and the texts
    of `artifacts` by file name.
    """
    signature = ModelSignature(
        Schema([ColSpec(_type(feature), feature.name, required=False) for feature in card.features]),
        Schema([ColSpec(DataType.double, "churn_probability")]),
    )
    with mlflow.start_run() as run:
        mlflow.log_params({**settings.training.model_dump(), **settings.labels.model_dump()})
        mlflow.log_params({f"table.{source.name}": source.version for source in sources})
        for source in sources:
            mlflow.log_input(source.dataset(), context="training")
        mlflow.log_metrics({name: value for name, value in card.metrics.items() if value is not None})
        for name, text in artifacts.items():
            mlflow.log_text(text, name)
        mlflow.set_tag(FINGERPRINT, fingerprint)
        logged = _log(model, card, signature)
    client, name = mlflow.MlflowClient(), settings.mlflow.model_name
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    version = client.create_model_version(
        name, logged.model_uri, run.info.run_id, tags={FINGERPRINT: fingerprint}, model_id=logged.model_id
    )
    return str(version.version)


def set_alias(alias: str, version: str, settings: Settings) -> None:
    """Let the alias name a registered version."""
    mlflow.MlflowClient().set_registered_model_alias(settings.mlflow.model_name, alias, version)


def version_of(alias: str, settings: Settings) -> str | None:
    """The registered version that the alias names, if there is one."""
    name = settings.mlflow.model_name
    try:
        return str(mlflow.MlflowClient().get_model_version_by_alias(name, alias).version)
    except MlflowException:
        return None


def load_champion(settings: Settings) -> Champion:
    """The champion. Raises DataRefused where there is none yet."""
    version = version_of(CHAMPION, settings)
    if version is None:
        raise DataRefused(
            f"{settings.mlflow.model_name}: no champion in MLflow at {settings.tracking_uri}; run jobs/train.py first"
        )
    return load_version(version, settings)


def load_version(version: str, settings: Settings) -> Champion:
    """A registered version. Raises DataRefused if MLflow has no such version."""
    name = settings.mlflow.model_name
    uri = f"models:/{name}/{version}"
    try:
        model, card = flavour.load_model(mlflow.artifacts.download_artifacts(uri))
    except MlflowException as error:
        raise DataRefused(f"{name}: no version {version} in MLflow at {settings.tracking_uri}") from error
    return Champion(model, name, version, card)


def _type(feature: CardFeature) -> DataType:
    return DataType.string if feature.levels else DataType.double


def _log(model: Model, card: ModelCard, signature: ModelSignature) -> ModelInfo:
    """Log the model with its card. Requirements that are told need not be found by loading the model."""
    pins = [f"scikit-learn=={sklearn.__version__}", f"xgboost-cpu=={xgboost.__version__}", "churn-spark"]
    return Saved.log(
        None,
        flavour,
        name="model",
        metadata=card.model_dump(mode="json"),
        model=model,
        signature=signature,
        pip_requirements=pins,
    )
