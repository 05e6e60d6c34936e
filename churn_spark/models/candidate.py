"""What a candidate is: a function that fits an estimator to labelled rows."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from churn_spark.model_card import CardFeature

Rows = NDArray[np.float64]  # [N, features] in the card's order; a category as its code, NaN where unknown


class Labelled(NamedTuple):
    """Rows, and for each row 1.0 if the customer churned, else 0.0; `weights`: how much it counts, None: all alike."""

    rows: Rows
    churned: NDArray[np.float64]
    weights: NDArray[np.float64] | None = None

    def only(self, chosen: NDArray[Any]) -> Self:
        """The rows at these places, or those of a mask."""
        weights = None if self.weights is None else self.weights[chosen]
        return self._replace(rows=self.rows[chosen], churned=self.churned[chosen], weights=weights)


class Estimator(Protocol):
    """What candidates other than XGBoost return."""

    def predict_proba(self, rows: Rows) -> NDArray[np.float64]:
        """Probabilities [N, 2]; churn in column 1."""


def fitted(pipeline: Pipeline, train: Labelled) -> Pipeline:
    """The pipeline after it was fitted; the weights of the rows go to its last step."""
    return pipeline.fit(train.rows, train.churned, **{f"{pipeline.steps[-1][0]}__sample_weight": train.weights})


class Candidate(Protocol):
    """Fit an estimator to `train`; the same arguments give the same estimator.

    - `validation`: rows for early stopping. The estimator learns nothing else from them.
    - `parameters`: values that differ from the candidate's own.
    """

    def __call__(
        self,
        train: Labelled,
        validation: Labelled,
        features: Sequence[CardFeature],
        parameters: Mapping[str, Any],
        seed: int,
    ) -> Any:
        """Return an `Estimator` or a booster."""
