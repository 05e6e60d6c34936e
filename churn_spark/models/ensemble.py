"""The soft vote: the mean of the probabilities of several candidates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from churn_spark.model_card import XGBOOST, CardFeature
from churn_spark.models import forest, logistic, xgboost_trees
from churn_spark.models.candidate import Candidate, Labelled, Rows
from churn_spark.models.model import uncalibrated

MEMBERS: Mapping[str, Candidate] = {
    "logistic_regression": logistic.fit,
    "random_forest": forest.fit,
    XGBOOST: xgboost_trees.fit,
}


@dataclass(frozen=True)
class SoftVote:
    """Fitted estimators by kind; each has the same vote."""

    members: Mapping[str, Any]

    def predict_proba(self, rows: Rows) -> NDArray[np.float64]:
        """Probabilities [N, 2]; churn in column 1."""
        churn = np.mean([uncalibrated(member, rows) for member in self.members.values()], axis=0)
        return np.column_stack([1 - churn, churn])


def fit(
    train: Labelled, validation: Labelled, features: Sequence[CardFeature], parameters: Mapping[str, Any], seed: int
) -> SoftVote:
    """Fit each member on the same rows; `parameters` by kind of the member."""
    return SoftVote(
        {
            kind: candidate(train, validation, features, parameters.get(kind, {}), seed)
            for kind, candidate in MEMBERS.items()
        }
    )
