"""How a model lies in MLflow: in its library's format, and as a function that gives the served probability."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.models.model import MLMODEL_FILE_NAME
from mlflow.models.model import Model as Saved

from churn_spark.model_card import XGBOOST, ModelCard
from churn_spark.models.columns import rows_of
from churn_spark.models.model import Model

BACKGROUND = "background.npy"


@dataclass(frozen=True)
class Served:
    """The model as MLflow calls it."""

    model: Model

    def predict(self, columns: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """The calibrated probability from the feature columns as tables have them, null where unknown."""
        rows = rows_of(columns, self.model.features)
        return pd.DataFrame({"churn_probability": self.model.probabilities(rows)}, index=columns.index)


def save_model(path: str, mlflow_model: Saved, model: Model, **told: Any) -> None:
    """Save a booster in XGBoost's own format and every other estimator as scikit-learn's, with the background.

    MLflow calls this. `told`: requirements and signature, as its libraries take them.
    """
    if model.kind == XGBOOST:
        mlflow.xgboost.save_model(model.estimator, path, mlflow_model=mlflow_model, **told)
    else:
        told = {"serialization_format": "cloudpickle", "pyfunc_predict_fn": "predict_proba", **told}
        mlflow.sklearn.save_model(model.estimator, path, mlflow_model=mlflow_model, **told)
    if model.background is not None:
        np.save(Path(path, BACKGROUND), model.background)
    native = mlflow_model.flavors[mlflow.pyfunc.FLAVOR_NAME]
    kept = {key: native[key] for key in (mlflow.pyfunc.ENV, mlflow.pyfunc.PY_VERSION)}
    mlflow_model.add_flavor(mlflow.pyfunc.FLAVOR_NAME, **{mlflow.pyfunc.MAIN: __name__}, **kept)
    mlflow_model.save(str(Path(path, MLMODEL_FILE_NAME)))


def load_model(folder: str) -> tuple[Model, ModelCard]:
    """The model and its card from a folder that `save_model`, or a release before it, has written."""
    card = ModelCard.model_validate(Saved.load(folder).metadata)
    load = mlflow.xgboost.load_model if card.kind == XGBOOST else mlflow.sklearn.load_model
    file = Path(folder, BACKGROUND)
    background = np.load(file, allow_pickle=False) if file.exists() else None
    return Model(card.kind, card.features, load(folder), card.calibration, background), card


def _load_pyfunc(folder: str) -> Served:
    """MLflow calls this by its name."""
    model, _ = load_model(folder)
    return Served(model)
