"""A fitted model: from feature rows to the probability of churn."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

from churn_spark.model_card import Calibration, CardFeature
from churn_spark.models import xgboost_trees
from churn_spark.models.calibration import calibrated
from churn_spark.models.candidate import Rows


@dataclass(frozen=True)
class Model:
    """A fitted candidate.

    - `kind`: the candidate's name in `CANDIDATES`.
    - `features`: the inputs in their order.
    - `estimator`: a booster of XGBoost, or what has `predict_proba`. It holds the preparation of its inputs.
    - `calibration`: None if the estimator's probabilities are taken as they are.
    - `background`: middles of training rows that sampled contributions start from; None if the kind needs none.
    """

    kind: str
    features: tuple[CardFeature, ...]
    estimator: Any
    calibration: Calibration | None = None
    background: Rows | None = None

    def probabilities(self, rows: Rows) -> NDArray[np.float64]:
        """The probability of churn of each row, calibrated; a category is its code, NaN is unknown."""
        return calibrated(self.calibration, uncalibrated(self.estimator, rows))


def uncalibrated(estimator: Any, rows: Rows) -> NDArray[np.float64]:
    """The probability of churn of each row as the estimator gives it."""
    if isinstance(estimator, xgboost.Booster):
        return xgboost_trees.probabilities(estimator, rows)
    churn: NDArray[np.float64] = estimator.predict_proba(rows)[:, 1]
    return churn
